"""A crosstab beside those that were given out before to the same readers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from peil.crosstabs.asked import Asked, ask
from peil.crosstabs.known import Known, TableCell, cell_of
from peil.crosstabs.measured import Measured, measure
from peil.crosstabs.people import read_respondents, sides_of
from peil.crosstabs.shield import withheld_reasons
from peil.errors import InputError


@dataclass(frozen=True)
class Given:
    """A crosstab that was given out, and the figures that were to be seen in it."""

    question: str
    by: tuple[str, ...]
    where: dict[str, tuple[str, ...]]
    wave: str
    scheme: str
    shown: frozenset[TableCell]


def given(measured: Measured, reasons: np.ndarray) -> Given:
    """What a reader has of a crosstab."""
    asked = measured.asked
    shown = {
        cell_of(measured.groups[measured.shown[g]], measured.measures[k])
        for g, k in np.argwhere(reasons == "")
    }
    return Given(
        asked.question["question_code"], tuple(by.code for by in asked.bys),
        {side.code: levels for side, levels in asked.filters},
        asked.wave_code, asked.scheme["scheme_code"], frozenset(shown),
    )  # fmt: skip


def measure_together(
    connection: duckdb.DuckDBPyConnection, asked: Asked, earlier: Sequence[Given], label: str
) -> tuple[Measured, np.ndarray]:
    """A crosstab, and what is withheld of it beside tables that were given out before.

    Args:
        connection: the warehouse.
        asked: what is asked now.
        earlier: what was given out to the same readers.
        label: what the column of everybody is called.

    Returns:
        The figures, and the reasons as of `withheld_reasons`.
    """
    related = _related(asked, _still_asked(connection, earlier))
    if not related:
        measured = measure(connection, asked, label)
        return measured, withheld_reasons(connection, measured)
    respondents = read_respondents(connection, asked, [other for other, _ in related])
    measured = measure(connection, asked, label, respondents)
    known = Known(connection, measured, [(of, table.shown) for of, table in related])
    hidden = np.zeros((len(measured.groups), len(measured.measures)), dtype=bool)
    hidden[measured.shown] = known.withheld_before()
    while True:
        reasons = withheld_reasons(connection, measured, hidden)
        found = known.to_withhold(reasons == "")
        if not found:
            return measured, reasons
        for g, k in found:
            hidden[measured.shown[g], k] = True


def _still_asked(
    connection: duckdb.DuckDBPyConnection, earlier: Iterable[Given]
) -> list[tuple[Asked, Given]]:
    """Tables whose codes are all still there: what is gone is in no figure of now."""
    found = []
    for table in earlier:
        try:
            asked = ask(
                connection, table.question, table.by, table.where, table.wave, table.scheme,
                needs_by=False,
            )  # fmt: skip
        except InputError:
            continue
        found.append((asked, table))
    return found


def _related(asked: Asked, others: list[tuple[Asked, Given]]) -> list[tuple[Asked, Given]]:
    """Tables of the wave that are made of answers to the same questions, or of theirs in turn."""
    left = [(other, table) for other, table in others if other.wave_code == asked.wave_code]
    reached = {code for kind, code in sides_of(asked) if kind == "question"}
    found: list[tuple[Asked, Given]] = []
    while True:
        own = [
            (other, table) for other, table in left
            if reached & {code for kind, code in sides_of(other) if kind == "question"}
        ]  # fmt: skip
        if not own:
            return found
        found += own
        left = [pair for pair in left if pair not in own]
        reached |= {c for other, _ in own for kind, c in sides_of(other) if kind == "question"}
