"""Suppression: which figures may not be seen, so that none of them can be worked out from others.

Primary: a figure on too few people. Complementary: other figures that would give it away. A
published total is the sum of its parts, the shares of a question with one answer sum to 1, and a
net score is one share minus another: as long as a withheld figure is the only unknown of such an
equation, or combinations of equations leave only one value for it, a further figure is withheld.
A net is withheld with either of its shares, as its standard error is an equation as well.
What is left when all published groups are subtracted from their total is a figure as well: it has
the same least base, unless the rounding of what is published blurs it. A mean is withheld where it
would leave a withheld count of the same answers no room.

Source: Willenborg & De Waal (2001), Elements of Statistical Disclosure Control, on secondary
suppression of table cells.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from peil.disclosure.equations import (
    Equation,
    Place,
    Question,
    TableCell,
    questions_of,
)
from peil.disclosure.mirrors import seen_in_mirrors, withhold_as_well
from peil.disclosure.moments import Answers, room
from peil.disclosure.nets import has_net, telling_net
from peil.disclosure.ranges import without_close_ranges
from peil.disclosure.rules import COMPLEMENTARY, LEAST_ROOM, SHARES, Rules
from peil.errors import PeilError


def protect(
    figures: pd.DataFrame,
    nestings: pd.DataFrame,
    complements: pd.DataFrame,
    rules: Rules,
    answers: pd.DataFrame | None = None,
    composites: pd.DataFrame | None = None,
    mirrors: pd.DataFrame | None = None,
    bands: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Reasons per withheld figure, complementary ones included.

    Args:
        figures: figure_id, wave_code, question_code, measure_id, kind, value_from, value_to,
            group_id, n_answers, n_positive, min_base_n, primary_reason (null when publishable);
            value_from and value_to of a labelled answer are its number.
        nestings: wave_code, parent_group, child_group, family, rest_is_group: children of one
            family and one parent share nobody and lie in that parent; whether of who is in none
            of them more is known than that they did not say.
        complements: complement_id, measure_id, sign: measures of a question with a known sum.
        rules: what may be seen and how it is rounded.
        answers: wave_code, question_code, group_id, value_number, n: how many people gave each
            number, of surveys that publish plain counts; others leave no whole numbers.
        composites: question_code, item_question_code: scores and what they are made of.
        mirrors: figure_id, mirror_id: figures of the same people, either of which tells the other.
        bands: as for `close_ranges`.

    Returns:
        Columns figure_id, withheld_reason; one row per withheld figure.
    """
    items = {} if composites is None else dict(list(composites.groupby("question_code")))
    parts: dict[tuple[str, str], list[tuple[int, str]]] = {}
    unseen: dict[tuple[str, str], set[Place]] = {}
    todo = figures = without_close_ranges(figures, rules, bands)
    while not todo.empty:
        is_score = todo["question_code"].isin(list(items))
        for some in (todo[~is_score], todo[is_score]):  # what a score may show follows from items
            for wave, rows, question, given in questions_of(some, nestings, complements, answers):
                code = rows["question_code"].iloc[0]
                if code in items:
                    own = items[code].item_question_code
                    _withhold_with_items(question, [unseen.get((wave, i), set()) for i in own])
                _withhold(question, rules)
                while given is not None and _withhold_moments(question, rows, given, rules):
                    _withhold(question, rules)
                unseen[wave, code] = _unseen_means(question)
                parts[wave, code] = hidden_figures(question)
        hidden = {figure for part in parts.values() for figure, _ in part}
        mirrored = set() if mirrors is None else seen_in_mirrors(hidden, mirrors)
        figures, todo = withhold_as_well(figures, mirrored, items)
    return as_withheld([figure for part in parts.values() for figure in part])


def _withhold_with_items(question: Question, unseen: list[set[Place]]) -> None:
    """Withhold a score in groups where the mean of an item is withheld.

    The mean of a score is that of the means of its items: beside the others it tells the one.
    """
    for group, measure in question.figure_ids:
        if any(group in places for places in unseen):
            question.hidden.setdefault((group, measure), COMPLEMENTARY)


