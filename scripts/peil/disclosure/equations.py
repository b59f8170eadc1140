"""The figures of one question as table cells, and the sums that hold between them.

Source: Willenborg & De Waal (2001), Elements of Statistical Disclosure Control.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

Place = int | str  # a group, or the rest of one
TableCell = tuple[Place, int]  # place, measure
# A parent, the family, its children in that family, and whether who is in none is a group.
Family = tuple[Place, str, list[Place], bool]


@dataclass
class Equation:
    """Cells whose signed sum is known. `parent` is spared as long as another table cell can go."""

    table_cells: dict[TableCell, float]
    parent: TableCell | None = None


@dataclass
class Question:
    """The figures of one question in one wave, and the equations between them.

    Attributes:
        base: respondents in the base per place.
        min_base: the least base of a published figure.
        positive: respondents per table cell who gave the answer.
        kinds: kind of statistic per measure.
        span: highest minus lowest number of the scale, 1 for shares.
        hidden: withheld table cells with their reason; `unpublished` for people in no published
            group.
        figure_ids: the table cells that are figures, with their number.
        equations: sums that hold between the table cells.
        rests: rests of which more is known than that they did not say, as who did not give an
            answer.
        fixed: measures that the codebook alone tells: the share of the only option is 1 whoever
            answered, so that nobody is protected by withholding it.
    """

    base: dict[Place, float] = field(default_factory=dict)
    min_base: float = 0
    positive: dict[TableCell, float] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    span: float = 1
    hidden: dict[TableCell, str] = field(default_factory=dict)
    figure_ids: dict[TableCell, int] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)
    rests: set[Place] = field(default_factory=set)
    fixed: set[int] = field(default_factory=set)

    def solved(self) -> set[TableCell]:
        """The withheld figures that a reader can work out, of those that tell about anybody."""
        found = recoverable(list(self.hidden), [e.table_cells for e in self.equations])
        return {c for c in found if c in self.figure_ids and c[1] not in self.fixed}


def recoverable(hidden: list[TableCell], equations: list[dict[TableCell, float]]) -> set[TableCell]:
    """The hidden table cells for which the equations leave one value: those a reader can work out.

    A table cell is determined when no direction that keeps all equations true moves it.
    """
    position = {table_cell: i for i, table_cell in enumerate(hidden)}
    rows = []
    for equation in equations:
        row = np.zeros(len(hidden))
        for table_cell, sign in equation.items():
            if table_cell in position:
                row[position[table_cell]] = sign
        if row.any():
            rows.append(row)
    if not rows:
        return set()
    matrix = np.array(rows)
    _, values, directions = np.linalg.svd(matrix, full_matrices=True)
    rank = int((values > 1e-9 * values[0]).sum())
    free = directions[rank:]
    moved = np.abs(free).max(axis=0) if len(free) else np.zeros(len(hidden))
    return {table_cell for table_cell, i in position.items() if moved[i] < 1e-9}


def questions_of(
    figures: pd.DataFrame,
    nestings: pd.DataFrame,
    complements: pd.DataFrame,
    answers: pd.DataFrame | None,
) -> Iterator[tuple[str, pd.DataFrame, Question, pd.DataFrame | None]]:
    """Every question of every wave: its wave, figures, equations, and answers where known.

    Args:
        figures: as for `protect`.
        nestings: as for `protect`.
        complements: as for `protect`.
        answers: as for `protect`.
    """
    numbers = {} if answers is None else dict(list(answers.groupby(["wave_code", "question_code"])))
    families = families_of(nestings)
    for key, rows in figures.groupby(["wave_code", "question_code"], sort=True):
        question = question_of(rows, families.get(key[0], []), complements)
        given = numbers.get(key)
        if given is not None:
            question.span = float(np.ptp(given["value_number"])) or 1.0
        yield key[0], rows, question, given


def question_of(rows: pd.DataFrame, families: list[Family], complements: pd.DataFrame) -> Question:
    """The figures of one question in one wave, and the sums between them."""
    question = Question()
    base = question.base
    measures = sorted(rows["measure_id"].unique().tolist())
    question.kinds = dict(zip(rows["measure_id"], rows["kind"], strict=True))
    question.min_base = float(rows["min_base_n"].iloc[0])
    # Column by column: a frame makes each row much slower than it is read.
    names = ("group_id", "measure_id", "n_answers", "n_positive", "figure_id", "primary_reason")
    is_withheld = rows["primary_reason"].notna()
    for (group, measure, n, n_positive, figure_id, reason), withheld in zip(
        zip(*(rows[name].tolist() for name in names), strict=True), is_withheld, strict=True
    ):
        table_cell = (group, measure)
        base[group] = n
        question.positive[table_cell] = n_positive
        question.figure_ids[table_cell] = figure_id
        if withheld:
            question.hidden[table_cell] = reason
    for parent, family, children, rest_is_group in families:
        if parent not in base or not (children := [c for c in children if c in base]):
            continue
        rest = base[parent] - sum(base[c] for c in children)
        members = children
        if rest > 0:
            rest_place = f"rest of {parent} in {family}"
            base[rest_place] = rest
            if rest_is_group:
                question.rests.add(rest_place)
            members = [*children, rest_place]
            for measure in measures:
                question.hidden[(rest_place, measure)] = "unpublished"
                question.positive[(rest_place, measure)] = question.positive[
                    (parent, measure)
                ] - sum(question.positive[(child, measure)] for child in children)
        question.equations += [
            Equation({(parent, m): -1.0, **{(child, m): 1.0 for child in members}}, (parent, m))
            for m in measures
        ]
    groups = complements[complements["measure_id"].isin(measures)].groupby("complement_id")
    sums = [
        dict(zip(group["measure_id"], group["sign"].astype(float), strict=True))
        for _, group in groups
    ]
    for signs in sums:
        question.equations += [
            Equation({(place, m): s for m, s in signs.items()}) for place in base
        ]
    anywhere: list[dict[TableCell, float]] = [
        {("", m): s for m, s in signs.items()} for signs in sums
    ]
    question.fixed = {m for _, m in recoverable([("", m) for m in measures], anywhere)}
    return question


def families_of(nestings: pd.DataFrame) -> dict[str, list[Family]]:
    """Per wave the families, which are those of every question of it."""
    found: dict[str, list[Family]] = {}
    keys = ["wave_code", "parent_group", "family"]
    for (wave, parent, family), children in nestings.groupby(keys, sort=True):
        rest_is_group = bool(children["rest_is_group"].any())
        found.setdefault(wave, []).append(
            (parent, family, sorted(children["child_group"]), rest_is_group)
        )
    return found
