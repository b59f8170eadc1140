"""The tabellenboek as a page and as one long CSV file."""

from collections.abc import Iterator
from itertools import groupby

from peil.report.book_parts import COUNT, Book, Cell, Chapter, Column, Table
from peil.report.book_words import legend
from peil.report.compose import words
from peil.report.document import Bullets, Document, Section, numbered, printable
from peil.report.document import Table as Shown
from peil.report.front import cover
from peil.report.page import page
from peil.site.spreadsheet import spreadsheet


def as_page(made: Book) -> bytes:
    """Every table of a question as an HTML table; regions stand in the other formats."""
    t = made.reading.t
    sections = [Section(t("book_how"), (Bullets(tuple(legend(made))),))]
    sections += [
        Section(c.title, tuple(_shown(made, c, table) for table in c.tables)) for c in made.chapters
    ]
    document = Document(
        f"{made.title}: {t('file_tables')}", made.subtitle, cover(made.reading),
        tuple(sections), words(made.reading), made.reading.data.language, made.warning,
    )  # fmt: skip
    return page(printable(numbered(document)))


def _shown(made: Book, chapter: Chapter, table: Table) -> Shown:
    caption = table.label if table.text == table.label else f"{table.label}. {table.text}"
    rows = tuple(
        (row.label, *(written(made, cell, row.unit) for cell in row.cells)) for row in table.rows
    )
    header = ("", *map(name_of, chapter.columns))
    spans = _spans(chapter.columns) if any(column.sides[1] for column in chapter.columns) else ()
    return Shown(caption, header, rows, frozenset(range(1, len(header))), spans=spans)


def _spans(columns: tuple[Column, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Columns under the group that they share."""
    return tuple(
        (above, tuple(_lettered(c, c.sides[1]) if c.sides[1] else name_of(c) for c in own))
        for above, own in groupby(columns, key=lambda column: column.sides[0])
    )


def name_of(column: Column) -> str:
    """Leeftijd: 18-29 jaar (A)."""
    name = f"{column.division}: {column.label}" if column.division else column.label
    return _lettered(column, name)


def _lettered(column: Column, name: str) -> str:
    return f"{name} ({column.letter})" if column.letter else name


def written(made: Book, cell: Cell, unit: str) -> str:
    """46% B°; x1 where there is no figure."""
    if cell.value is None:
        return f"x{cell.reason}" if cell.reason else ""
    numbers = made.reading.numbers
    text = numbers.count(cell.value) if unit == COUNT else numbers.figure(cell.value, unit)
    return f"{text} {cell.mark}".rstrip()


def as_csv(made: Book) -> bytes:
    """A row per figure: of every table, then of every region."""
    header = made.reading.t("book_csv").split("|")
    return spreadsheet(made.reading.data.language, header, _rows(made)).encode()


def _rows(made: Book) -> Iterator[tuple[object, ...]]:
    for chapter in made.chapters:
        for table in chapter.tables:
            for row in table.rows:
                for column, cell in zip(chapter.columns, row.cells, strict=True):
                    yield (
                        survey_name(made, chapter.subtitle), chapter.title, table.number,
                        table.label, row.label, column.division, column.label, column.letter,
                        *_figure(made, cell),
                    )  # fmt: skip
    for region in made.regions:
        for line in region.lines:
            yield (
                survey_name(made, made.title), line.topic, None, line.question, line.label,
                region.division, region.title, "", *_figure(made, line.cells[0]),
            )  # fmt: skip


def survey_name(made: Book, label: str) -> str:
    """What stands in every row of a file that has no place for a warning."""
    word = made.reading.t("book_simulated")
    return f"{label} ({word})" if made.warning and word not in label.lower() else label


def _figure(made: Book, cell: Cell) -> tuple[object, ...]:
    reason = made.reasons[cell.reason - 1] if cell.reason else ""
    return cell.value, cell.mark, reason
