"""Suppression: which figures may not be seen, so that none of them can be worked out from others.

Primary: a figure on too few people. Complementary: other figures that would give it away. A
published total is the sum of its parts, the shares of a question with one answer sum to 1, and a
net score is one share minus another: as long as a withheld figure is the only unknown of such an
equation, or combinations of equations leave only one value for it, a further figure is withheld.
What is left when all published groups are subtracted from their total is a figure as well: it has
the same least base, unless the rounding of what is published blurs it. A mean is withheld where it
would leave a withheld count of the same answers no room.

Source: Willenborg & De Waal (2001), Elements of Statistical Disclosure Control, on secondary cell
suppression.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from scripts.disclosure.moments import Answers, room
from scripts.disclosure.rules import LEAST_ROOM, SHARES, Rules
from scripts.errors import PeilError

COMPLEMENTARY = "complementary"
Place = int | str  # a group, or the rest of one
Cell = tuple[Place, int]  # place, measure


# A rest of people that rounding blurs by less than this part of the scale can be read.
BLUR = 0.2


@dataclass
class Equation:
    """Cells whose signed sum is known. `parent` is spared as long as another cell can go."""

    cells: dict[Cell, float]
    parent: Cell | None = None


@dataclass
class Question:
    """The figures of one question in one wave, and the equations between them.

    Attributes:
        base: respondents in the base per place.
        min_base: the least base of a published figure.
        positive: respondents per cell who gave the answer.
        kinds: kind of statistic per measure.
        span: highest minus lowest number of the scale, 1 for shares.
        hidden: withheld cells with their reason; `nobody` for people in no published group.
        figure_ids: the cells that are figures, with their number.
        equations: sums that hold between the cells.
    """

    base: dict[Place, float] = field(default_factory=dict)
    min_base: float = 0
    positive: dict[Cell, float] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    span: float = 1
    hidden: dict[Cell, str] = field(default_factory=dict)
    figure_ids: dict[Cell, int] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)


def protect(
    figures: pd.DataFrame,
    nestings: pd.DataFrame,
    complements: pd.DataFrame,
    rules: Rules,
    answers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Reasons per withheld figure, complementary ones included.

    Args:
        figures: figure_id, wave_code, question_code, measure_id, kind, value_from, value_to,
            group_id, n_answers, n_positive, min_base_n, primary_reason (null when publishable).
        nestings: wave_code, parent_group, child_group, family: children of one family and one
            parent share nobody and lie in that parent.
        complements: complement_id, measure_id, sign: measures of a question with a known sum.
        rules: what may be seen and how it is rounded.
        answers: wave_code, question_code, group_id, value_number, n: how many people gave each
            number, of surveys that publish plain counts; others leave no whole numbers.

    Returns:
        Columns figure_id, withheld_reason; one row per withheld figure.
    """
    parts = []
    numbers = {} if answers is None else dict(list(answers.groupby(["wave_code", "question_code"])))
    for key, rows in figures.groupby(["wave_code", "question_code"], sort=True):
        question = question_of(rows, nestings[nestings["wave_code"] == key[0]], complements)
        given = numbers.get(key)
        if given is not None:
            question.span = float(np.ptp(given["value_number"])) or 1.0
        _withhold(question, rules)
        while given is not None and _withhold_moments(question, rows, given, rules):
            _withhold(question, rules)
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


def question_of(rows: pd.DataFrame, nestings: pd.DataFrame, complements: pd.DataFrame) -> Question:
    question = Question()
    base = question.base
    measures = sorted(rows["measure_id"].unique().tolist())
    question.kinds = dict(zip(rows["measure_id"], rows["kind"], strict=True))
    question.min_base = float(rows["min_base_n"].iloc[0])
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
            Equation({(parent, m): -1.0, **{(child, m): 1.0 for child in members}}, (parent, m))
            for m in measures
        ]
    groups = complements[complements["measure_id"].isin(measures)].groupby("complement_id")
    for _, group in groups:
        signs = dict(zip(group["measure_id"], group["sign"], strict=True))
        question.equations += [
            Equation({(place, m): float(s) for m, s in signs.items()}) for place in base
        ]
    return question


