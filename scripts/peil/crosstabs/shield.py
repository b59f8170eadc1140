"""What may not be seen of a crosstab: the rules of the published tables, over this table.

A figure that the published tables withhold is withheld here too. Then the primary rule of
models/estimates/disclosure/est_figures.sql, and `peil.disclosure.protect` over the groups of the
table, the groups around them that are not shown, and the sums between answers.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from peil.crosstabs.asked import Asked, rows_of
from peil.crosstabs.measured import SHARES, Group, Measured
from peil.crosstabs.people import Level
from peil.crosstabs.sums import answers, complements, counts_people, nestings
from peil.disclosure import Rules, protect, rules_of, withheld_answers
from peil.statistics.tabulation import Sample, counts

SMALL_BASE, PROTECTED = "small_base", "protected"
Key = tuple[Level, Level, str, str | None]


def withheld_reasons(
    connection: duckdb.DuckDBPyConnection, measured: Measured, also: np.ndarray | None = None
) -> np.ndarray:
    """`small_base`, `protected` or an empty text per shown group and measure, shape (G, K).

    A finer reason would tell how few gave the answer, or that all gave the same. `also` says of
    every group, context included, and measure whether it is withheld whatever this table says.
    """
    asked, measures = measured.asked, measured.measures
    n, n_positive, uniform = counts(
        Sample(
            measured.respondents.numbered.design, measured.respondents.people, measured.y,
            measured.inside,
        )
    )  # fmt: skip
    primary = primary_reasons(asked, measures, n, n_positive, uniform)
    seen = _seen(connection, measured, primary)
    if also is not None:
        primary[also & (primary == "")] = PROTECTED
    spread = np.array([row["is_distribution"] for row in measures])
    rounding = connection.execute("select * from codebook.publication_rounding").df()
    shield = _Shield(
        measured, n, n_positive, nestings(measured), complements(connection, measured),
        rules_of(pd.Series(asked.thresholds), rounding),
        answers(measured) if counts_people(connection, asked) else None,
    )  # fmt: skip
    reasons = shield.protect(primary, np.flatnonzero(~spread))
    reasons[:, spread] = shield.protect_answers(primary, reasons, spread)
    # What a reader has cannot be withheld any more: then what is made of it is.
    lost = (reasons != "") & seen & (primary == "")
    lost[: len(measured.shown)] = False
    for row in shield.nestings.itertuples():
        hidden = lost[row.parent_group] & (reasons[row.child_group] != SMALL_BASE)
        reasons[row.child_group, hidden] = PROTECTED
    return reasons[: len(measured.shown)]


@dataclass(frozen=True)
class _Shield:
    """What `peil.disclosure.protect` needs to know of the table."""

    measured: Measured
    n: np.ndarray
    n_positive: np.ndarray
    nestings: pd.DataFrame
    complements: pd.DataFrame
    rules: Rules
    answers: pd.DataFrame | None

    def protect(self, primary: np.ndarray, measures: np.ndarray) -> np.ndarray:
        """The reason per group and measure, of these measures; empty where it is seen."""
        reasons = np.full(primary.shape, "", dtype=object)
        at = [(g, k) for g in range(len(primary)) for k in measures if self.n[g, k] > 0]
        reasons[self.n == 0] = SMALL_BASE
        if not at:
            return reasons
        found = protect(
            self._figures(at, primary), self.nestings, self.complements, self.rules, self.answers
        )
        for figure, reason in zip(found["figure_id"], found["withheld_reason"], strict=True):
            reasons[at[figure]] = SMALL_BASE if reason == SMALL_BASE else PROTECTED
        return reasons

    def protect_answers(
        self, primary: np.ndarray, reasons: np.ndarray, spread: np.ndarray
    ) -> np.ndarray:
        """The same of the shares of every number, which a group shows all or none of."""
        found = np.full((len(primary), spread.sum()), "", dtype=object)
        at = [(g, k) for g in range(len(primary)) for k in map(int, np.flatnonzero(spread))
              if self.n[g, k] > 0]  # fmt: skip
        found[(self.n[:, spread] == 0).any(axis=1)] = SMALL_BASE
        if not at:
            return found
        asked = self.measured.asked
        place = asked.wave_code, asked.question["question_code"]
        lost = np.flatnonzero((reasons[:, ~spread] != "").any(axis=1))
        withheld = pd.DataFrame(
            [(*place, int(g)) for g in lost], columns=["wave_code", "question_code", "group_id"]
        )
        rows = withheld_answers(self._figures(at, primary), withheld, self.nestings, self.rules)
        for figure, reason in zip(rows["figure_id"], rows["withheld_reason"], strict=True):
            found[at[figure][0]] = SMALL_BASE if reason == SMALL_BASE else PROTECTED
        return found

    def _figures(self, at: list[tuple[int, int]], primary: np.ndarray) -> pd.DataFrame:
        asked = self.measured.asked
        rows = [
            (
                i, asked.wave_code, asked.question["question_code"], row["measure_id"],
                row["kind"], row["value_from"], row["value_to"], g, self.n[g, k],
                self.n_positive[g, k], asked.survey["min_base_n"], primary[g, k] or None,
            )
            for i, (g, k) in enumerate(at)
            for row in [self.measured.measures[k]]
        ]  # fmt: skip
        columns = [
            "figure_id", "wave_code", "question_code", "measure_id", "kind", "value_from",
            "value_to", "group_id", "n_answers", "n_positive", "min_base_n", "primary_reason",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)


def primary_reasons(
    asked: Asked, measures: list[dict], n: np.ndarray, n_positive: np.ndarray, uniform: np.ndarray
) -> np.ndarray:
    """What too few people gave, or did not give, or all gave: the rule of est_figures."""
    limits = asked.thresholds
    kinds = np.array([row["kind"] for row in measures])
    few = np.minimum(n_positive, n - n_positive)
    is_share = np.isin(kinds, SHARES)
    small_cell = is_share & (few >= 1) & (few < limits["min_cell_n"])
    equal = np.where(is_share, few == 0, uniform & (kinds == "mean"))
    equal &= n < limits["min_uniform_base_n"]
    reasons = np.where(small_cell, "small_cell", np.where(equal, "uniform_answers", ""))
    return np.where(n < asked.survey["min_base_n"], SMALL_BASE, reasons).astype(object)


def _seen(
    connection: duckdb.DuckDBPyConnection, measured: Measured, primary: np.ndarray
) -> np.ndarray:
    """Which figures are published; `primary` takes over which of them are withheld there."""
    published = published_reasons(connection, measured.asked)
    seen = np.zeros(primary.shape, dtype=bool)
    for g, group in enumerate(measured.groups):
        place = _place(group, not measured.asked.filters)
        for k, row in enumerate(measured.measures):
            state = published.get((*place, row["statistic"], row["option_code"]))
            seen[g, k] = state == ""
            if state:
                primary[g, k] = state
            elif state == "" and group.is_context:
                primary[g, k] = ""  # a reader has it, whatever this table would do with it
    return seen


def published_reasons(connection: duckdb.DuckDBPyConnection, asked: Asked) -> dict[Key, str]:
    """Of the published figures of the question the reason why not, empty where they are seen.

    Keys: attributes, levels, statistic (`distribution` of a number) and answer.
    """
    rows = rows_of(
        connection,
        "select attribute_code, second_attribute_code, segment_value, second_segment_value, "
        "statistic, option_code, max(coalesce(withheld_reason, '')) as reason from ("
        "select * from marts.estimates union all by name select * exclude (statistic), "
        "'distribution' as statistic, answer_code as option_code from marts.distributions "
        "where statistic = 'share' and value_from is not null"
        ") as published inner join estimates.est_segments using (survey_code, segment_code) "
        "where survey_code = ? and wave_code = ? and question_code = ? group by all",
        asked.survey["survey_code"], asked.wave_code, asked.question["question_code"],
    )  # fmt: skip
    found = {}
    for row in rows:
        attributes = tuple(
            code for code in (row["attribute_code"], row["second_attribute_code"]) if code
        ) or ("total",)
        levels = (row["segment_value"], row["second_segment_value"])[: len(attributes)]
        key = (*_sorted(attributes, levels), row["statistic"], row["option_code"])
        found[key] = row["reason"]
    return found


def _sorted(attributes: Level, levels: Level) -> tuple[Level, Level]:
    pairs = sorted(zip(attributes, levels, strict=True))
    return tuple(a for a, _ in pairs), tuple(level for _, level in pairs)


def _place(group: Group, is_whole: bool) -> tuple[Level, Level]:
    """Attributes and levels of a group; nothing published is about a group that is filtered."""
    if group.is_context:
        return (group.level[0],), (group.level[1],)
    if not is_whole:
        return (), ()
    if group.by is None:
        return ("total",), ("total",)
    if any(side.kind != "attribute" for side in group.by.sides):
        return (), ()
    return _sorted(tuple(side.code for side in group.by.sides), group.level)
