"""The tabellenboek as an Excel workbook: contents, a sheet per topic and region, charts."""

import io
import textwrap
from collections.abc import Sequence
from datetime import date

from xlsxwriter import Workbook
from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from peil.report.archive import without_time
from peil.report.book_charts import Places, charts_sheet
from peil.report.book_parts import COUNT, Book, Chapter, Column, Region, Row
from peil.report.book_sheets import (
    DARK,
    FIGURES,
    GREY,
    LABELS,
    LINE,
    TOP,
    Pages,
    Styles,
    mark_headers,
    start,
    write_cell,
)
from peil.report.book_words import legend
from peil.report.document import printable

WIDE = 110  # characters on a line of the contents
FIGURE, CAPITAL = 6, 1.4  # widths of a figure, and of a capital behind it


def excel(made: Book) -> bytes:
    """The workbook; the same figures give the same bytes."""
    target = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
             "strings_to_numbers": False}  # fmt: skip
    with Workbook(target, plain) as book:
        t = made.reading.t
        book.set_properties(
            {"title": printable(f"{made.title}: {t('file_tables')}"),
             "subject": printable(made.subtitle), "comments": printable(made.warning or ""),
             "created": date(2000, 1, 1)}
        )  # fmt: skip
        pages = Pages(book, Styles(book))
        front = pages.sheet(t("doc_contents"))
        places: Places = {}
        for chapter in made.chapters:
            places |= _chapter(pages, made, chapter)
        charts_sheet(pages, made, places)
        for region in made.regions:
            _region(pages, made, region)
        _contents(pages, made, front)
    return without_time(target.getvalue())


def _chapter(pages: Pages, made: Book, chapter: Chapter) -> Places:
    """A sheet of tables under one banner; returns per table its sheet and first row."""
    sheet = pages.sheet(chapter.title)
    start(pages, made, sheet, chapter.title, chapter.subtitle)
    pages.remember("chapter", chapter.title, sheet, 0)
    sheet.set_column(0, 0, LABELS)
    widths = _widths(chapter)
    for at, width in enumerate(widths, 1):
        sheet.set_column(at, at, width)
    _banner(pages, sheet, chapter.columns, widths)
    row, places = TOP + 3, {}
    sheet.freeze_panes(row, 1)
    sheet.repeat_rows(TOP, TOP + 2)
    for table in chapter.tables:
        pages.remember("table", f"{table.number}. {table.label}", sheet, row)
        heading = pages.styles(bold=True, font_size=12, font_color=DARK)
        sheet.write_string(row, 0, printable(f"{table.number}. {table.label}"), heading)
        if table.text != table.label:
            row += 1
            sheet.write_string(row, 0, printable(table.text), pages.styles(font_color=GREY))
        row += 1
        places[table.number] = (sheet.get_name(), row)
        for line in table.rows:
            _row(pages, sheet, row, line, chapter.columns)
            row += 1
        row += 1
    last = max(row - 2, TOP + 2)
    sheet.print_area(0, 0, last, len(chapter.columns))
    mark_headers(pages, sheet, (TOP, 0), (last, len(chapter.columns)))
    return places


def _widths(chapter: Chapter) -> list[float]:
    """Wide enough for the figure with the most letters: a spreadsheet shows ### otherwise."""
    rows = [row for table in chapter.tables for row in table.rows]
    return [
        max([FIGURES, *(FIGURE + CAPITAL * len(row.cells[at].mark) for row in rows)])
        for at in range(len(chapter.columns))
    ]


