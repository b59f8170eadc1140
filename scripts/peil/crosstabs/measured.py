"""The figures of a crosstab with every digit, and what is compared.

The groups stand in one list: the total, those of every part of the banner, and behind them groups
that are not shown but whose figures a reader may have (`context`), for what may not be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from peil.crosstabs.asked import Asked, By, Row, Side
from peil.crosstabs.people import (
    Level,
    Respondents,
    groups_of,
    levels_of,
    measures_of,
    outcomes,
    read_respondents,
)
from peil.errors import InputError
from peil.statistics.intervals import Figures, share_interval, t_interval
from peil.statistics.tabulation import Differences, Sample, Tabulated, differences, tabulate

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHARES = ("option", "range")
MOST = "max_distribution_values"  # more different numbers make no rows, and no groups


@dataclass(frozen=True)
class Group:
    """One column: its part of the banner (None for the total), its level and its letter."""

    by: By | None
    level: Level
    label: str
    letter: str | None = None
    is_context: bool = False
    sides: tuple[str, ...] = ()  # the labels of its levels


@dataclass(frozen=True)
class Measured:
    """Everything of a crosstab that is a number, before anything is withheld or rounded.

    Attributes:
        groups: the columns, shown ones first; inside: who is in them, shape (n, groups).
        measures: the rows; y: outcomes, shape (n, K).
        figures: of the shown groups, shape (G, K).
        df: degrees of freedom, and ends: those of the intervals, shape (G, K).
        pairs: per part of the banner which groups are compared, and how they differ.
    """

    asked: Asked
    groups: list[Group]
    measures: list[Row]
    respondents: Respondents
    inside: np.ndarray
    y: np.ndarray
    figures: Tabulated
    df: np.ndarray
    ends: tuple[np.ndarray, np.ndarray]
    pairs: dict[str, tuple[list[tuple[int, int]], Differences]]

    @property
    def shown(self) -> list[int]:
        return [g for g, group in enumerate(self.groups) if not group.is_context]

    def of(self, by: By) -> list[int]:
        """The columns of a part of the banner."""
        return [g for g in self.shown if self.groups[g].by == by]


def measure(
    connection: duckdb.DuckDBPyConnection,
    asked: Asked,
    total_label: str,
    respondents: Respondents | None = None,
) -> Measured:
    """Every figure of the crosstab and of its context.

    Args:
        connection: the warehouse.
        asked: what is asked.
        total_label: what the column of everybody is called.
        respondents: where they are read already, with more sides perhaps.

    Raises:
        InputError: a filter names a level that is not there, or leaves nobody.
    """
    respondents = respondents or read_respondents(connection, asked)
    conditions = _conditions(respondents, asked)
    chosen = np.logical_and.reduce([np.ones(len(respondents.frame), dtype=bool), *conditions])
    measures = measures_of(connection, asked)
    y = outcomes(asked, respondents, measures)
    if not (chosen[:, None] & ~np.isnan(y)).any():
        question, wave = asked.question["question_code"], asked.wave_code
        if np.isnan(y).all():
            raise InputError(
                f"Nobody with a weight answered '{question}' in wave '{wave}': there is nothing to "
                "tabulate. Another wave is asked with --wave."
            )
        raise InputError(
            f"Nobody who answered '{question}' is left: "
            + " ".join(f"--where {s.code}={','.join(levels)}" for s, levels in asked.filters)
            + f", wave {wave}. Leave a filter out, or take more levels."
        )
    groups, inside = _columns(respondents, asked, chosen, total_label)
    for label, rows in _context(respondents, asked, conditions):
        groups.append(Group(None, label, "", is_context=True))
        inside.append(rows)
    return _calculate(asked, respondents, measures, y, groups, np.column_stack(inside))


def columns_of(
    respondents: Respondents, asked: Asked, total_label: str
) -> tuple[list[Group], np.ndarray]:
    """The columns of a crosstab, and who is in them, shape (n, G).

    Raises:
        InputError: a filter names a level that is not there.
    """
    conditions = _conditions(respondents, asked)
    chosen = np.logical_and.reduce([np.ones(len(respondents.frame), dtype=bool), *conditions])
    groups, inside = _columns(respondents, asked, chosen, total_label)
    return groups, np.column_stack(inside)


def _conditions(respondents: Respondents, asked: Asked) -> list[np.ndarray]:
    return [_condition(respondents, asked, side, levels) for side, levels in asked.filters]


def _condition(
    respondents: Respondents, asked: Asked, side: Side, levels: Sequence[str]
) -> np.ndarray:
    groups = groups_of(respondents, side, asked.thresholds[MOST])
    for level in levels:
        if level not in groups:
            raise InputError(
                f"--where {side.code}={level}: no such level among those who answered. There are: "
                f"{', '.join(groups) or 'none'}."
            )
    return np.logical_or.reduce([groups[level] for level in levels])


def _columns(
    respondents: Respondents, asked: Asked, chosen: np.ndarray, total_label: str
) -> tuple[list[Group], list[np.ndarray]]:
    groups, inside = [Group(None, ("total",), total_label)], [chosen]
    for by in asked.bys:
        found = {
            level: rows & chosen
            for level, rows in levels_of(respondents, by, asked.thresholds[MOST]).items()
        }
        found = {level: rows for level, rows in found.items() if rows.any()}
        has_letters = by.comparison in (None, "pairs") and len(found) <= len(LETTERS)
        for i, (level, rows) in enumerate(found.items()):
            named = [s.labels.get(code, code) for s, code in zip(by.sides, level, strict=True)]
            letter = LETTERS[i] if has_letters else None
            groups.append(Group(by, level, ", ".join(named), letter, sides=tuple(named)))
            inside.append(rows)
    return groups, inside


def _context(
    respondents: Respondents, asked: Asked, conditions: list[np.ndarray]
) -> list[tuple[tuple[str, ...], np.ndarray]]:
    """Groups outside the table that hold groups of it, named by segment and level."""
    found: list[tuple[tuple[str, ...], np.ndarray]] = []
    sides = {(s.kind, s.code): s for by in asked.bys if len(by.sides) > 1 for s in by.sides}
    if conditions:
        everybody = np.ones(len(respondents.frame), dtype=bool)
        found.append((("total", "total"), everybody))
        sides |= {(s.kind, s.code): s for by in asked.bys for s in by.sides}
        sides |= {(s.kind, s.code): s for s, _ in asked.filters}
    else:
        alone = {(by.sides[0].kind, by.sides[0].code) for by in asked.bys if len(by.sides) == 1}
        sides = {key: side for key, side in sides.items() if key not in alone}
    for side in sides.values():
        groups = groups_of(respondents, side, asked.thresholds[MOST])
        found += [((side.code, level), rows) for level, rows in groups.items()]
    for (side, levels), rows in zip(asked.filters, conditions, strict=True):
        if len(levels) > 1:
            found.append(((side.code, ",".join(levels)), rows))
    return found


def _calculate(
    asked: Asked, respondents: Respondents, measures: list[Row], y: np.ndarray,
    groups: list[Group], inside: np.ndarray,
) -> Measured:  # fmt: skip
    design, by_cluster = respondents.numbered.design, asked.scheme["inference_unit"] == "cluster"
    n_shown = sum(not group.is_context for group in groups)
    sample = Sample(design, respondents.people, y, inside[:, :n_shown], by_cluster)
    figures = tabulate(sample)
    n_respondents = design.n_units.sum()
    is_calibrated = asked.scheme["variance_method"] == "calibrated"
    n_design = np.where(is_calibrated, n_respondents, figures.n)
    df = figures.n - figures.n_strata
    n_exact = figures.n_effective
    if by_cluster:
        df = np.where(
            figures.n_clusters > figures.n_strata, figures.n_clusters - figures.n_strata, np.nan
        )
        n_exact = np.fmin(n_exact, _clustered_n(figures))
    of = Figures(figures.estimate, figures.se, df, n_exact, n_design)
    level = asked.thresholds["confidence_level"]
    is_share = np.array([row["kind"] in SHARES for row in measures])
    with np.errstate(all="ignore"):
        shares = share_interval(asked.scheme["interval_method"], of, level)
    means = t_interval(of, level)
    ends = np.where(is_share, shares[0], means[0]), np.where(is_share, shares[1], means[1])
    pairs = {}
    for by in asked.bys:
        columns = [g for g, group in enumerate(groups) if group.by == by]
        found = _compared(groups, columns, by)
        pairs[by.code] = found, differences(sample, figures, found)
    return Measured(asked, groups, measures, respondents, inside, y, figures, df, ends, pairs)


def _clustered_n(figures: Tabulated) -> np.ndarray:
    """What the answers are worth by the design effect of the total; without one, the clusters."""
    with np.errstate(divide="ignore", invalid="ignore"):
        deff = (
            figures.variance[0] * (figures.n[0] - 1) / (figures.simple_variance[0] * figures.n[0])
        )
        worth = figures.n / np.where(deff > 0, deff, np.nan)
    return np.where(np.isnan(worth), figures.n_clusters, worth)


def _compared(groups: list[Group], columns: list[int], by: By) -> list[tuple[int, int]]:
    """Each two groups, or each against the total where they are too many or declared so."""
    if by.comparison == "none":
        return []
    if by.comparison == "pairs" or all(groups[g].letter for g in columns):
        return [(a, b) for i, a in enumerate(columns) for b in columns[i + 1 :]]
    return [(g, 0) for g in columns]
