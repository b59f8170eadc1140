"""Declared crosstabs as tables: an answer per line, a group or another answer per column."""

from typing import NamedTuple

from peil.site.context import Reading, Site
from peil.site.crosstabs import CrossFigure, Crosstab
from peil.site.numbers import file_name, slug


class Cell(NamedTuple):
    """What stands in a table cell: a figure, its letters and margin, or why there is none."""

    text: str
    marks: str = ""
    ends: str = ""
    reason: int = 0


class Shown(NamedTuple):
    """A crosstab as it stands on the page."""

    id: str
    crosstab: Crosstab
    explained: str
    lines: list[tuple[str, list[Cell]]]
    bases: list[tuple[str, list[Cell]]]
    row_shares: list[tuple[str, list[Cell]]]
    reasons: list[str]
    csv: str


def write(site: Site) -> None:
    if site.addresses.crosstabs:
        shown = [_shown(site, found) for found in site.data.crosstabs]
        site.write.page(site.addresses.crosstabs, "crosstabs.html.j2", crosstabs=shown)


def identity(crosstab: Crosstab) -> str:
    """The part of the address that leads to a crosstab."""
    return f"t-{file_name(crosstab.first.crosstab_code)}"


def explained(reading: Reading, crosstab: Crosstab) -> str:
    """The question, its weighting where that is not the usual one, and the test of the table."""
    t, first = reading.t, crosstab.first
    text = next(
        (q.text for q in reading.data.questions
         if (q.survey_code, q.question_code) == (first.survey_code, first.question_code)), ""
    )  # fmt: skip
    weighting = (
        "" if first.is_default_scheme else t("crosstab_weighted", label=_scheme(reading, first))
    )
    test = ""
    if first.p_value is not None:
        test = t("crosstab_test", p=reading.numbers.p_value(first.p_value))
    return " ".join(part for part in (text, weighting, test) if part)


def _scheme(reading: Reading, figure: CrossFigure) -> str:
    labels = {w.weighting_scheme: w.label for w in reading.data.weighting}
    return labels.get(figure.weighting_scheme, figure.weighting_scheme)


def _shown(site: Site, crosstab: Crosstab) -> Shown:
    reasons: list[str] = []

    def cell(f: CrossFigure | None) -> Cell:
        if f is None or f.is_withheld or f.estimate is None:
            return _without(site, f, reasons)
        unit, numbers = site.measures.unit_of(f.question_code, f.statistic), site.numbers
        ends = numbers.interval(f.ci_low, f.ci_high, unit)
        return Cell(numbers.figure(f.estimate, unit), f.marks, ends)

    def part(f: CrossFigure | None) -> Cell:
        if f is None or f.row_share is None:
            return _without(site, f, reasons)
        return Cell(site.numbers.figure(f.row_share, "share"))

    def base(column: CrossFigure, name: str) -> Cell:
        n = crosstab.base(column, name)
        return _without(site, column, reasons) if n is None else Cell(site.numbers.count(n))

    bases = (("n_answers", "answers"), ("n_effective", "n_effective"))
    return Shown(
        identity(crosstab),
        crosstab,
        explained(site, crosstab),
        [(line.label, [cell(f) for f in crosstab.row(line)]) for line in crosstab.lines],
        [(site.t(key), [base(c, name) for c in crosstab.columns]) for name, key in bases],
        [(line.label, [part(f) for f in crosstab.row(line)]) for line in crosstab.divided],
        reasons,
        _csv(site, crosstab),
    )


def _without(site: Site, figure: CrossFigure | None, reasons: list[str]) -> Cell:
    """No figure, with the number of its reason."""
    reason = (figure and figure.withheld_label) or site.t("none_counted")
    if reason not in reasons:
        reasons.append(reason)
    number = reasons.index(reason) + 1
    return Cell(f"x{number}", reason=number)


def _csv(site: Site, crosstab: Crosstab) -> str:
    rows = (
        (line.label, column.column_label, column.column_letter, f.estimate, f.ci_low, f.ci_high,
         f.row_share, f.n_answers, f.marks, f.withheld_label)
        for line in crosstab.lines
        for column, f in zip(crosstab.columns, crosstab.row(line), strict=True)
        if f is not None
    )  # fmt: skip
    stem = f"{slug(site.t('page_crosstabs'))}--{identity(crosstab)}"
    return site.write.csv(f"data/{stem}.csv", site.t("csv_crosstab").split("|"), rows)
