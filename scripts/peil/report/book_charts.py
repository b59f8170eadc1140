"""The sheet of charts: Excel's own, drawn from spreadsheet cells and changing with them."""

from itertools import pairwise

from xlsxwriter.chart import Chart
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from peil.report.book_parts import SHARE, Battery, Book, Cell, Table
from peil.report.book_sheets import DARK, TOP, Pages, start, write_cell
from peil.report.document import printable

# Of a battery what is bad, between and good; then the bars of answers.
COLOURS, BAR = ("#B5523B", "#C9D3DA", "#2F6F8F"), "#0A3D62"
ROW, WIDTH, HEAD, PER_BAR = 20, 700, 90, 32  # pixels
PAGE = 50  # rows that fit on a printed page
Places = dict[int, tuple[str, int]]


def charts_sheet(pages: Pages, made: Book, places: Places) -> None:
    """A stacked bar per battery, with its table, and bars per question with answers.

    Args:
        pages: the workbook.
        made: what stands in it.
        places: number of a table to its sheet and the row of its first answer.
    """
    if not any(c.batteries or any(map(_has_bars, c.tables)) for c in made.chapters):
        return
    title = made.reading.t("book_charts")
    sheet = pages.sheet(title)
    start(pages, made, sheet, title, made.title)
    pages.remember("chapter", title, sheet, 0)
    sheet.set_portrait()
    sheet.set_column(0, 0, 52)
    sheet.set_column(1, 3, 16)
    tops = [TOP + 1]
    for chapter in made.chapters:
        for battery in chapter.batteries:
            heading = f"{chapter.title}: {battery.label}"
            tops.append(_battery(pages, sheet, tops[-1], heading, battery))
        for table in chapter.tables:
            if _has_bars(table):
                tops.append(_answers(pages, sheet, tops[-1], table, places[table.number]))
    sheet.print_area(0, 0, tops[-1], 3)
    sheet.set_h_pagebreaks(_breaks(tops))


def _breaks(tops: list[int]) -> list[int]:
    """Rows before which a page ends, so that no chart is cut in two."""
    breaks, start_of_page = [], 0
    for top, end in pairwise(tops):
        if end - start_of_page > PAGE and top > TOP + 1:
            breaks.append(top)
            start_of_page = top
    return breaks


def n_answers(table: Table) -> int:
    """Answers that are shares, from the first row of a table on."""
    others = (at for at, row in enumerate(table.rows) if not row.is_answer or row.unit != SHARE)
    return next(others, len(table.rows))


def _has_bars(table: Table) -> bool:
    """Whether the share of an answer is seen: what is withheld has no bar."""
    return any(row.cells[0].value is not None for row in table.rows[: n_answers(table)])


def _battery(pages: Pages, sheet: Worksheet, row: int, title: str, battery: Battery) -> int:
    """Its table and, under it, a bar per question; returns the next free row."""
    _heading(pages, sheet, row, title)
    head = pages.styles(bold=True, text_wrap=True, align="right", bottom=2, bottom_color=DARK)
    sheet.set_row(row + 1, 30)
    sheet.write_blank(row + 1, 0, None, head)
    for at, part in enumerate(battery.parts, 1):
        sheet.write_string(row + 1, at, printable(part), head)
    first = row + 2
    for at, line in enumerate(battery.rows, first):
        sheet.write_string(at, 0, printable(line.label), pages.styles())
        bad, middle, good = line.cells
        write_cell(pages, sheet, (at, 1), bad, SHARE, {})
        write_cell(pages, sheet, (at, 3), good, SHARE, {})
        _rest(pages, sheet, at, middle)
    last = first + len(battery.rows) - 1
    chart = pages.book.add_chart({"type": "bar", "subtype": "percent_stacked"})
    name = sheet.get_name()
    for at, colour in enumerate(COLOURS, 1):
        chart.add_series(
            {
                "name": [name, row + 1, at],
                "categories": [name, first, 0, last, 0],
                "values": [name, first, at, last, at],
                "fill": {"color": colour},
                "gap": 40,
                "data_labels": {
                    "value": True, "num_format": "0%",
                    "font": {"color": "#14212B" if at == 2 else "#FFFFFF"},
                },
            }
        )  # fmt: skip
    chart.set_legend({"position": "bottom"})
    return _place(sheet, last + 2, chart, len(battery.rows), title)


def _rest(pages: Pages, sheet: Worksheet, row: int, middle: Cell) -> None:
    """What is between changes with the parts beside it."""
    low, high = (xl_rowcol_to_cell(row, column) for column in (1, 3))
    style = pages.styles.figure(SHARE)
    sheet.write_formula(row, 2, f"=1-{low}-{high}", style, middle.value or 0)


def _answers(pages: Pages, sheet: Worksheet, row: int, table: Table, place: tuple[str, int]) -> int:
    """Bars of everybody, drawn from the table itself; returns the next free row."""
    title = f"{table.number}. {table.label}"
    _heading(pages, sheet, row, title)
    source, first = place
    last = first + n_answers(table) - 1
    everybody = [row.cells[0] for row in table.rows[: n_answers(table)]]
    # A chart takes a text for 0: without a label of its own what is withheld would be 0%.
    labels = [None if cell.value is not None else {"value": f"x{cell.reason}"}
              for cell in everybody]  # fmt: skip
    chart = pages.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": [source, TOP + 1, 1],
            "categories": [source, first, 0, last, 0],
            "values": [source, first, 1, last, 1],
            "fill": {"color": BAR},
            "gap": 40,
            "data_labels": {
                "value": True,
                "num_format": "0%",
                **({"custom": labels} if any(labels) else {}),
            },
        }
    )
    chart.set_legend({"none": True})
    return _place(sheet, row + 1, chart, last - first + 1, title)


def _heading(pages: Pages, sheet: Worksheet, row: int, text: str) -> None:
    style = pages.styles(bold=True, font_size=12, font_color=DARK)
    sheet.write_string(row, 0, printable(text), style)


def _place(sheet: Worksheet, row: int, chart: Chart, n_bars: int, title: str) -> int:
    """The first question on top, one fixed axis; a title of its own for who copies it."""
    chart.set_title({"name": printable(title)[:255], "name_font": {"size": 11}, "overlay": False})
    chart.set_y_axis(
        {"reverse": True, "interval_unit": 1, "line": {"none": True}, "major_tick_mark": "none"}
    )
    chart.set_x_axis(
        {"min": 0, "max": 1, "num_format": "0%", "major_gridlines": {"visible": False},
         "label_position": "high"}
    )  # fmt: skip
    height = HEAD + PER_BAR * n_bars
    chart.set_size({"width": WIDTH, "height": height})
    sheet.insert_chart(row, 0, chart, {"description": printable(title)[:250]})
    return row + height // ROW + 3
