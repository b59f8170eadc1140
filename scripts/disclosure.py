"""Suppression: which figures may not be seen, so that none of them can be worked out from others.

Primary: a figure on too few people. Complementary: other figures that would give it away. A
published total is the sum of its parts, the shares of a question with one answer sum to 1, and a
net score is one share minus another: as long as a withheld figure is the only unknown of such an
equation, or combinations of equations leave only one value for it, a further figure is withheld.

Source: Willenborg & De Waal (2001), Elements of Statistical Disclosure Control, on secondary cell
suppression.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

COMPLEMENTARY = "complementary"
Cell = tuple[str, int]  # place (segment value), measure


@dataclass
class _Equation:
    """Cells whose signed sum is known. `parent` is spared as long as another cell can go."""

    cells: dict[Cell, float]
    parent: Cell | None = None


@dataclass
class _Question:
    """The figures of one question in one wave, and the equations between them.

    Attributes:
        people: respondents behind a cell: of the base in sums over groups, who gave the answer in
            sums over answers; a reader who subtracts all but one cell learns about these.
        base: respondents in the base per segment value.
        hidden: withheld cells with their reason; `nobody` for people in no published group.
        figure_ids: the cells that are figures, with their number.
        equations: sums that hold between the cells.
    """

    base: dict[str, float] = field(default_factory=dict)
    people: dict[Cell, float] = field(default_factory=dict)
    hidden: dict[Cell, str] = field(default_factory=dict)
    figure_ids: dict[Cell, int] = field(default_factory=dict)
    equations: list[_Equation] = field(default_factory=list)


def protect(
    figures: pd.DataFrame, nestings: pd.DataFrame, complements: pd.DataFrame, min_cell_n: float
) -> pd.DataFrame:
    """Reasons per withheld figure, complementary ones included.

    Args:
        figures: figure_id, wave_code, question_code, measure_id, segment_code, segment_value,
            n_answers, n_positive, primary_reason (null when publishable).
        nestings: wave_code, parent_code, parent_value, child_code, child_value: segments whose
            groups add up to a group of another segment.
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
    return pd.DataFrame(sorted(parts), columns=["figure_id", "withheld_reason"])


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
    for row in rows.itertuples():
        cell = (f"{row.segment_code}={row.segment_value}", row.measure_id)
        base[cell[0]] = row.n_answers
        question.people[cell] = row.n_positive
        question.figure_ids[cell] = row.figure_id
        if not pd.isna(row.primary_reason):
            question.hidden[cell] = row.primary_reason
    for parent, children in _families(nestings):
        if parent not in base or not (children := [c for c in children if c in base]):
            continue
        rest = base[parent] - sum(base[c] for c in children)
        members = children
        if rest > 0:
            nobody = f"rest of {parent} in {children[0].split('=')[0]}"
            base[nobody] = rest
            members = [*children, nobody]
            for measure in measures:
                question.hidden[(nobody, measure)] = "nobody"
        question.equations += [
            _Equation(
                {(parent, m): -1.0, **{(child, m): 1.0 for child in members}}, (parent, m)
            )
            for m in measures
        ]
    groups = complements[complements["measure_id"].isin(measures)].groupby("complement_id")
    for _, group in groups:
        signs = dict(zip(group["measure_id"], group["sign"], strict=True))
        question.equations += [
            _Equation({(place, m): float(s) for m, s in signs.items()}) for place in base
        ]
    for place, n in base.items():
        for measure in measures:
            question.people.setdefault((place, measure), n)
    return question


def _families(nestings: pd.DataFrame) -> Iterator[tuple[str, list[str]]]:
    families: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in nestings.itertuples():
        parent = f"{row.parent_code}={row.parent_value}"
        families[(parent, row.child_code)].append(f"{row.child_code}={row.child_value}")
    for (parent, _), children in sorted(families.items()):
        yield parent, sorted(children)


def _withhold(question: _Question, min_cell_n: float) -> None:
    while True:
        weak = [e for e in question.equations if _gives_away(question, e, min_cell_n)]
        if not weak:
            solved = recoverable(
                list(question.hidden), [e.cells for e in question.equations]
            ) & set(question.figure_ids)
            weak = [e for e in question.equations if solved & set(e.cells)][:1] if solved else []
        if not weak:
            return
        if not any([_withhold_one(question, equation) for equation in weak]):
            return


def _gives_away(question: _Question, equation: _Equation, min_cell_n: float) -> bool:
    """Whether subtracting all that is published leaves too few people around a hidden figure."""
    hidden = [c for c in equation.cells if c in question.hidden]
    if not any(c in question.figure_ids for c in hidden):
        return False
    if all(c in question.hidden for c in equation.cells):
        return False
    n = sorted(_people(question, equation, c) for c in hidden)
    return len(n) == 1 or sum(n[:-1]) < min_cell_n


def _people(question: _Question, equation: _Equation, cell: Cell) -> float:
    """Respondents who stand behind a cell: the base in sums over groups, else who answered so."""
    if equation.parent is not None:
        return question.base[cell[0]]
    return question.people[cell]


def _withhold_one(question: _Question, equation: _Equation) -> bool:
    """Withhold the smallest published cell of the equation; False when there is none."""
    open_cells = [c for c in equation.cells if c not in question.hidden]
    spared = [c for c in open_cells if c != equation.parent] or open_cells
    if not spared:
        return False
    victim = min(spared, key=lambda c: (_people(question, equation, c), c))
    question.hidden[victim] = COMPLEMENTARY
    return True
