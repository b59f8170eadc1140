"""Readers: a delivery of any format becomes one temporary table of text columns.

The table `incoming` has `row_number` (1 = first row under the header; blank ones have none) and
the file's own columns; empty cells are null. Codes stay codes: what they mean is for the codebook
to say.
One module per family of files; the header rows of each tool are in `headers`.
"""

from pathlib import Path

import duckdb

from peil.codebook import Source
from peil.codebook.formats import FORMATS
from peil.errors import DeliveryRejectedError
from peil.readers.calendar import take_impossible_dates
from peil.readers.excel import read_excel
from peil.readers.frames import INCOMING, read_parquet
from peil.readers.mangled import restore_letters
from peil.readers.marks import settle_marks
from peil.readers.reading import Reading
from peil.readers.recognise import recognise
from peil.readers.rows import (
    close_gaps,
    drop_blank_rows,
    refuse_note_at_end,
    refuse_repeated_header,
)
from peil.readers.spss import read_spss
from peil.readers.text import read_text
from peil.warehouse import one_row, quoted

__all__ = ["INCOMING", "Reading", "read_delivery"]

_FAMILIES = {
    "text": read_text,
    "excel": read_excel,
    "spss": read_spss,
    "parquet": read_parquet,
}


def read_delivery(
    connection: duckdb.DuckDBPyConnection, path: Path, source: Source, scratch: Path
) -> Reading:
    """Read `path` into the temporary table `incoming`.

    Args:
        connection: the warehouse, inside the transaction of this delivery.
        path: the file.
        source: what the codebook says of it; what it leaves open is found out and noted.
        scratch: folder for a copy in UTF-8, where one is needed.

    Raises:
        DeliveryRejectedError: the file cannot be read as the format its source declares.
    """
    connection.execute(f"drop table if exists {INCOMING}")
    if not path.stat().st_size:
        raise DeliveryRejectedError(
            f"{path.name}: row 1 holds no column names; the file is empty (0 bytes). Export it "
            "again.",
            nl="Het bestand is leeg.",
        )
    name = source.file_format
    if name == "auto":
        name = recognise(path, source, scratch)
    family = _FAMILIES[FORMATS[name].family]
    reading = family(connection, path, source, FORMATS[name], scratch)
    reading.file_format = name
    if source.file_format == "auto":
        reading.notes.insert(0, f"recognised as {name}")
    if FORMATS[name].family in {"text", "excel"}:
        refuse_repeated_header(connection, path.name, reading)
        drop_blank_rows(connection, reading)
        refuse_note_at_end(connection, path.name, reading)
        close_gaps(connection, reading)
    _drop_nameless(connection, path, reading)
    restore_letters(connection, reading)
    notes, reading.lists = settle_marks(connection, reading.columns, source)
    reading.unusable += take_impossible_dates(connection, reading.columns)
    reading.notes += notes
    return reading


def _drop_nameless(connection: duckdb.DuckDBPyConnection, path: Path, reading: Reading) -> None:
    """A column without a name is the tail of a trailing separator, or the header has shifted."""
    for name in reading.nameless:
        filled = one_row(connection, f"select count({quoted(name)}) from {INCOMING}")[0]
        if filled:
            raise DeliveryRejectedError(
                f"{path.name}, row {reading.header_row}, {name}: no column name, but {filled:,} "
                "cells under it. Name the column, or remove it; if two rows together are the "
                "header, make them one.",
                nl=f"Een kolom zonder naam ({name}) bevat {filled} ingevulde cellen.",
            )
        connection.execute(f"alter table {INCOMING} drop {quoted(name)}")
        reading.columns.remove(name)
