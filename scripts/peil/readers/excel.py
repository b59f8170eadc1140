"""Excel workbooks: the first sheet with anything on it, cells as text, dates as ISO."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from peil.codebook import Source
from peil.codebook.formats import Format
from peil.errors import DeliveryRejectedError
from peil.readers.frames import first_line, store_relation
from peil.readers.headers import PEEK, layout
from peil.readers.reading import Reading

Rows = Sequence[Sequence[object]]


def sheet_rows(path: Path) -> tuple[str, Rows, list[str]]:
    """Name and cells of the first sheet that holds anything, and the names of the other ones.

    Raises:
        DeliveryRejectedError: it is not a readable workbook, or it is empty.
    """
    import python_calamine

    reason = "no sheet holds any cells"
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=True)
            while rows and not any(cell not in (None, "") for cell in rows[-1]):
                rows.pop()
            if rows:
                return name, rows, [n for n in workbook.sheet_names if n != name]
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


def read_excel(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    source: Source,
    fmt: Format,
    scratch: Path,  # noqa: ARG001  (every reader gets one)
) -> Reading:
    """Read a workbook into `incoming`.

    Raises:
        DeliveryRejectedError: it cannot be read, or its header is not that of the tool.
    """
    import pandas as pd

    name, rows, others = sheet_rows(path)
    head = layout(as_text(rows[:PEEK]), fmt.tool, path.name)
    frame = pd.DataFrame(rows[head.n_rows :], columns=head.names, dtype=object)
    for column in frame.columns:
        frame[column] = frame[column].map(_cell).astype("string")
    connection.register("frame_in", frame)
    try:
        store_relation(connection, "frame_in", {n: n for n in head.names}, source)
    finally:
        connection.unregister("frame_in")
    notes = [f"sheet '{name}'; not read: {', '.join(others)}"] if others else []
    return Reading(list(head.names), head.labels, list(head.nameless), notes)


def as_text(rows: Rows) -> list[list[str]]:
    """Cells as text."""
    return [[_cell(cell) or "" for cell in row] for row in rows]


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
