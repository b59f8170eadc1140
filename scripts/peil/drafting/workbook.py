"""The codebook as one workbook, for who edits in Excel: a sheet per seed, and back without loss.

Every cell is text, so that Excel makes no date of 10-19 and no number of 007.
"""

import csv
import datetime
import io
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml
from xlsxwriter.utility import xl_col_to_name, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from peil.codebook.seed_faults import seed_faults
from peil.codebook.seed_rules import AMONG, FILLED, REFERS, Rule, rules
from peil.codebook.seed_text import seed_text
from peil.codebook.seeds import PROPERTIES, REVIEW, header, seed_columns
from peil.codebook.version import VERSION_FILE, codebook_version, version_text
from peil.drafts import draft_of
from peil.errors import InputError

# Rows below the last one that still get a drop-down list.
_ROOM = 500
# Excel takes no longer list in a validation.
_LONGEST_LIST = 255
_LONGEST_CELL = 32_767
_VERSION_SHEET = "codebook"
_WIDTHS = (10, 44)


def write_codebook(seeds: Path, target: Path) -> Path:
    """Write the workbook of a seeds folder; an earlier one of that name is replaced.

    Raises:
        InputError: `seeds` is no codebook, or the workbook cannot be written.
    """
    if not (seeds / "sources.csv").is_file():
        raise InputError(f"{seeds}: no sources.csv here, so no codebook.")
    tables = {seed: _read(seeds / f"{seed}.csv") for seed in seed_columns()
              if (seeds / f"{seed}.csv").is_file()}  # fmt: skip
    draft = draft_of(target)
    with xlsxwriter.Workbook(draft, {"strings_to_numbers": False}) as book:
        book.set_properties({"title": "Codebook", "created": datetime.datetime(2000, 1, 1)})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        guess = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top",
                                 "bg_color": "#FFF2CC"})  # fmt: skip
        head = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
        needed = book.add_format({"num_format": "@", "bold": True, "bottom": 1,
                                  "font_color": "#9C0006"})  # fmt: skip
        for seed, rows in tables.items():
            sheet = book.add_worksheet(seed)
            sheet.freeze_panes(1, 1)
            names, marked = rows[0], _marked(rows)
            for i, name in enumerate(names):
                is_needed = any(r.kind == FILLED and not r.where for r in _rules(seed, name))
                sheet.write_string(0, i, name, needed if is_needed else head)
                if note := _descriptions()[seed].get(name):
                    sheet.write_comment(0, i, note, {"x_scale": 2})
                longest = max((len(row[i]) for row in rows), default=0)
                sheet.set_column(i, i, min(max(longest, _WIDTHS[0]), _WIDTHS[1]), text)
                _validate(sheet, tables, seed, name, i, len(rows))
            for number, row in enumerate(rows[1:], start=1):
                for i, cell in enumerate(row):
                    _check_length(seed, number + 1, names[i], cell)
                    style = guess if number in marked else text
                    if cell or number in marked:
                        sheet.write_string(number, i, cell, style)
        sheet = book.add_worksheet(_VERSION_SHEET)
        sheet.write_string(0, 0, "version", head)
        sheet.write_string(1, 0, str(codebook_version(seeds)), text)
    draft.replace(target)
    return target


def _check_length(seed: str, row: int, column: str, cell: str) -> None:
    if len(cell) > _LONGEST_CELL:
        raise InputError(
            f"{seed}.csv, row {row}, column '{column}': {len(cell):,} characters; a spreadsheet "
            f"cell holds {_LONGEST_CELL:,}. Shorten it."
        )


def _marked(rows: list[list[str]]) -> set[int]:
    """The rows that carry a question for the reviewer."""
    if REVIEW not in rows[0]:
        return set()
    at = rows[0].index(REVIEW)
    return {number for number, row in enumerate(rows) if number and row[at]}


def _rules(seed: str, column: str) -> list[Rule]:
    return [rule for rule in rules() if rule.seed == seed and rule.columns == (column,)]


@cache
def _descriptions() -> dict[str, dict[str, str]]:
    """Per seed what its columns say."""
    return {
        seed["name"]: {c["name"]: str(c.get("description", "")) for c in seed["columns"]}
        for path in sorted(PROPERTIES.glob("*.yml"))
        for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]
    }


