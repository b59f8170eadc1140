"""Cells of a delivery whose letters were read in another alphabet than theirs are read anew.

A CSV in UTF-8 that a spreadsheet opened as windows-1252, and saved, has 'Ã©' for 'é'. So has what
a tool exported twice. No word is written so, and no label would match such an answer.
"""

from collections.abc import Sequence

import duckdb

from peil.letters import MANGLED, meant, restored
from peil.readers.frames import INCOMING
from peil.readers.reading import Reading
from peil.warehouse import literal, one_row, quoted

_FIRST = "ÃÂâ"


def restore_letters(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Write letters in `incoming` and in the labels of a reading as they were meant, and note it.

    Names of columns stay: the codebook binds them as they stand in the file.
    """
    reading.labels = {c: restored(text)[0] for c, text in reading.labels.items()}
    reading.value_labels = {
        column: {code: restored(label)[0] for code, label in labels.items()}
        for column, labels in reading.value_labels.items()
    }
    mended = [name for name in _suspect(connection, reading.columns) if _restore(connection, name)]
    if mended:
        reading.notes.append(f"letters such as 'Ã©' read as 'é' in {', '.join(mended)}")


def _suspect(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> list[str]:
    """Columns in which the first of such letters stands."""
    if not columns:
        return []
    tests = ", ".join(
        "coalesce(bool_or("
        + " or ".join(f"contains({quoted(name)}, {literal(first)})" for first in _FIRST)
        + "), false)"
        for name in columns
    )
    flags = one_row(connection, f"select {tests} from {INCOMING}")
    return [name for name, flag in zip(columns, flags, strict=True) if flag]


def _restore(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    column = quoted(name)
    found = connection.execute(
        f"select distinct unnest(regexp_extract_all({column}, {literal(MANGLED.pattern)})) "
        f"from {INCOMING}"
    ).fetchall()
    letters = {mangled: letter for (mangled,) in found if (letter := meant(mangled))}
    text = column
    for mangled in sorted(letters, key=len, reverse=True):
        text = f"replace({text}, {literal(mangled)}, {literal(letters[mangled])})"
    if letters:
        connection.execute(f"update {INCOMING} set {column} = {text} where {column} != {text}")
    return bool(letters)
