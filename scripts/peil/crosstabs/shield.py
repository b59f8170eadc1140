"""What may not be seen of a crosstab: the rules of the published tables, over this table.

A figure that the published tables withhold is withheld here too. Then the primary rule of
models/estimates/disclosure/est_figures.sql, and `peil.disclosure.protect` over the groups of the
table, the groups around them that are not shown, and the sums between answers.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from peil.crosstabs.asked import Asked
from peil.crosstabs.measured import SHARES, Group, Measured
from peil.crosstabs.people import Level
from peil.crosstabs.reasons import published_reasons, sorted_place, withheld_other_way_around
from peil.crosstabs.sums import answers, complements, counts_people, nestings
from peil.disclosure import Rules, protect, rules_of, withheld_answers
from peil.statistics.tabulation import Sample, counts

SMALL_BASE, PROTECTED = "small_base", "protected"


def withheld_reasons(
    connection: duckdb.DuckDBPyConnection, measured: Measured, also: np.ndarray | None = None
) -> np.ndarray:
    """`small_base`, `protected` or an empty text per shown group and measure, shape (G, K).

    A finer reason would tell how few gave the answer, or that all gave the same. `also` says of
    every group, context included, and measure whether it is withheld whatever this table says.
    """
    asked, measures = measured.asked, measured.measures
    n, n_positive, n_minus, uniform = counts(
        Sample(
            measured.respondents.numbered.design, measured.respondents.people, measured.y,
            measured.inside,
        )
    )  # fmt: skip
    primary = primary_reasons(asked, measures, n, n_positive, n_minus, uniform)
    seen = _seen(connection, measured, primary)
    for place in withheld_other_way_around(connection, measured):
        primary[place] = primary[place] or PROTECTED
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
                row["kind"], *ends, g, self.n[g, k],
                self.n_positive[g, k], asked.survey["min_base_n"], primary[g, k] or None,
            )
            for i, (g, k) in enumerate(at)
            for row in [self.measured.measures[k]]
            # A labelled answer is the range of its own number.
            for ends in [(row["option_number"],) * 2 if row["kind"] == "option"
                         else (row["value_from"], row["value_to"])]
        ]  # fmt: skip
        columns = [
            "figure_id", "wave_code", "question_code", "measure_id", "kind", "value_from",
            "value_to", "group_id", "n_answers", "n_positive", "min_base_n", "primary_reason",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)


def primary_reasons(
    asked: Asked, measures: list[dict], n: np.ndarray, n_positive: np.ndarray,
    n_minus: np.ndarray, uniform: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """What too few people gave, or did not give, or all gave: the rule of est_figures."""
    limits = asked.thresholds
    kinds = np.array([row["kind"] for row in measures])
    is_net = kinds == "net"
    # Who gave an answer and who did not; of a net who is in either range and who is not.
    given = (np.where(is_net, n_positive - n_minus, n_positive),
             np.where(is_net, n_minus, n_positive))  # fmt: skip
    people = np.stack([of for one in given for of in (one, n - one)])
    counts_people = is_net | np.isin(kinds, SHARES)
    few = ((people >= 1) & (people < limits["min_cell_n"])).any(axis=0)
    small_cell = counts_people & few
    equal = np.where(counts_people, (people == 0).any(axis=0), uniform & (kinds == "mean"))
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
    return sorted_place(tuple(side.code for side in group.by.sides), group.level)