def _validate(
    sheet: Worksheet, tables: dict[str, list[list[str]]], seed: str, name: str, at: int, n: int
) -> None:
    """A drop-down list from the allowed values or from the keys of another sheet."""
    choices: list[str] | str = []
    if seed_columns()[seed].get(name) == "boolean":
        choices = ["true", "false"]
    strict = True
    for rule in _rules(seed, name):
        if rule.kind == AMONG and len(",".join(rule.values)) <= _LONGEST_LIST:
            choices = list(rule.values)
        elif rule.kind == REFERS and rule.field in tables.get(rule.other, [[]])[0]:
            column = tables[rule.other][0].index(rule.field)
            last = len(tables[rule.other]) + _ROOM
            choices = f"={rule.other}!{xl_range_abs(1, column, last, column)}"
            strict = not rule.where
    if choices:
        sheet.data_validation(1, at, n + _ROOM, at, {
            "validate": "list", "source": choices,
            "error_type": "stop" if strict else "warning",
            "error_title": name, "error_message": "Not one of the values this column takes.",
        })  # fmt: skip


def read_codebook(path: Path, seeds: Path) -> list[str]:
    """Write a workbook's sheets back into a seeds folder; returns the files that changed.

    Raises:
        InputError: a sheet, row or column cannot be used; nothing is written.
    """
    sheets = _sheets(path)
    version = sheets.pop(_VERSION_SHEET, None)
    if unknown := sorted(set(sheets) - set(seed_columns())):
        raise InputError(f"{path}, sheet '{unknown[0]}': is no table of a codebook. Remove it.")
    if absent := [seed for seed in seed_columns() if seed not in sheets]:
        raise InputError(f"{path}: sheet '{absent[0]}' is not here. `peil codebook excel` writes "
                         "every table; put it back.")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="peil-") as scratch:
        folder = Path(scratch)
        for seed, rows in sheets.items():
            _write_csv(folder / f"{seed}.csv", rows)
        if faults := seed_faults(folder):
            raise InputError("\n".join([f"{path}: nothing was written.",
                                        *(_of_sheet(fault) for fault in faults)]))  # fmt: skip
        changed = [
            seed
            for seed, rows in sheets.items()
            if not (seeds / f"{seed}.csv").is_file() or _read(seeds / f"{seed}.csv") != rows
        ]
        is_new = not (seeds / "sources.csv").is_file()
        seeds.mkdir(parents=True, exist_ok=True)
        for seed in changed:
            draft = draft_of(seeds / f"{seed}.csv")
            shutil.copyfile(folder / f"{seed}.csv", draft)
            draft.replace(seeds / f"{seed}.csv")
    if is_new:
        number = version[1][0] if version and len(version) > 1 else ""
        text = version_text()
        (seeds / VERSION_FILE).write_text(
            text if not number else text.rsplit("=", 1)[0] + f"= {number}\n", encoding="utf-8"
        )
    return [f"{seed}.csv" for seed in changed]


def _of_sheet(fault: str) -> str:
    file, comma, rest = fault.partition(".csv, row ")
    return f"sheet '{file}', row {rest}" if comma else fault


def _sheets(path: Path) -> dict[str, list[list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        found = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                 for name in book.sheet_names}  # fmt: skip
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(
            f"{path}: cannot be read as a workbook ({error}). Save it as .xlsx."
        ) from error
    return {name: _rows(path, name, rows) for name, rows in found.items()}


def _rows(path: Path, sheet: str, rows: list[list[Any]]) -> list[list[str]]:
    names = [str(cell).strip() for cell in (rows[0] if rows else [])]
    while names and not names[-1]:
        names.pop()
    if not names or "" in names or len(set(names)) < len(names):
        raise InputError(
            f"{path}, sheet '{sheet}', row 1: every column needs a name of its own; it has "
            f"{', '.join(names) or 'none'}."
        )
    if sheet in seed_columns() and (lacking := [c for c in header(sheet) if c not in names]):
        raise InputError(f"{path}, sheet '{sheet}', row 1: column '{lacking[0]}' is missing.")
    found = [names]
    for number, row in enumerate(rows[1:], start=2):
        cells = [_text(path, sheet, number, names, i, cell) for i, cell in enumerate(row)]
        if extra := next((c for c in cells[len(names) :] if c), ""):
            raise InputError(
                f"{path}, sheet '{sheet}', row {number}, column "
                f"{xl_col_to_name(len(names))}: '{extra}' stands under no column name."
            )
        cells = (cells + [""] * len(names))[: len(names)]
        if any(cells):
            found.append(cells)
    return found


def _text(path: Path, sheet: str, row: int, names: list[str], at: int, cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    text = str(cell)
    if text in {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"}:
        column = names[at] if at < len(names) else xl_col_to_name(at)
        raise InputError(
            f"{path}, sheet '{sheet}', row {row}, column '{column}': {text} is an error of a "
            "formula. Write the value."
        )
    return text


def _read(path: Path) -> list[list[str]]:
    rows = [row for row in csv.reader(seed_text(path)) if row]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise InputError(
                f"{path}, row {number}: has {len(row)} cells, the first line {len(rows[0])}."
            )
    return rows


def _write_csv(path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
