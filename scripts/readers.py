"""Readers: a delivery of any format becomes one temporary table of text columns.

The table has `row_number` (1 = first row under the header) and the file's own columns; empty
cells are null. Codes stay codes: what they mean is for the codebook to say.
"""

import shutil
import tempfile
from pathlib import Path

import duckdb

from scripts.codebook import Source
from scripts.errors import DeliveryRejectedError
from scripts.warehouse import literal, quoted

INCOMING = "incoming"


def read_delivery(connection: duckdb.DuckDBPyConnection, path: Path, source: Source) -> list[str]:
    """Read `path` into the temporary table `incoming` and return its column names.

    Raises:
        DeliveryRejectedError: the file cannot be read as the format its source declares.
    """
    connection.execute(f"drop table if exists {INCOMING}")
    if source.file_format == "sav":
        _read_sav(connection, path)
    elif source.file_format == "xlsx":
        _read_xlsx(connection, path)
    else:
        _read_csv(connection, path, source)
    described = connection.execute(f"describe {INCOMING}").fetchall()
    return [name for name, *_ in described if name != "row_number"]


def _read_csv(connection: duckdb.DuckDBPyConnection, path: Path, source: Source) -> None:
    delimiter = source.delimiter or (";" if source.file_format == "limesurvey_csv" else ",")
    with tempfile.TemporaryDirectory() as folder:
        readable = _as_utf8(path, source.encoding, Path(folder))
        try:
            connection.execute(f"""
                create temp table {INCOMING} as
                select row_number() over () as row_number, *
                from read_csv(
                    {literal(str(readable))}, all_varchar = true, header = true,
                    delim = {literal(delimiter)}, quote = '"', escape = '"', nullstr = '',
                    null_padding = false, auto_detect = false, columns = {
                _header(readable, path, delimiter)
            },
                    normalize_names = false, strict_mode = true
                )
            """)
        except duckdb.Error as error:
            raise DeliveryRejectedError(
                f"{path.name}: cannot be read as CSV with '{delimiter}' between the cells "
                f"({_first_line(error)}). Check the file, or its delimiter in sources.csv."
            ) from error


def _header(readable: Path, path: Path, delimiter: str) -> str:
    import csv

    with readable.open(encoding="utf-8-sig", newline="") as handle:
        header = next(csv.reader(handle, delimiter=delimiter), None)
    if not header or not any(header):
        raise DeliveryRejectedError(f"{path.name}: row 1 holds no column names; the file is empty.")
    _check_header(header, path)
    return "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header) + "}"


def _check_header(header: list[str], path: Path) -> None:
    lowered = [name.lower() for name in header]
    for position, name in enumerate(header, start=1):
        if not name:
            raise DeliveryRejectedError(
                f"{path.name}, row 1, column {position}: no column name. Name the column, or "
                "remove it."
            )
        if lowered.index(name.lower()) + 1 != position:
            raise DeliveryRejectedError(
                f"{path.name}, row 1, column {position}: the name '{name}' stands there twice. "
                "Give each column its own name."
            )


def _as_utf8(path: Path, encoding: str, folder: Path) -> Path:
    """The file itself when it is UTF-8, else a copy in UTF-8."""
    declared = (encoding or "utf-8").lower()
    copy = folder / "delivery.csv"
    try:
        with path.open(encoding=declared, newline="") as original:
            if declared in {"utf-8", "utf8", "utf-8-sig"}:
                while original.read(1 << 20):
                    pass
                return path
            with copy.open("w", encoding="utf-8", newline="") as target:
                shutil.copyfileobj(original, target)
    except UnicodeDecodeError as error:
        raise DeliveryRejectedError(
            f"{path.name}: byte {error.start:,} ({error.object[error.start]:#04x}) is not "
            f"{declared}. Declare the encoding (for instance windows-1252) in sources.csv."
        ) from error
    return copy


def _read_sav(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    import pyreadstat

    try:
        frame, _ = pyreadstat.read_sav(str(path), apply_value_formats=False, user_missing=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as error:
        raise DeliveryRejectedError(
            f"{path.name}: cannot be read as SPSS .sav ({_first_line(error)}). Export it again."
        ) from error
    _store_frame(connection, frame, path)


def _read_xlsx(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    import pandas as pd
    import python_calamine

    try:
        frame = pd.read_excel(path, engine="calamine", dtype=str, keep_default_na=False)
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise DeliveryRejectedError(
            f"{path.name}: cannot be read as an Excel workbook ({_first_line(error)}). Save it "
            "again as .xlsx."
        ) from error
    _store_frame(connection, frame, path)


def _store_frame(connection: duckdb.DuckDBPyConnection, frame: object, path: Path) -> None:
    header = [str(name) for name in frame.columns]  # type: ignore[attr-defined]
    if not header:
        raise DeliveryRejectedError(f"{path.name}: holds no columns; the file is empty.")
    _check_header(header, path)
    connection.register("frame_in", frame)
    types = dict(
        connection.execute("select column_name, column_type from (describe frame_in)").fetchall()
    )
    cells = ", ".join(f"{_as_text(name, types[name])} as {quoted(name)}" for name in header)
    connection.execute(
        f"create temp table {INCOMING} as select row_number() over () as row_number, {cells} "
        "from frame_in"
    )
    connection.unregister("frame_in")


def _as_text(name: str, column_type: str) -> str:
    """Whole numbers without the '.0' that SPSS's floating point gives every code."""
    column = quoted(name)
    if column_type in {"DOUBLE", "FLOAT"}:
        return (
            f"case when isnan({column}) then null when {column} = trunc({column}) "
            f"and abs({column}) < 1e15 then cast(cast({column} as bigint) as varchar) "
            f"else cast({column} as varchar) end"
        )
    return f"nullif(cast({column} as varchar), '')"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
