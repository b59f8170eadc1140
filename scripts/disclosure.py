"""Suppression: which figures may not be seen, so that none of them can be worked out from others.

Primary: a figure on too few people. Complementary: other figures that would give it away. A
published total is the sum of its parts, the shares of a question with one answer sum to 1, and a
net score is one share minus another: as long as a withheld figure is the only unknown of such an
equation, or combinations of equations leave only one value for it, a further figure is withheld.

Source: Willenborg & De Waal (2001), Elements of Statistical Disclosure Control, on secondary cell
suppression.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from scripts.errors import PeilError

COMPLEMENTARY = "complementary"
Place = int | str  # a group, or the rest of one
Cell = tuple[Place, int]  # place, measure


@dataclass
class _Equation:
    """Cells whose signed sum is known. `parent` is spared as long as another cell can go."""

    cells: dict[Cell, float]
    parent: Cell | None = None


@dataclass
class _Question:
    """The figures of one question in one wave, and the equations between them.

    Attributes:
        base: respondents in the base per place.
        positive: respondents per cell who gave the answer.
        shares: measures that are shares.
        hidden: withheld cells with their reason; `nobody` for people in no published group.
        figure_ids: the cells that are figures, with their number.
        equations: sums that hold between the cells.
    """

    base: dict[Place, float] = field(default_factory=dict)
    positive: dict[Cell, float] = field(default_factory=dict)
    shares: set[int] = field(default_factory=set)
    hidden: dict[Cell, str] = field(default_factory=dict)
    figure_ids: dict[Cell, int] = field(default_factory=dict)
    equations: list[_Equation] = field(default_factory=list)


def protect(
    figures: pd.DataFrame, nestings: pd.DataFrame, complements: pd.DataFrame, min_cell_n: float
) -> pd.DataFrame:
    """Reasons per withheld figure, complementary ones included.

    Args:
        figures: figure_id, wave_code, question_code, measure_id, is_share, group_id,
            n_answers, n_positive, primary_reason (null when publishable).
        nestings: wave_code, parent_group, child_group, family: children of one family and one
            parent share nobody and lie in that parent.
        complements: complement_id, measure_id, sign: measures of a question with a known sum.
        min_cell_n: at least this many people stand between a withheld figure and a reader who
            subtracts everything published.

    Returns:
        Columns figure_id, withheld_reason; one row per withheld figure.
    """
    parts = []
    for (wave, _), rows in figures.groupby(["wave_code", "question_code"], sort=True):
        if rows["primary_reason"].isna().all():
            continue
        question = _question(rows, nestings[nestings["wave_code"] == wave], complements)
        _withhold(question, min_cell_n)
        parts += [
            (question.figure_ids[cell], reason)
            for cell, reason in question.hidden.items()
            if cell in question.figure_ids
        ]
    return pd.DataFrame(sorted(parts), columns=["figure_id", "withheld_reason"]).astype(
        {"withheld_reason": "string"}
    )


def recoverable(hidden: list[Cell], equations: list[dict[Cell, float]]) -> set[Cell]:
    """The hidden cells for which the equations leave one value: those a reader can work out.

    A cell is determined when no direction that keeps all equations true moves it.
    """
    position = {cell: i for i, cell in enumerate(hidden)}
    rows = []
    for equation in equations:
        row = np.zeros(len(hidden))
        for cell, sign in equation.items():
            if cell in position:
                row[position[cell]] = sign
        if row.any():
            rows.append(row)
    if not rows:
        return set()
    matrix = np.array(rows)
    _, values, directions = np.linalg.svd(matrix, full_matrices=True)
    rank = int((values > 1e-9 * values[0]).sum())
    free = directions[rank:]
    moved = np.abs(free).max(axis=0) if len(free) else np.zeros(len(hidden))
    return {cell for cell, i in position.items() if moved[i] < 1e-9}


def _question(rows: pd.DataFrame, nestings: pd.DataFrame, complements: pd.DataFrame) -> _Question:
    question = _Question()
    base = question.base
    measures = sorted(rows["measure_id"].unique().tolist())
    question.shares = set(rows.loc[rows["is_share"].astype(bool), "measure_id"])
    for row in rows.itertuples():
        cell = (row.group_id, row.measure_id)
        base[cell[0]] = row.n_answers
        question.positive[cell] = row.n_positive
        question.figure_ids[cell] = row.figure_id
        if not pd.isna(row.primary_reason):
            question.hidden[cell] = row.primary_reason
    for parent, family, children in _families(nestings):
        if parent not in base or not (children := [c for c in children if c in base]):
            continue
        rest = base[parent] - sum(base[c] for c in children)
        members = children
        if rest > 0:
            nobody = f"rest of {parent} in {family}"
            base[nobody] = rest
            members = [*children, nobody]
            for measure in measures:
                question.hidden[(nobody, measure)] = "nobody"
                question.positive[(nobody, measure)] = question.positive[(parent, measure)] - sum(
                    question.positive[(child, measure)] for child in children
                )
        question.equations += [
            _Equation({(parent, m): -1.0, **{(child, m): 1.0 for child in members}}, (parent, m))
            for m in measures
        ]
    groups = complements[complements["measure_id"].isin(measures)].groupby("complement_id")
    for _, group in groups:
        signs = dict(zip(group["measure_id"], group["sign"], strict=True))
        question.equations += [
            _Equation({(place, m): float(s) for m, s in signs.items()}) for place in base
        ]
    return question


def _families(nestings: pd.DataFrame) -> Iterator[tuple[Place, str, list[Place]]]:
    for (parent, family), children in nestings.groupby(["parent_group", "family"], sort=True):
        yield parent, family, sorted(children["child_group"])


def _withhold(question: _Question, min_cell_n: float) -> None:
    """Withhold one cell at a time until nothing gives a figure away, alone or in combination."""
    while True:
        weak = next((e for e in question.equations if _gives_away(question, e, min_cell_n)), None)
        if weak is None:
            known = [e.cells for e in question.equations]
            solved = recoverable(list(question.hidden), known) & set(question.figure_ids)
            weak = next((e for e in question.equations if solved & set(e.cells)), None)
        if weak is None:
            return
        _withhold_smallest(question, weak)


def _gives_away(question: _Question, equation: _Equation, min_cell_n: float) -> bool:
    """Whether subtracting all that is published leaves too few people around a hidden figure.

    What is left is as good as published: it must hold enough people besides the figure, and for
    a share enough who gave the answer and enough who did not.
    """
    hidden = [c for c in equation.cells if c in question.hidden]
    figures = [c for c in hidden if c in question.figure_ids]
    if not figures or len(hidden) == len(equation.cells):
        return False
    everyone = sum(_people(question, equation, c) for c in hidden)
    largest = max(_people(question, equation, c) for c in figures)
    if len(hidden) == 1 or everyone - largest < min_cell_n:
        return True
    if equation.parent is None or figures[0][1] not in question.shares:
        return False
    positive = sum(question.positive[c] for c in hidden)
    return min(positive, everyone - positive) < min_cell_n


def _people(question: _Question, equation: _Equation, cell: Cell) -> float:
    """Respondents who stand behind a cell: the base in sums over groups, else who answered so."""
    return question.base[cell[0]] if equation.parent is not None else question.positive[cell]


def _withhold_smallest(question: _Question, equation: _Equation) -> None:
    """Withhold the smallest published cell of the equation; its total only when all else is."""
    published = [c for c in equation.cells if c not in question.hidden]
    if not published:
        raise PeilError(
            f"suppression: all cells of {sorted(equation.cells)} are withheld and one of them can "
            "still be derived from other figures. Remove a segment from segments.csv."
        )
    parts = [c for c in published if c != equation.parent] or published
    victim = min(parts, key=lambda c: (_people(question, equation, c), c))
    question.hidden[victim] = COMPLEMENTARY
