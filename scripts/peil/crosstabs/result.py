"""A crosstab as it may be seen: withheld where it must be, and rounded as the seed says."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from peil.crosstabs.asked import Asked, By, Row
from peil.crosstabs.association import association
from peil.crosstabs.measured import SHARES, Group, Measured
from peil.crosstabs.shield import primary_reasons
from peil.disclosure.rules import QUANTITIES
from peil.statistics.tabulation import benjamini_hochberg

REASONS = {"": None, "small_base": "too few", "protected": "protected"}
FIGURES = ("estimate", "se", "ci_low", "ci_high")
TOTAL = "total"


@dataclass(frozen=True)
class Crosstab:
    """A question by the groups of its banner.

    Attributes:
        figures: one row per group and row of the table: by, group, second_group, group_label,
            group_letter, statistic, option_code, label, kind, is_answer, estimate, se, ci_low,
            ci_high, df, n_answers, n_effective, row_share, higher_than (letters),
            differs_from_total (higher or lower), withheld_reason (`too few` or `protected`).
        differences: one row per two groups that were compared and row of the table: by, group_a,
            group_b, statistic, option_code, difference, se, df, p_value, p_adjusted. group_b is
            `total` where groups are compared with the total.
        tests: one row per BY with a test of association, of the columns of which every answer is
            seen: by, f_statistic, df1, df2, p_value.
        divisions: what the BYs are called.
        sides: what the two groups of a crossed column are called, by group_label within a BY.
        about: survey, wave, scheme and question in words, the language, and the filter.
    """

    figures: pd.DataFrame
    differences: pd.DataFrame
    tests: pd.DataFrame
    divisions: dict[str, str]
    sides: dict[tuple[str, str], tuple[str, ...]]
    about: dict[str, str]


class Rounding:
    """The rows of publication_rounding; without them every digit stays."""

    def __init__(self, rows: list[Row], thresholds: dict[str, float]) -> None:
        self.digits = {row["quantity"]: (row["method"], row["digits"]) for row in rows}
        self.thresholds = thresholds

    def __call__(self, number: float, quantity: str) -> float:
        if quantity not in self.digits or not np.isfinite(number) or number == 0:
            return float(number)
        method, digits = self.digits[quantity]
        if method != "decimals":
            digits = digits - 1 - int(np.floor(np.log10(abs(number))))
        return round(float(number), int(digits))

    def figure(self, number: float, kind: str, n: float) -> float:
        small = n < self.thresholds["small_base_n"]
        return self(number, QUANTITIES[kind] + ("_small_base" if small else ""))

    def step(self, kind: str, n: float) -> float:
        """What the last digit of such a figure counts; 0 where every digit stays."""
        small = n < self.thresholds["small_base_n"]
        quantity = QUANTITIES[kind] + ("_small_base" if small else "")
        return 10.0 ** -self.digits[quantity][1] if quantity in self.digits else 0.0

    def p(self, number: float) -> float:
        """Never 0: the least value that is told apart stands for "smaller"."""
        rounded = self(number, "p_value")
        return max(rounded, self.thresholds["min_p_value"]) if self.digits else rounded


def result(measured: Measured, reasons: np.ndarray, rounding: Rounding) -> Crosstab:
    """The frames of a crosstab; a figure with a reason is empty."""
    compared = [_compared(measured, reasons, by, rounding) for by in measured.asked.bys]
    differences = pd.concat([frame for frame, _ in compared], ignore_index=True)
    marks: dict[tuple[int, int], list[str]] = {}
    for _, own in compared:
        for place, found in own.items():
            marks.setdefault(place, []).extend(found)
    rows = [
        _figure(measured, reasons, g, k, marks.get((g, k), []), rounding)
        for g in measured.shown
        for k in range(len(measured.measures))
    ]
    tests = pd.DataFrame(
        [
            (by.code, rounding(test.statistic, "test_statistic"),
             rounding(test.df1, "test_statistic"), rounding(test.df2, "test_statistic"),
             rounding.p(test.p_value))
            for by in measured.asked.bys
            if (test := association(measured, by, reasons)) is not None
        ],
        columns=["by", "f_statistic", "df1", "df2", "p_value"],
    )  # fmt: skip
    divisions = {by.code: by.label for by in measured.asked.bys}
    shown = [measured.groups[g] for g in measured.shown]
    sides = {(g.by.code, g.label): g.sides for g in shown if g.by and len(g.sides) > 1}
    return Crosstab(pd.DataFrame(rows), differences, tests, divisions, sides, about(measured.asked))


def _figure(
    measured: Measured, reasons: np.ndarray, g: int, k: int, marks: list[str], rounding: Rounding
) -> Row:
    group, row, of = measured.groups[g], measured.measures[k], measured.figures
    kind, n = row["kind"], of.n[g, k]
    numbers = (of.estimate[g, k], of.se[g, k], measured.ends[0][g, k], measured.ends[1][g, k])
    shown = not reasons[g, k]
    return {
        **_name(group),
        "group_label": group.label,
        "group_letter": group.letter,
        "statistic": row["statistic"],
        "option_code": row["option_code"],
        "label": row["label"],
        "kind": kind,
        "is_answer": row["is_answer"],
        **{
            name: rounding.figure(number, kind, n) if shown else np.nan
            for name, number in zip(FIGURES, numbers, strict=True)
        },
        "df": measured.df[g, k] if shown else np.nan,
        "n_answers": n if shown else np.nan,
        "n_effective": rounding(of.n_effective[g, k], "effective_n") if shown else np.nan,
        "row_share": _row_share(measured, reasons, g, k, rounding),
        "higher_than": "".join(sorted(mark for mark in marks if len(mark) == 1)) or None,
        "differs_from_total": next((mark for mark in marks if len(mark) > 1), None),
        "withheld_reason": REASONS[reasons[g, k]],
    }


def _row_share(
    measured: Measured, reasons: np.ndarray, g: int, k: int, rounding: Rounding
) -> float:
    """Of those who gave the answer, who is in the group: only where both figures are seen.

    Its base is everybody who gave the answer, to whom the primary rule applies as to any group.
    """
    of, kind = measured.figures, measured.measures[k]["kind"]
    if kind not in SHARES or reasons[g, k] or reasons[0, k]:
        return np.nan
    given, base = of.n_positive[[g], k], of.n_positive[[0], k]
    share, none = [{"kind": "option"}], np.zeros((1, 1))
    judged = primary_reasons(measured.asked, share, base[None], given[None], none, none > 0)
    if g and judged[0, 0]:
        return np.nan
    everybody = of.estimate[0, k] * of.sum_w[0, k]
    if not everybody > 0:
        return np.nan
    return rounding.figure(of.estimate[g, k] * of.sum_w[g, k] / everybody, kind, of.n[g, k])


def _name(group: Group) -> Row:
    if group.by is None:
        return {"by": TOTAL, "group": TOTAL, "second_group": None}
    second = group.level[1] if len(group.level) > 1 else None
    return {"by": group.by.code, "group": group.level[0], "second_group": second}


def _compared(
    measured: Measured, reasons: np.ndarray, by: By, rounding: Rounding
) -> tuple[pd.DataFrame, dict[tuple[int, int], list[str]]]:
    """The differences of a part of the banner, and the marks that its figures get."""
    pairs, found = measured.pairs[by.code]
    # Withheld pairs are outside the family: nobody sees their test.
    seen = np.array([[not reasons[a, k] and not reasons[b, k] for k in range(reasons.shape[1])]
                     for a, b in pairs]).reshape(found.p_value.shape)  # fmt: skip
    adjusted = benjamini_hochberg(np.where(seen, found.p_value, np.nan))
    level = measured.asked.thresholds["significance_level"]
    rows = []
    marks: dict[tuple[int, int], list[str]] = {}
    for (i, k), p in np.ndenumerate(adjusted):
        (a, b), row = pairs[i], measured.measures[k]
        n = min(measured.figures.n[a, k], measured.figures.n[b, k])
        numbers = (
            rounding.figure(float(found.difference[i, k]), row["kind"], n),
            rounding.figure(float(found.se[i, k]), row["kind"], n),
            float(found.df[i, k]),
            rounding.p(float(found.p_value[i, k])),
        )
        rows.append(
            (
                by.code,
                measured.groups[a].label,
                TOTAL if b == 0 else measured.groups[b].label,
                row["statistic"],
                row["option_code"],
                *(number if seen[i, k] else np.nan for number in numbers),
                rounding.p(float(p)),
            )
        )
        if p < level:
            is_higher = found.difference[i, k] > 0
            if b == 0:
                marks.setdefault((a, k), []).append("higher" if is_higher else "lower")
            else:
                higher, lower = (a, b) if is_higher else (b, a)
                marks.setdefault((higher, k), []).append(measured.groups[lower].letter or "")
    return pd.DataFrame(rows, columns=DIFFERENCES), marks


DIFFERENCES = [
    "by", "group_a", "group_b", "statistic", "option_code", "difference", "se", "df", "p_value",
    "p_adjusted",
]  # fmt: skip


def about(asked: Asked) -> dict[str, str]:
    """What a crosstab is of, in words."""
    label = f"label_{asked.language}"
    return {
        "question": asked.question[label],
        "text": asked.question[f"text_{asked.language}"] or asked.question[label],
        "survey": asked.survey[label],
        "wave": asked.wave_label,
        "scheme": asked.scheme[label],
        "language": asked.language,
        "is_simulated": "yes" if asked.survey["is_simulated"] else "",
        "is_several": "yes" if asked.question["kind"] == "multiple" else "",
        "significance_level": f"{asked.thresholds['significance_level']:g}",
        "overlapping": "; ".join(
            by.label for by in asked.bys if any(side.overlaps for side in by.sides)
        ),
        "filter": "; ".join(
            f"{side.label}: {', '.join(side.labels.get(code, code) for code in levels)}"
            for side, levels in asked.filters
        ),
    }
