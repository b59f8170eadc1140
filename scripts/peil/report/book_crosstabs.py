"""Chapters of the tabellenboek for the crosstabs that the codebook declares."""

from collections.abc import Iterator

from peil.report.book_parts import COUNT, SHARE, Book, Cell, Chapter, Column, Row, Table
from peil.site.crosstabs import CrossFigure, Crosstab
from peil.site.page_crosstabs import explained


def crosstab_chapters(made: Book, numbers: Iterator[int]) -> Iterator[Chapter]:
    """A chapter per crosstab: its own columns, then how each answer falls apart into them."""
    t = made.reading.t
    surveys = {s.survey_code: s for s in made.reading.data.surveys}
    for found in made.reading.data.crosstabs:
        label = found.first.crosstab_label
        tables = [
            Table(
                next(numbers),
                label,
                explained(made.reading, found) or label,
                tuple(_rows(made, found)),
            )
        ]
        if found.has_row_shares:
            rows = tuple(_divided(made, found))
            title = t("crosstab_rows", label=label)
            tables.append(Table(next(numbers), title, t("crosstab_rows_means"), rows))
        columns = tuple(
            Column(
                "", column.column_label, column.column_letter or "", "", "",
                sides=(column.first_label or "", column.second_label or ""),
            )
            for column in found.columns
        )  # fmt: skip
        subtitle = surveys[found.first.survey_code].label
        title = t("crosstab_title", label=label)
        yield Chapter(title, subtitle, columns, tuple(tables))


def _rows(made: Book, found: Crosstab) -> Iterator[Row]:
    measures, t = made.reading.measures, made.reading.t
    for line in found.lines:
        unit = measures.unit_of(line.question_code, line.statistic)
        yield Row(line.label, unit, tuple(_cell(made, f) for f in found.row(line)))
    for name, label in (("n_answers", "book_base"), ("n_effective", "book_effective")):
        yield Row(t(label), COUNT, tuple(_base(made, found, c, name) for c in found.columns))


def _divided(made: Book, found: Crosstab) -> Iterator[Row]:
    """Per answer the part of those who gave it that is in each column."""
    for line in found.divided:
        cells = (
            Cell(f.row_share) if f and f.row_share is not None
            else made.without_figure(f.withheld_label if f else None)
            for f in found.row(line)
        )  # fmt: skip
        yield Row(line.label, SHARE, tuple(cells))


def _cell(made: Book, figure: CrossFigure | None) -> Cell:
    """A figure with its letters, or the reason that there is none."""
    if figure is None:
        return made.without_figure(None)
    if figure.is_withheld or figure.estimate is None:
        return made.without_figure(figure.withheld_label)
    return Cell(figure.estimate, figure.marks)


def _base(made: Book, found: Crosstab, column: CrossFigure, name: str) -> Cell:
    base = found.base(column, name)
    return made.without_figure(column.withheld_label) if base is None else Cell(base)
