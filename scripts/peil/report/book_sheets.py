"""Sheets of the tabellenboek: their names, looks, page set-up, and how a figure is written.

No cells are merged, and every figure is a number: what stands behind it (letters, a degree sign)
is part of its number format, so that charts and formulas of the reader use the number itself.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from peil.report.book_parts import COUNT, SHARE, Book, Cell
from peil.report.document import printable

NUMBERS, MEAN = {SHARE: "0%", "net": "+0%;-0%;0%", COUNT: "#,##0"}, "0.0"
DARK, GREY, LINE = "#0A3D62", "#4F5F6C", "#CCD6DD"
LABELS, FIGURES = 52, 12  # widths of columns
TOP = 3  # rows of every sheet before its own: the title, what it is about, the way back
A4 = 9


@dataclass
class Styles:
    """Formats by what they are for; made once."""

    book: Workbook
    made: dict[tuple, Format] = field(default_factory=dict)

    def __call__(self, **properties: object) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format({"valign": "top", **properties})
        return self.made[key]

    def figure(self, unit: str, mark: str = "", **properties: object) -> Format:
        """A number with what stands behind it."""
        code = NUMBERS.get(unit, MEAN)
        if mark:
            code = ";".join(f'{part} "{mark}"' for part in code.split(";"))
        return self(num_format=code, align="right", **properties)


@dataclass
class Pages:
    """The workbook with the sheets that it has so far, and what stands where for the contents."""

    book: Workbook
    styles: Styles
    names: dict[str, str] = field(default_factory=dict)
    contents: list[tuple[str, str, str, int]] = field(default_factory=list)

    def sheet(self, title: str) -> Worksheet:
        """A sheet named after its title: short enough, and with a name of its own."""
        # What quotes a name in a formula is a typographic one: 's-Hertogenbosch keeps its own.
        plain = printable(title).replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
        plain = " ".join(re.sub(r"[\[\]:*?/\\!]", " ", plain).split()) or "-"
        name, number = _short(plain, 31), 1
        # Excel keeps one name for itself.
        while name.lower() in {"history", *self.names}:
            number += 1
            mark = f" ({number})"
            name = _short(plain, 31 - len(mark)) + mark
        self.names[name.lower()] = name
        return self.book.add_worksheet(name)

    def remember(self, level: str, title: str, sheet: Worksheet, row: int) -> None:
        self.contents.append((level, title, sheet.get_name(), row))


def _short(name: str, most: int) -> str:
    """The beginning of a name, in the units of UTF-16 that Excel counts: two for an emoji."""
    units = name.encode("utf-16-le")[: 2 * most]
    return units.decode("utf-16-le", errors="ignore").strip()


def start(pages: Pages, made: Book, sheet: Worksheet, title: str, subtitle: str) -> None:
    """Title, what it is about, and the way back; how it prints."""
    styles, t = pages.styles, made.reading.t
    sheet.write_string(0, 0, printable(title), styles(bold=True, font_size=15, font_color=DARK))
    line = f"{subtitle}. {made.warning}" if made.warning else subtitle
    tone = {"bold": True, "font_color": "#553C00"} if made.warning else {"font_color": GREY}
    sheet.write_string(1, 0, printable(line), styles(**tone))
    first = next(iter(pages.names.values()))
    if sheet.get_name() != first:
        sheet.write_url(2, 0, f"internal:{quote_sheetname(first)}!A1", string=t("book_back"))
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(0.5, 0.5, 0.6, 0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{_footer(made.title)}&R&P / &N")
    sheet.hide_gridlines(2)


def _footer(text: str) -> str:
    """A footer has commands behind an ampersand, and room for 255 characters."""
    return printable(text).replace("&", "&&")[:120]


def halves_up(value: float) -> float:
    """A number that every spreadsheet rounds as the pages do, where it ends on a half.

    0.285 is a little less in binary, and LibreOffice shows 28% of it where Excel and the pages show
    29%. The sixteenth digit decides, which no spreadsheet shows. 6.5 is itself in binary.
    """
    digits = Decimal(repr(value))
    is_less = abs(Decimal(value)) < abs(digits)
    if not (is_less and str(value).endswith("5")):
        return value
    return float(digits + Decimal(1).scaleb(digits.adjusted() - 15).copy_sign(digits))


def write_cell(
    pages: Pages,
    sheet: Worksheet,
    place: tuple[int, int],
    cell: Cell,
    unit: str,
    look: dict[str, object],
) -> None:
    """A figure as a number, or `x` with the number of the reason that there is none."""
    if cell.value is not None:
        style = pages.styles.figure(unit, cell.mark, **look)
        sheet.write_number(*place, halves_up(cell.value), style)
    elif cell.reason:
        style = pages.styles(**{**look, "font_color": GREY, "align": "right"})
        sheet.write_string(*place, f"x{cell.reason}", style)
    else:
        sheet.write_blank(*place, None, pages.styles(**look))


def mark_headers(
    pages: Pages, sheet: Worksheet, first: tuple[int, int], last: tuple[int, int]
) -> None:
    """Name the region whose first row and column are headers, as screen readers look for them."""
    number = len(pages.names)
    start, end = (xl_rowcol_to_cell(*place).lower() for place in (first, last))
    name = f"{quote_sheetname(sheet.get_name())}!TitleRegion1.{start}.{end}.{number}"
    place = xl_rowcol_to_cell(*first, row_abs=True, col_abs=True)
    pages.book.define_name(name, f"={quote_sheetname(sheet.get_name())}!{place}")
