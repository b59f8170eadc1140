"""A crosstab as a page: a banner over columns, blocks of rows, and what a reader must know."""

from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from peil.crosstabs.result import TOTAL, Crosstab
from peil.crosstabs.words import words
from peil.dutch import DASH, level, number, percent, signed

SHARE, NET, MEAN, COUNT = "share", "net", "mean", "count"
_UNITS = {"option": SHARE, "range": SHARE, "net": NET, "mean": MEAN}
_SIGNS = {"too few": "·", "protected": "x"}
_ARROWS = {"higher": "▲", "lower": "▼"}


class Cell(NamedTuple):
    """A figure with what stands behind it, or the sign of the reason that there is none."""

    value: float | None
    mark: str = ""
    reason: str = ""


class Line(NamedTuple):
    """A row: an answer, a statistic or a base."""

    label: str
    unit: str
    cells: tuple[Cell, ...]


class Column(NamedTuple):
    """A group under the part of the banner that it is of."""

    division: str
    label: str
    letter: str
    sides: tuple[str, ...] = ()  # of two groups that cross


@dataclass(frozen=True)
class Page:
    """The crosstab as it is read."""

    title: str
    above: tuple[str, ...]
    first: str
    columns: tuple[Column, ...]
    blocks: tuple[tuple[str, tuple[Line, ...]], ...]
    below: tuple[str, ...]
    language: str


def page(table: Crosstab) -> Page:
    """What stands where; nothing is calculated here."""
    about, figures = table.about, table.figures
    language = about["language"]
    t = words(language)
    keys = ["by", "group", "second_group"]
    groups = [own for _, own in figures.groupby(keys, sort=False, dropna=False)]
    heads = [own.iloc[0] for own in groups]
    divisions = table.divisions
    columns = tuple(
        Column(
            divisions.get(head["by"], ""), head["group_label"], _text(head["group_letter"]),
            table.sides.get((head["by"], head["group_label"]), ()),
        )
        for head in heads
    )  # fmt: skip
    rows = [[own.iloc[k] for own in groups] for k in range(len(groups[0]))]
    is_answer = [bool(row[0]["is_answer"]) for row in rows]
    answers = [row for row, answer in zip(rows, is_answer, strict=True) if answer]
    others = [row for row, answer in zip(rows, is_answer, strict=True) if not answer]
    bases = tuple(_base(t[word], groups, name) for word, name in
                  (("base", "n_answers"), ("effective", "n_effective")))  # fmt: skip
    row_shares = tuple(Line(row[0]["label"], SHARE, tuple(map(_row_share, row))) for row in answers)
    blocks = [
        (t["shares"], tuple(_line(row) for row in answers)),
        (t["statistics"], (*(_line(row) for row in others), *bases)),
        (t["rows"], row_shares),
    ]
    return Page(
        about["question"], _above(table), t["line"], columns,
        tuple((heading, lines) for heading, lines in blocks if lines),
        _below(table, row_shares),
        language,
    )  # fmt: skip


def shown(cell: Cell, unit: str, language: str) -> str:
    """A figure as text, with its mark."""
    if cell.value is None:
        return cell.reason
    text = {
        SHARE: lambda: percent(cell.value, 0, language),
        NET: lambda: f"{signed(100 * cell.value, 0, language)}%",
        MEAN: lambda: number(cell.value, 1, language),
        COUNT: lambda: number(cell.value, 0, language),
    }[unit]()
    return f"{text} {cell.mark}".strip()


def _line(row: list[pd.Series]) -> Line:
    return Line(row[0]["label"], _UNITS[row[0]["kind"]], tuple(_cell(c) for c in row))


def _cell(figure: pd.Series) -> Cell:
    if pd.isna(figure["estimate"]):
        return Cell(None, "", _sign(figure))
    mark = _text(figure["higher_than"]) + _ARROWS.get(_text(figure["differs_from_total"]), "")
    return Cell(float(figure["estimate"]), mark)


def _row_share(figure: pd.Series) -> Cell:
    if not pd.isna(figure["row_share"]):
        return Cell(float(figure["row_share"]))
    # The total is withheld: a row share beside its figure would tell it.
    is_hidden = _text(figure["withheld_reason"]) == "" and figure["estimate"] > 0
    return Cell(None, "", _SIGNS["protected"] if is_hidden else _sign(figure))


def _sign(figure: pd.Series) -> str:
    reason = figure["withheld_reason"]
    return _SIGNS.get(_text(reason), DASH)


def _base(label: str, groups: list[pd.DataFrame], name: str) -> Line:
    """Answers behind a column: the most of its rows that are seen."""
    found = []
    for own in groups:
        most = own[name].max()
        found.append(Cell(None, "", _sign(own.iloc[0])) if pd.isna(most) else Cell(float(most)))
    return Line(label, COUNT, tuple(found))


def _above(table: Crosstab) -> tuple[str, ...]:
    about, t = table.about, words(table.about["language"])
    lines = [t["simulated"]] if about["is_simulated"] else []
    if about["text"] != about["question"]:
        lines.append(about["text"])
    lines.append(t["subject"].format(**about))
    if about["filter"]:
        lines.append(t["filter"].format(filter=about["filter"]))
    return tuple(lines)


def _below(table: Crosstab, row_shares: tuple[Line, ...]) -> tuple[str, ...]:
    about, figures = table.about, table.figures
    language, t = about["language"], words(about["language"])
    alpha = level(float(about["significance_level"]), language)
    lines = [t["several"]] if about["is_several"] else []
    if about["overlapping"]:
        lines.append(t["overlap"].format(by=about["overlapping"]))
    if figures["group_letter"].notna().any():
        lines.append(t["letters"].format(level=alpha))
    if (table.differences["group_b"] == TOTAL).any():
        lines.append(t["arrows"])
    reasons = set(figures["withheld_reason"].dropna())
    if any(cell.reason == _SIGNS["protected"] for line in row_shares for cell in line.cells):
        reasons.add("protected")
    lines += [t["few_reason"]] if "too few" in reasons else []
    lines += [t["protected_reason"]] if "protected" in reasons else []
    for test in table.tests.to_dict("records"):
        numbers = {
            "f": number(test["f_statistic"], 2, language), "df1": number(test["df1"], 1, language),
            "df2": number(test["df2"], 0, language), "p": _p(test["p_value"], language),
        }  # fmt: skip
        lines.append(
            f"{t['test']}: {t['test_row'].format(by=table.divisions[test['by']], **numbers)}"
        )
    return tuple(lines)


def _p(p: float, language: str) -> str:
    return f"< {number(0.001, 3, language)}" if p < 0.001 else f"= {number(p, 3, language)}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