def _unseen_means(question: Question) -> set[Place]:
    """The groups in which the mean of a question is withheld.

    Without a mean of its own, its shares are one: those in which any of them is.
    """
    has_mean = "mean" in question.kinds.values()
    return {
        place for place, measure in question.hidden
        if (place, measure) in question.figure_ids
        and (question.kinds[measure] == "mean" or not has_mean)
    }  # fmt: skip


def hidden_figures(question: Question) -> list[tuple[int, str]]:
    """The figures behind what is hidden, each with its reason."""
    return [
        (question.figure_ids[table_cell], reason)
        for table_cell, reason in question.hidden.items()
        if table_cell in question.figure_ids
    ]


def as_withheld(parts: list[tuple[int, str]]) -> pd.DataFrame:
    """Columns figure_id, withheld_reason, in the order of the figures."""
    return pd.DataFrame(sorted(parts), columns=["figure_id", "withheld_reason"]).astype(
        {"figure_id": "int64", "withheld_reason": "string"}
    )


def _withhold(question: Question, rules: Rules) -> None:
    """Withhold one table cell at a time until none gives a figure away, alone or combined."""
    # An equation is asked again when a further table cell of it is withheld, and not before.
    of_cell: dict[TableCell, list[int]] = {}
    for number, equation in enumerate(question.equations):
        for table_cell in equation.table_cells:
            of_cell.setdefault(table_cell, []).append(number)
    is_safe = [False] * len(question.equations)
    while True:
        victim = None
        for number, equation in enumerate(question.equations):
            if is_safe[number]:
                continue
            victim = telling_net(question, equation)
            if victim is None and gives_away(question, equation, rules):
                victim = _smallest(question, equation)
            if victim is not None:
                break
            is_safe[number] = True
        if victim is None:
            solved = question.solved()
            victim = _smallest(question, _loosest(question, solved)) if solved else None
        if victim is None:
            return
        question.hidden[victim] = COMPLEMENTARY
        for number in of_cell[victim]:
            is_safe[number] = False


def _loosest(question: Question, solved: set[TableCell]) -> Equation:
    """An equation that still shows a table cell, as near to what can be solved as there is.

    Equations meet in their hidden table cells: what several of them leave of one together is
    loosened by withholding one of any of them.

    Raises:
        PeilError: everything that could be withheld is.
    """
    reached = set(solved)
    left = list(question.equations)
    while True:
        meeting = [e for e in left if reached & set(e.table_cells)]
        if not meeting:
            raise PeilError(
                f"suppression: the figure of measure {min(solved)[1]} in group {min(solved)[0]} "
                "can be worked out though all figures beside it are withheld. Remove a segment "
                "from segments.csv, or raise min_base_n in surveys.csv."
            )
        shown = [e for e in meeting if any(c not in question.hidden for c in e.table_cells)]
        if shown:
            return shown[0]
        left = [e for e in left if e not in meeting]
        reached |= {c for e in meeting for c in e.table_cells}


def gives_away(question: Question, equation: Equation, rules: Rules) -> bool:
    """Whether subtracting all that is published leaves too few people around a hidden figure.

    What is left is as good as published: it must hold enough people besides the figure, and for
    a share enough who gave the answer and enough who did not. Of groups it is a group of its own,
    with the least base of any figure; people of whom only is known that they did not say are no
    group, but few of them may not be told apart either. Of who did not give an answer that a
    segment is of, and so said something, fewer than the least base may not be told to be alike.
    """
    hidden = [c for c in equation.table_cells if c in question.hidden]
    figures = [c for c in hidden if c in question.figure_ids]
    if not hidden or len(hidden) == len(equation.table_cells):
        return False
    if not figures:
        return rest_is_read(question, equation, hidden, rules)
    if equation.parent is None and len(hidden) > 1 and has_net(question, figures):
        return False  # of a net that is not seen nothing is known of its ranges
    everyone = sum(_people(question, equation, c) for c in hidden)
    largest = max(_people(question, equation, c) for c in figures)
    if len(hidden) == 1 or everyone - largest < rules.min_cell_n:
        return True
    if equation.parent is None:
        return False
    if question.kinds[figures[0][1]] in SHARES:
        positive = sum(question.positive[c] for c in hidden)
        if min(positive, everyone - positive) < rules.min_cell_n:
            return True
    return rest_is_read(question, equation, hidden, rules)


