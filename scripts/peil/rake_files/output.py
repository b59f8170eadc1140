"""The rows of `peil rake` with their weight, in the format that the name of the file says."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from peil.errors import InputError
from peil.rake_files.job import Job
from peil.readers import INCOMING, Reading
from peil.warehouse import as_path, literal, one_row, quoted

if TYPE_CHECKING:
    import pandas as pd

_SHEET_ROWS, _SHEET_COLUMNS, _SHEET_TEXT = 1_048_575, 16_384, 32_767
_SAV_TEXT = 32_767
_SAV_NAME = re.compile(r"[^\W\d_][\w.$#@]{0,63}(?<!\.)")
_SAV_RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}
_ROW = "row number of peil"


def refuse_format(out: Path, weight_column: str) -> None:
    """Stop before any work where no such file can be written.

    Raises:
        InputError: `peil rake` writes no file of this name.
    """
    if out.suffix.lower() not in _WRITERS:
        raise InputError(
            f"{out}: '{out.suffix or 'no extension'}' is no format that peil rake writes. End the "
            f"name of --out in one of {', '.join(_WRITERS)}."
        )
    if not weight_column.strip():
        raise InputError("--weight-column: is empty. Name the column with the weight.")
    if out.is_dir():
        raise InputError(f"{out}: is a folder. Give --out the name of a file.")


def refuse_contents(connection: duckdb.DuckDBPyConnection, job: Job, reading: Reading) -> None:
    """Stop before raking where these rows and columns cannot be written in that format.

    Raises:
        InputError: too many rows or columns, a text too long, or a name that SPSS does not take.
    """
    suffix = job.out.suffix.lower()
    names = [*reading.columns, job.weight_column]
    if suffix in {".sav", ".zsav"}:
        bad = [n for n in names if not _SAV_NAME.fullmatch(n) or n.lower() in _SAV_RESERVED]
        bad = bad or [n for n in names if len(n.encode()) > 64]
        if bad:
            raise InputError(
                f"{job.out}: SPSS takes no column called '{bad[0]}' (letters, digits and _, at "
                "most 64, a letter first). Rename it, or write .csv, .parquet or .xlsx."
            )
    longest = {".xlsx": _SHEET_TEXT, ".sav": _SAV_TEXT, ".zsav": _SAV_TEXT}.get(suffix)
    if longest is None:
        return
    if suffix == ".xlsx" and len(names) > _SHEET_COLUMNS:
        raise InputError(
            f"{job.out}: a sheet holds {_SHEET_COLUMNS:,} columns, not {len(names):,}. Write .csv "
            "or .parquet."
        )
    sizes = ", ".join(f"max(strlen({quoted(c)}))" for c in reading.columns)
    n_rows, *lengths = one_row(connection, f"select count(*), {sizes} from {INCOMING}")
    if suffix == ".xlsx" and n_rows > _SHEET_ROWS:
        raise InputError(
            f"{job.out}: a sheet holds {_SHEET_ROWS:,} rows, not {n_rows:,}. Write .csv or "
            ".parquet."
        )
    for column, n in zip(reading.columns, lengths, strict=True):
        if n is not None and n > longest:
            raise InputError(
                f"{job.out}: column '{column}' holds a text of {n:,} bytes; one of {longest:,} "
                "fits. Write .csv or .parquet."
            )


def write_weighted(connection: duckdb.DuckDBPyConnection, job: Job, reading: Reading) -> None:
    """Write beside the target and rename, so that a stopped run leaves no half file."""
    job.out.parent.mkdir(parents=True, exist_ok=True)
    temporary = job.out.with_name(f".{os.getpid()}.{job.out.name}")
    connection.execute(
        "create temp table weights as select cell_of.row_number, cell_of.d * factors.factor as "
        "weight from cell_of inner join factors using (cell_number)"
    )
    try:
        _WRITERS[job.out.suffix.lower()](connection, job, reading, temporary)
        temporary.replace(job.out)
    finally:
        temporary.unlink(missing_ok=True)


def _cell(column: str) -> str:
    # A column of the data may be called as one of ours.
    return f"{INCOMING}.{quoted(column)}"


def _rows(job: Job, reading: Reading, cells: Callable[[str], str] = _cell) -> str:
    """SQL for the rows as they were read, each with its weight."""
    columns = ", ".join(f"{cells(c)} as {quoted(c)}" for c in reading.columns)
    return (
        f"select {columns}, weights.weight as {quoted(job.weight_column)} from {INCOMING} "
        f"inner join weights on {_cell('row_number')} = weights.row_number "
        "order by weights.row_number"
    )


def _write_text(delimiter: str) -> Callable:
    def write(
        connection: duckdb.DuckDBPyConnection, job: Job, reading: Reading, target: Path
    ) -> None:
        connection.execute(
            f"copy ({_rows(job, reading)}) to {literal(str(target))} "
            f"(format csv, header, delimiter {literal(delimiter)})"
        )

    return write


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, job: Job, reading: Reading, target: Path
) -> None:
    rows = _rows(job, reading)
    if reading.file_format == "parquet":
        # With the types of the file itself.
        connection.execute(
            f"create temp table typed as select row_number() over () as {quoted(_ROW)}, * "
            f"from read_parquet({as_path(job.data)})"
        )
        rows = (
            f"select typed.* exclude ({quoted(_ROW)}), weights.weight as "
            f"{quoted(job.weight_column)} from typed inner join weights "
            f"on typed.{quoted(_ROW)} = weights.row_number order by weights.row_number"
        )
    connection.execute(f"copy ({rows}) to {literal(str(target))} (format parquet)")


def _write_workbook(
    connection: duckdb.DuckDBPyConnection, job: Job, reading: Reading, target: Path
) -> None:
    import xlsxwriter

    typed = _typed(connection, reading)
    rows = connection.execute(_rows(job, reading, lambda c: typed[c]))
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        sheet = book.add_worksheet("weighted")
        for column, name in enumerate([*reading.columns, job.weight_column]):
            sheet.write_string(0, column, name)
        for number, row in enumerate(_fetched(rows), start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell)


def _fetched(rows: duckdb.DuckDBPyConnection) -> Iterator[tuple]:
    while batch := rows.fetchmany(10_000):
        yield from batch


def _write_sav(
    connection: duckdb.DuckDBPyConnection, job: Job, reading: Reading, target: Path
) -> None:
    import pyreadstat

    if reading.file_format == "sav":
        frame, described = _original(job, connection)
    else:
        typed = _typed(connection, reading)
        frame = connection.execute(_rows(job, reading, lambda c: typed[c])).df()
        described = {"column_labels": dict(reading.labels)}
    with _refused(job):
        pyreadstat.write_sav(
            frame, str(target), row_compress=job.out.suffix.lower() == ".sav",
            compress=job.out.suffix.lower() == ".zsav", **described,
        )  # fmt: skip


def _original(
    job: Job, connection: duckdb.DuckDBPyConnection
) -> tuple["pd.DataFrame", dict[str, Any]]:
    """The cases of the .sav file as they are, with its labels, missing values and formats."""
    from peil.readers.spss import read_sav

    frame, meta = read_sav(job.data, job.encoding)
    weights = connection.execute("select weight from weights order by row_number").fetchnumpy()
    frame[job.weight_column] = weights["weight"]
    return frame, {
        "column_labels": {c: t for c, t in zip(meta.column_names, meta.column_labels, strict=True)
                          if t},
        "variable_value_labels": meta.variable_value_labels,
        "missing_ranges": meta.missing_ranges,
        "variable_format": {**meta.original_variable_types, job.weight_column: "F12.6"},
        "variable_measure": {c: m for c, m in meta.variable_measure.items() if m != "unknown"},
    }  # fmt: skip


@contextmanager
def _refused(job: Job) -> Iterator[None]:
    import pyreadstat

    try:
        yield
    except (pyreadstat.PyreadstatError, pyreadstat.ReadstatError, ValueError) as error:
        raise InputError(
            f"{job.out}: cannot be written as SPSS .sav ({str(error).splitlines()[0]}). Write "
            ".csv, .parquet or .xlsx."
        ) from error


def _typed(connection: duckdb.DuckDBPyConnection, reading: Reading) -> dict[str, str]:
    """SQL per column: a number where every cell is one as it would be written again, else text."""
    number = r"'-?(0|[1-9]\d{0,14})(\.\d{1,15})?'"
    tests = ", ".join(
        f"coalesce(bool_and(regexp_full_match({quoted(c)}, {number})), false)"
        for c in reading.columns
    )
    flags = one_row(connection, f"select {tests} from {INCOMING}")
    return {
        c: f"cast({_cell(c)} as double)" if is_number else _cell(c)
        for c, is_number in zip(reading.columns, flags, strict=True)
    }


_WRITERS: dict[str, Callable] = {
    ".csv": _write_text(","),
    ".tsv": _write_text("\t"),
    ".parquet": _write_parquet,
    ".xlsx": _write_workbook,
    ".sav": _write_sav,
    ".zsav": _write_sav,
}