def _families(nestings: pd.DataFrame) -> Iterator[tuple[Place, str, list[Place]]]:
    for (parent, family), children in nestings.groupby(["parent_group", "family"], sort=True):
        yield parent, family, sorted(children["child_group"])


def _withhold(question: Question, rules: Rules) -> None:
    """Withhold one cell at a time until nothing gives a figure away, alone or in combination."""
    while True:
        weak = next((e for e in question.equations if _gives_away(question, e, rules)), None)
        if weak is None:
            known = [e.cells for e in question.equations]
            solved = recoverable(list(question.hidden), known) & set(question.figure_ids)
            weak = next((e for e in question.equations if solved & set(e.cells)), None)
        if weak is None:
            return
        _withhold_smallest(question, weak)


def _gives_away(question: Question, equation: Equation, rules: Rules) -> bool:
    """Whether subtracting all that is published leaves too few people around a hidden figure.

    What is left is as good as published: it must hold enough people besides the figure, and for
    a share enough who gave the answer and enough who did not. Of groups it is a group of its own,
    with the least base of any figure; people of whom only is known that they did not say are no
    group, but few of them may not be told apart either.
    """
    hidden = [c for c in equation.cells if c in question.hidden]
    figures = [c for c in hidden if c in question.figure_ids]
    if not hidden or len(hidden) == len(equation.cells):
        return False
    if not figures:
        return rest_is_read(question, equation, hidden, rules)
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


def rest_is_read(question: Question, equation: Equation, hidden: list[Cell], rules: Rules) -> bool:
    """Whether the people of all hidden groups together are a figure that may not be seen."""
    if equation.parent is None:
        return False
    kind = question.kinds[hidden[0][1]]
    everyone = sum(question.base[place] for place, _ in hidden)
    span = question.span if kind == "mean" else 1.0
    blur = sum(
        _blur(kind, question.base[c[0]], rules) for c in equation.cells if c not in question.hidden
    )
    if 2 * blur >= max(rules.min_cell_n, BLUR * span * everyone):
        return False
    if any(c in question.figure_ids for c in hidden):
        return everyone < question.min_base
    if everyone < rules.min_cell_n:
        return True
    positive = sum(question.positive[c] for c in hidden)
    return kind in SHARES and 0 < min(positive, everyone - positive) < rules.min_cell_n


def _blur(kind: str, n: float, rules: Rules) -> float:
    """By how much the sum behind a published figure is unknown; a whole number is known exactly."""
    half = n * rules.half_digit(kind, n)
    return half if half >= 0.5 else 0.0


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
    ranges = {
        row.measure_id: (row.value_from, row.value_to)
        for row in rows.drop_duplicates("measure_id").itertuples()
        if row.kind == "range"
    }
    for group, part in given.groupby("group_id"):
        shown = [m for m in means if (group, m) in question.figure_ids]
        shown = [m for m in shown if (group, m) not in question.hidden]
        secret = [m for m in ranges if (group, m) in question.hidden]
        if not shown or not secret:
            continue
        values = part["value_number"].to_numpy(dtype=float)
        inside = {m: (values >= low) & (values <= high) for m, (low, high) in ranges.items()}
        half = rules.half_digit("mean", part["n"].sum())
        answers = Answers(
            values, part["n"].to_numpy(dtype=float), half, half / 2,
            np.array([inside[m] for m in ranges if m not in secret]).reshape(-1, len(values)),
        )  # fmt: skip
        ends = [room(answers, inside[m].astype(float)) for m in secret]
        yield group, shown, [high - low for low, high in ends]


def _people(question: Question, equation: Equation, cell: Cell) -> float:
    """Respondents who stand behind a cell: the base in sums over groups, else who answered so."""
    return question.base[cell[0]] if equation.parent is not None else question.positive[cell]


def _withhold_smallest(question: Question, equation: Equation) -> None:
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