def rest_is_read(
    question: Question, equation: Equation, hidden: list[TableCell], rules: Rules
) -> bool:
    """Whether the people of all hidden groups together are a figure that may not be seen."""
    if equation.parent is None:
        return False
    kind = question.kinds[hidden[0][1]]
    everyone = sum(question.base[place] for place, _ in hidden)
    span = question.span if kind == "mean" else 1.0
    blur = sum(
        rules.blur(kind, question.base[c[0]])
        for c in equation.table_cells
        if c not in question.hidden
    )
    if rules.is_blurred(blur, everyone, span):
        return False
    if any(c in question.figure_ids for c in hidden):
        return everyone < question.min_base
    if everyone < rules.min_cell_n:
        return True
    if kind not in SHARES:
        return False
    positive = sum(question.positive[c] for c in hidden)
    fewest = min(positive, everyone - positive)
    if fewest == 0:
        return everyone < question.min_base and any(p in question.rests for p, _ in hidden)
    return fewest < rules.min_cell_n


def _withhold_moments(
    question: Question, rows: pd.DataFrame, given: pd.DataFrame, rules: Rules
) -> bool:
    """Withhold means that leave a withheld share of the same answers no room; whether any was."""
    found = False
    for group, means, rooms in moment_rooms(question, rows, given, rules):
        if min(rooms) < LEAST_ROOM - 1e-6:
            found = True
            question.hidden.update({(group, m): COMPLEMENTARY for m in means})
    return found


def moment_rooms(
    question: Question, rows: pd.DataFrame, given: pd.DataFrame, rules: Rules
) -> Iterator[tuple[Place, list[int], list[float]]]:
    """Per group its published means, and the room they leave each withheld share of the answers."""
    means = [m for m, kind in question.kinds.items() if kind == "mean"]
    is_share = rows["kind"].isin(SHARES) & rows["value_from"].notna()
    of_ranges = rows[is_share].drop_duplicates("measure_id")
    columns = (of_ranges[name].tolist() for name in ("measure_id", "value_from", "value_to"))
    ranges = {measure: (low, high) for measure, low, high in zip(*columns, strict=True)}
    groups, people = given["group_id"].to_numpy(), given["n"].to_numpy(dtype=float)
    numbers = given["value_number"].to_numpy(dtype=float)
    for group in np.unique(groups).tolist():
        shown = [m for m in means if (group, m) in question.figure_ids]
        shown = [m for m in shown if (group, m) not in question.hidden]
        secret = [m for m in ranges if (group, m) in question.hidden]
        if not shown or not secret:
            continue
        own = groups == group
        values, n = numbers[own], people[own]
        inside = {m: (values >= low) & (values <= high) for m, (low, high) in ranges.items()}
        half = rules.half_digit("mean", n.sum())
        answers = Answers(
            values, n, half, half / 2,
            np.array([inside[m] for m in ranges if m not in secret]).reshape(-1, len(values)),
        )  # fmt: skip
        ends = [room(answers, inside[m].astype(float)) for m in secret]
        yield group, shown, [high - low for low, high in ends]


def _people(question: Question, equation: Equation, table_cell: TableCell) -> float:
    """Respondents behind a table cell: the base in sums over groups, else who answered so."""
    return (
        question.base[table_cell[0]]
        if equation.parent is not None
        else question.positive[table_cell]
    )


def _smallest(question: Question, equation: Equation) -> TableCell:
    """The smallest published table cell, to be withheld; the total only when all else is."""
    published = [c for c in equation.table_cells if c not in question.hidden]
    parts = [c for c in published if c != equation.parent] or published
    return min(parts, key=lambda c: (_people(question, equation, c), c))
