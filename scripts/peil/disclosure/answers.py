"""Which groups may show the share of every answer to a question: the whole of it or nothing.

Shares of every answer sum to everything else that is published of a group, so hiding a few of them
hides nothing. A group with an answer that a few people gave, or of which any other figure on the
question is withheld, shows none. What is left of a total when all groups that do are subtracted
must be showable as well: if it is not, a further group shows none.
"""

import pandas as pd

from peil.disclosure.equations import (
    Equation,
    Place,
    Question,
    families_of,
    question_of,
    recoverable,
)
from peil.disclosure.rules import COMPLEMENTARY, Rules
from peil.disclosure.suppression import as_withheld, gives_away, hidden_figures

NO_COMPLEMENTS = pd.DataFrame({"complement_id": [], "measure_id": [], "sign": []})


def withheld_answers(
    figures: pd.DataFrame, withheld: pd.DataFrame, nestings: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Reasons per share of an answer in a group that shows none.

    Args:
        figures: as for `protect`, a measure per answer; those of one question and group are shown
            or withheld together.
        withheld: wave_code, question_code and group_id of which another figure is withheld.
        nestings: as for `protect`.
        rules: as for `protect`.

    Returns:
        Columns figure_id, withheld_reason; one row per withheld figure.
    """
    secret = set(withheld[["wave_code", "question_code", "group_id"]].itertuples(index=False))
    parts = []
    families = families_of(nestings)
    for (wave, code), rows in figures.groupby(["wave_code", "question_code"], sort=True):
        question = question_of(rows, families.get(wave, []), NO_COMPLEMENTS)
        reasons = rows.dropna(subset=["primary_reason"]).groupby("group_id")["primary_reason"]
        for group, found in reasons:
            _hide(question, group, "small_base" if "small_base" in set(found) else found.iloc[0])
        for group in sorted(set(rows["group_id"])):
            if (wave, code, group) in secret and group not in _hidden(question):
                _hide(question, group, COMPLEMENTARY)
        _protect(question, rules)
        parts += hidden_figures(question)
    return as_withheld(parts)


def groups_given_away(question: Question) -> set[Place]:
    """Hidden groups of which every share follows from those of the others."""
    measure = min(question.kinds)
    hidden = [c for c in question.hidden if c[1] == measure]
    known = [e.table_cells for e in question.equations if measure in {m for _, m in e.table_cells}]
    return {place for place, _ in recoverable(hidden, known)} & _hidden(question)


def _protect(question: Question, rules: Rules) -> None:
    """Hide one group at a time until no sum of groups shows a hidden one."""
    while True:
        weak = next((e for e in question.equations if gives_away(question, e, rules)), None)
        if weak is None:
            solved = groups_given_away(question)
            near = [e for e in question.equations if solved & {place for place, _ in e.table_cells}]
            weak = next((e for e in near if _shown(question, e)), None)
        if weak is None:
            return
        shown = _shown(question, weak)
        parts = [p for p in shown if weak.parent is None or p != weak.parent[0]] or shown
        _hide(question, min(parts, key=lambda p: (question.base[p], str(p))), COMPLEMENTARY)


def _hidden(question: Question) -> set[Place]:
    return {c[0] for c in question.hidden if c in question.figure_ids}


def _shown(question: Question, equation: Equation) -> list[Place]:
    return [c[0] for c in equation.table_cells if c not in question.hidden]


def _hide(question: Question, group: Place, reason: str) -> None:
    for table_cell in question.figure_ids:
        if table_cell[0] == group:
            question.hidden[table_cell] = reason
