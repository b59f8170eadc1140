"""A crosstab on the terminal and as a file: .md, .csv or .xlsx, by the ending of its name."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from peil.crosstabs.layout import COUNT, Column, Page, page, shown
from peil.crosstabs.result import Crosstab
from peil.crosstabs.words import words
from peil.drafts import draft_of, remove
from peil.errors import InputError
from peil.names import printable
from peil.private import owner_only

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from peil.report.book_sheets import Styles

LABEL_WIDTH, COLUMN_WIDTH = 30, 19  # of the terminal
ON_A_PAGE = 12  # columns that can be read on paper beside each other


def writer_of(file: Path) -> Callable[[Crosstab], bytes]:
    """What writes a file with this ending.

    Raises:
        InputError: nothing does, or there is no such folder.
    """
    writer = WRITERS.get(file.suffix.lower())
    if writer is None:
        raise InputError(
            f"--out {file.name}: a crosstab is written as {', '.join(WRITERS)}, by the ending of "
            "the name."
        )
    if not file.parent.is_dir():
        raise InputError(f"--out {file}: there is no folder {file.parent}.")
    if file.is_dir():
        raise InputError(f"--out {file}: that is a folder; give the name of a file in it.")
    return writer


def write(table: Crosstab, file: Path, writer: Callable[[Crosstab], bytes]) -> None:
    """Write it whole or not at all; only its owner may read it.

    Raises:
        InputError: it cannot be written there.
    """
    content = writer(table)
    draft = draft_of(file)
    try:
        with owner_only():
            draft.write_bytes(content)
        draft.replace(file)
    except OSError as error:
        raise InputError(
            f"--out {file}: cannot be written ({error.strerror}). Close it where it is open, make "
            "room, or choose another folder."
        ) from error
    finally:
        remove(draft)


def show(table: Crosstab) -> None:
    """On the terminal: a table under its banner."""
    made = page(table)
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(Text(printable(made.title), style="bold"))
    for line in made.above:
        console.print(printable(line))
    parts = _across(made.columns, console.width)
    for columns in parts:
        console.print(_grid(made, columns, is_part=len(parts) > 1))
    for line in made.below:
        console.print(printable(line))


def _across(columns: tuple[Column, ...], width: int) -> list[list[int]]:
    """The columns in as many tables as it takes, each behind the total: none is cut off."""
    fits = max(1, (width - LABEL_WIDTH) // COLUMN_WIDTH - 1)
    others = list(range(1, len(columns)))
    if len(others) <= fits:
        return [[0, *others]]
    parts = []
    for division in dict.fromkeys(columns[i].division for i in others):
        own = [i for i in others if columns[i].division == division]
        parts += [[0, *own[i : i + fits]] for i in range(0, len(own), fits)]
    return parts


def _grid(made: Page, columns: list[int], *, is_part: bool) -> Table:
    division = made.columns[columns[-1]].division if is_part else ""
    grid = Table(title=Text(printable(division), style="bold") if division else None)
    grid.add_column(Text(made.first), min_width=20)
    for i in columns:
        own, label, letter, _ = made.columns[i]
        head = Text(printable(_head("" if own == division else own, label, letter)))
        grid.add_column(head, justify="right", min_width=6)
    for heading, lines in made.blocks:
        grid.add_row(Text(heading, style="bold"))
        for line in lines:
            texts = [Text(shown(line.cells[i], line.unit, made.language)) for i in columns]
            grid.add_row(Text(printable(line.label)), *texts)
        grid.add_section()
    return grid


def _head(division: str, label: str, letter: str) -> str:
    lettered = f"{label} ({letter})" if letter else label
    return f"{division}: {lettered}" if division else lettered


def _markdown(table: Crosstab) -> bytes:
    from peil.report.markdown import escaped

    made = page(table)
    lines = [f"# {escaped(made.title)}", ""]
    lines += [part for line in made.above for part in (escaped(line), "")]
    heads = [made.first, *(_head(*column[:3]) for column in made.columns)]
    lines.append("| " + " | ".join(escaped(head) for head in heads) + " |")
    lines.append("| --- |" + " ---: |" * len(made.columns))
    for heading, rows in made.blocks:
        lines.append(f"| **{escaped(heading)}** |" + " |" * len(made.columns))
        for row in rows:
            texts = [row.label, *(shown(cell, row.unit, made.language) for cell in row.cells)]
            lines.append("| " + " | ".join(escaped(text) for text in texts) + " |")
    lines += ["", *(f"- {escaped(line)}" for line in made.below), ""]
    return "\n".join(lines).encode()


def _csv(table: Crosstab) -> bytes:
    from peil.site.spreadsheet import spreadsheet

    header, rows = _long(table)
    return spreadsheet(table.about["language"], header, rows).encode()


def _long(table: Crosstab) -> tuple[list[str], list[list[object]]]:
    """A row per figure; the filter and the design stand on each."""
    about = {name: table.about[name] for name in ("question", "wave", "scheme", "filter")}
    figures = table.figures.assign(**about)
    figures = figures[[*about, *table.figures.columns]]
    rows = [[None if pd.isna(v) else v for v in row] for row in figures.itertuples(index=False)]
    return list(figures.columns), rows


def _excel(table: Crosstab) -> bytes:
    from xlsxwriter import Workbook

    from peil.report.archive import without_time
    from peil.report.book_sheets import Styles
    from peil.report.document import printable as clean

    made, t = page(table), words(table.about["language"])
    target = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
             "strings_to_numbers": False}  # fmt: skip
    with Workbook(target, plain) as book:
        book.set_properties({"title": clean(made.title), "created": date(2000, 1, 1)})
        _wide_sheet(book.add_worksheet(t["sheet"]), made, Styles(book), clean)
        sheet = book.add_worksheet(t["sheet_long"])
        header, rows = _long(table)
        for column, name in enumerate(header):
            sheet.write_string(0, column, name)
        for row, values in enumerate(rows, 1):
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(row, column, clean(value))
                elif value is not None:
                    sheet.write_number(row, column, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(header) - 1)
    return without_time(target.getvalue())


def _below(column: Column) -> str:
    """The name of a column under what stands over it."""
    label = column.sides[-1] if column.sides else column.label
    return f"{label} ({column.letter})" if column.letter else label


def _wide_sheet(
    sheet: "Worksheet", made: Page, styles: "Styles", clean: Callable[[str], str]
) -> None:
    from peil.report.book_sheets import A4, DARK, FIGURES, GREY, LABELS, LINE

    sheet.write_string(0, 0, clean(made.title), styles(bold=True, font_size=15, font_color=DARK))
    for row, sentence in enumerate(made.above, 1):
        sheet.write_string(row, 0, clean(sentence), styles(font_color=GREY))
    row = len(made.above) + 2
    head = {"bold": True, "bottom": 1, "bottom_color": LINE, "text_wrap": True}
    last = row + 2 if any(column.sides for column in made.columns) else row + 1
    sheet.write_string(last, 0, clean(made.first), styles(**head))
    before: tuple[str, str] = ("", "")
    for i, column in enumerate(made.columns, 1):
        # A name stands once, over the first of its columns: no cells are merged.
        over = column.division, column.sides[0] if column.sides else ""
        if over[0] != before[0]:
            sheet.write_string(row, i, clean(over[0]), styles(bold=True, font_color=DARK))
        if column.sides and over != before:
            sheet.write_string(row + 1, i, clean(over[1]), styles(bold=True))
        before = over
        sheet.write_string(last, i, clean(_below(column)), styles(**head, align="right"))
    sheet.set_row(0, 22)
    # Lines that a name takes at the width of a figure.
    sheet.set_row(last, 15 * max(1 + len(_below(column)) // 8 for column in made.columns))
    sheet.freeze_panes(last + 1, 1)
    row = last + 1
    for heading, lines in made.blocks:
        sheet.write_string(row, 0, clean(heading), styles(bold=True, font_color=DARK))
        row += 1
        for line in lines:
            look = {"font_color": GREY} if line.unit == COUNT else {}
            sheet.write_string(row, 0, clean(line.label), styles(**look))
            for i, cell in enumerate(line.cells, 1):
                if cell.value is None:
                    sheet.write_string(row, i, cell.reason, styles(align="right", font_color=GREY))
                else:
                    style = styles.figure(line.unit, cell.mark, **look)
                    sheet.write_number(row, i, cell.value, style)
            row += 1
    for sentence in made.below:
        row += 1
        sheet.write_string(row, 0, clean(sentence), styles(font_color=GREY))
    sheet.set_column(0, 0, LABELS)
    sheet.set_column(1, len(made.columns), FIGURES)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.repeat_columns(0)
    if len(made.columns) <= ON_A_PAGE:
        sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)


WRITERS: dict[str, Callable[[Crosstab], bytes]] = {
    ".xlsx": _excel, ".csv": _csv, ".md": _markdown,
}  # fmt: skip