def _banner(
    pages: Pages, sheet: Worksheet, columns: Sequence[Column], widths: Sequence[float]
) -> None:
    """Divisions, groups and letters: three rows that stay in sight."""
    lines = (
        len(textwrap.wrap(column.label, int(width) - 2))
        for column, width in zip(columns, widths, strict=True)
    )
    sheet.set_row(TOP + 1, 15 * max(2, *lines))
    for at, column in enumerate(columns, 1):
        is_first = _is_first(columns, at - 1)
        edge = {"left": 1, "left_color": LINE} if is_first else {}
        head = {"bold": True, "font_color": DARK, "text_wrap": True, "align": "right", **edge}
        # The name of a division stands once, over its first group; so does a group that is crossed.
        above, label = column.sides if column.sides[1] else (column.division, column.label)
        division = above if is_first else ""
        left = pages.styles(**{**head, "text_wrap": False, "align": "left"})
        sheet.write_string(TOP, at, printable(division), left)
        sheet.write_string(TOP + 1, at, printable(label), pages.styles(**head))
        letter = pages.styles(font_color=GREY, align="right", bottom=2, bottom_color=DARK, **edge)
        sheet.write_string(TOP + 2, at, column.letter, letter)
    sheet.write_blank(TOP + 2, 0, None, pages.styles(bottom=2, bottom_color=DARK))


def _is_first(columns: Sequence[Column], at: int) -> bool:
    here, before = ((c.division, c.sides[0]) for c in (columns[at], columns[at - 1]))
    return at > 0 and here != before


def _row(pages: Pages, sheet: Worksheet, row: int, line: Row, columns: Sequence[Column]) -> None:
    look: dict[str, object] = {}
    if line.unit == COUNT:
        look = {"font_color": GREY, "italic": True}
    sheet.write_string(row, 0, printable(line.label), pages.styles(**look))
    for at, cell in enumerate(line.cells, 1):
        edge = {"left": 1, "left_color": LINE} if _is_first(columns, at - 1) else {}
        write_cell(pages, sheet, (row, at), cell, line.unit, look | edge)


def _region(pages: Pages, made: Book, region: Region) -> None:
    sheet = pages.sheet(region.title)
    start(pages, made, sheet, region.title, made.title)
    pages.remember("region", region.title, sheet, 0)
    head = pages.styles(bold=True, text_wrap=True, font_color=DARK, bottom=2, bottom_color=DARK)
    sheet.set_row(TOP, 30)
    for at, title in enumerate(region.header):
        sheet.write_string(TOP, at, printable(title), head)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 44)
    sheet.set_column(2, 2, 36)
    sheet.set_column(3, len(region.header) - 1, FIGURES)
    sheet.freeze_panes(TOP + 1, 3)
    sheet.repeat_rows(TOP)
    for row, line in enumerate(region.lines, TOP + 1):
        for at, text in enumerate((line.topic, line.question, line.label)):
            sheet.write_string(row, at, printable(text), pages.styles())
        for at, cell in enumerate(line.cells, 3):
            unit = COUNT if at == 6 else line.unit
            write_cell(pages, sheet, (row, at), cell, unit, {"bold": True} if at == 3 else {})
    last = TOP + len(region.lines)
    sheet.autofilter(TOP, 0, last, len(region.header) - 1)
    sheet.print_area(0, 0, last, len(region.header) - 1)
    mark_headers(pages, sheet, (TOP, 0), (last, len(region.header) - 1))


def _contents(pages: Pages, made: Book, sheet: Worksheet) -> None:
    """How to read it, then where everything stands."""
    styles, t = pages.styles, made.reading.t
    start(pages, made, sheet, made.title, made.subtitle)
    sheet.set_column(0, 0, WIDE)
    heading = styles(bold=True, font_size=12, font_color=DARK)
    row = 3
    sheet.write_string(row, 0, t("book_how"), heading)
    for line in legend(made):
        row += 1
        # Not every program makes a row higher by itself.
        sheet.set_row(row, 15 * -(-len(line) // WIDE))
        sheet.write_string(row, 0, printable(line), styles(text_wrap=True))
    row += 2
    sheet.write_string(row, 0, t("doc_contents"), heading)
    for level, title, name, target in pages.contents:
        row += 1
        link = f"internal:{quote_sheetname(name)}!{xl_rowcol_to_cell(target, 0)}"
        look = styles(font_color=DARK, underline=1, indent=int(level == "table"),
                      bold=level == "chapter")  # fmt: skip
        sheet.write_url(row, 0, link, look, printable(title)[:255])
    sheet.print_area(0, 0, row, 0)
