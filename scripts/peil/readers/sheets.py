"""The sheet of a workbook that holds the table, and how many of its rows hold anything."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

from peil.errors import DeliveryRejectedError
from peil.readers.frames import first_line
from peil.readers.headers import PEEK, header_at

Rows = Sequence[Sequence[object]]
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)(?:\s[^>]*)?>(?!</)")
_BLOCK = 1 << 20


@dataclass
class Sheet:
    """Cells of a sheet from its first used one on; `row` and `column` say where that is."""

    name: str
    rows: list[list[object]]
    row: int = 0
    column: int = 0
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def read_sheet(path: Path) -> Sheet:
    """The first sheet with a table: several columns in several rows; else the first that is used.

    Raises:
        DeliveryRejectedError: it is no readable workbook, it is empty, or several sheets hold the
            same columns.
    """
    import python_calamine

    reason = "no sheet holds any cells"
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        tops = {
            name: as_text(workbook.get_sheet_by_name(name).to_python(nrows=PEEK))
            for name in workbook.sheet_names
        }
        used = [name for name, top in tops.items() if any(any(row) for row in top)]
        if used:
            chosen = next((name for name in used if _is_table(tops[name])), used[0])
            _refuse_twins(path, chosen, {name: tops[name] for name in used})
            sheet = _cells(workbook.get_sheet_by_name(chosen), chosen)
            _check_rows(path, sheet)
            while sheet.rows and not any(cell not in (None, "") for cell in sheet.rows[-1]):
                sheet.rows.pop()
            sheet.others = [name for name in workbook.sheet_names if name != chosen]
            return sheet
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        reason = first_line(error)
    except BaseException as error:
        # calamine panics on some broken files; a panic is not an Exception.
        if type(error).__name__ != "PanicException":
            raise
        reason = "damaged"
    raise DeliveryRejectedError(
        f"{path.name}: cannot be read as an Excel workbook ({reason}). Save it again as .xlsx.",
        nl="Het bestand is niet te lezen als Excel-werkmap.",
    )


def as_text(rows: Rows) -> list[list[str]]:
    """Cells as text."""
    return [[cell_text(cell) or "" for cell in row] for row in rows]


def cell_text(value: object) -> str | None:
    """A cell as text; whole numbers without decimals, nothing where it is empty."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _cells(found: Any, name: str) -> Sheet:
    row, column = found.start or (0, 0)
    return Sheet(name, found.to_python(), row, column, list(found.merged_cell_ranges or []))


def _is_table(top: list[list[str]]) -> bool:
    return sum(sum(map(bool, row)) > 1 for row in top) > 1


def _refuse_twins(path: Path, chosen: str, tops: dict[str, list[list[str]]]) -> None:
    names = {name: top[header_at(top)[0]] for name, top in tops.items()}
    twins = [name for name, cells in names.items() if cells == names[chosen] and len(cells) > 1]
    if len(twins) > 1:
        raise DeliveryRejectedError(
            f"{path.name}: sheets {', '.join(map(repr, twins))} have the same columns; one sheet "
            "is read. Put the rows below each other on one sheet, or save each sheet as a file.",
            nl="Meer dan een blad heeft dezelfde kolommen; er wordt één blad gelezen.",
        )


def _check_rows(path: Path, sheet: Sheet) -> None:
    """The rows with values in the XML of the sheet are those that were read.

    Raises:
        DeliveryRejectedError: some were not.
    """
    n_stored = stored_rows(path, sheet.name)
    n_filled = sum(any(cell not in (None, "") for cell in row) for row in sheet.rows)
    # A formula may have an empty text as its value: stored, and blank.
    if n_stored is not None and not n_filled <= n_stored <= len(sheet.rows):
        raise DeliveryRejectedError(
            f"{path.name}, sheet '{sheet.name}': {n_stored:,} rows hold values, of which "
            f"{n_filled:,} could be read. Save it again as .xlsx from Excel.",
            nl=f"Van de {n_stored} rijen zijn er {n_filled} te lezen.",
        )


def stored_rows(path: Path, name: str) -> int | None:
    """The rows with a value in the XML of a sheet; None for workbooks of another kind."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = _part_of(archive, name)
            if not part:
                return None
            with archive.open(part) as handle:
                return _count_rows(handle)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError):
        return None


def _count_rows(handle: IO[bytes]) -> int:
    count, rest = 0, b""
    while block := handle.read(_BLOCK):
        # The last row of a block, or half a tag, goes on in the next.
        *rows, rest = _ROW.split(rest + block)
        count += sum(bool(_VALUE.search(row)) for row in rows)
    return count + bool(_VALUE.search(rest))


def _part_of(archive: zipfile.ZipFile, name: str) -> str:
    """The file in the archive that a sheet is, by the relations of the workbook."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet") and sheet.get("name") == name:
            wanted = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
            target = targets.get(wanted, "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""
