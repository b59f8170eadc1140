"""Nets: one range of answers minus another, with an error that is that of both together."""

from peil.disclosure.equations import Equation, Question, TableCell


def telling_net(question: Question, equation: Equation) -> TableCell | None:
    """A net that is seen while a range or an answer that it is made of is not.

    Its standard error is that of both ranges together, so that figure and error tell each of them.
    """
    if equation.parent is not None:
        return None
    nets = [c for c in equation.table_cells if question.kinds[c[1]] == "net"]
    is_hidden = any(c in question.hidden for c in equation.table_cells if c not in nets)
    return next((c for c in nets if is_hidden and c not in question.hidden), None)


def has_net(question: Question, table_cells: list[TableCell]) -> bool:
    """Whether one of them is a net."""
    return any(question.kinds[measure] == "net" for _, measure in table_cells)
