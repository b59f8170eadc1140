"""Excel workbooks: the first sheet with a table on it, cells as text, dates as ISO."""

import datetime
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from peil.codebook import Source
from peil.codebook.formats import Format
from peil.errors import DeliveryRejectedError
from peil.readers.calendar import REASON
from peil.readers.frames import store_relation
from peil.readers.headers import PEEK, header_at, layout
from peil.readers.reading import Reading, Unusable
from peil.readers.sheets import Sheet, as_text, cell_text, read_sheet

if TYPE_CHECKING:
    import pandas as pd

# Excel shows a number that is no day of its calendar as ####, and a negative one as a time.
_NO_DATE = (float, datetime.time, datetime.timedelta)


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

    sheet = read_sheet(path)
    top = as_text(sheet.rows[:PEEK])
    first, notes = header_at(top, fmt.tool)
    number = sheet.row + first + 1
    if notes:
        notes = [f"header in row {number}; what stands above it was left out"]
    joined = _joined(sheet, first, top)
    if joined:
        top[first + 1] = joined
        notes.append(f"rows {number} and {number + 1} are the header together")
        first, number = first + 1, number + 1
    head = layout(top[first:], fmt.tool, path.name, number)
    last = first + head.n_rows
    _refuse_merged(path, sheet, last)
    frame = pd.DataFrame(sheet.rows[last:], columns=head.names, dtype=object)
    unusable = _impossible_dates(frame)
    for column in frame.columns:
        frame[column] = frame[column].map(cell_text).astype("string")
    connection.register("frame_in", frame)
    try:
        store_relation(connection, "frame_in", {n: n for n in head.names}, source)
    finally:
        connection.unregister("frame_in")
    if sheet.others:
        notes.append(f"sheet '{sheet.name}'; not read: {', '.join(sheet.others)}")
    return Reading(
        list(head.names), head.labels, list(head.nameless), notes, header_row=number,
        header_cells=top[first], unusable=unusable,
    )  # fmt: skip


def _joined(sheet: Sheet, first: int, top: list[list[str]]) -> list[str]:
    """Names of a header of two rows, as 'group [name]'; empty where the header is one row.

    A merged cell over several columns with a name under each of them is a group.
    """
    if first + 1 >= len(top):
        return []
    above, below = top[first], top[first + 1]
    groups: dict[int, str] = {}
    for (top_row, left), (bottom_row, right) in sheet.merged:
        columns = range(left - sheet.column, right - sheet.column + 1)
        here = top_row - sheet.row == first == bottom_row - sheet.row
        if here and len(columns) > 1 and all(c < len(below) and below[c] for c in columns):
            groups |= dict.fromkeys(columns, above[columns[0]])
    if not groups:
        return []
    return [
        f"{groups[c]} [{name}]" if c in groups else name or above[c] for c, name in enumerate(below)
    ]


def _refuse_merged(path: Path, sheet: Sheet, last: int) -> None:
    for (top_row, left), (bottom_row, right) in sheet.merged:
        if top_row - sheet.row >= last:
            raise DeliveryRejectedError(
                f"{path.name}, sheet '{sheet.name}': cells of rows {top_row + 1} to "
                f"{bottom_row + 1}, columns {left + 1} to {right + 1}, are merged, so that all but "
                "one are empty. Unmerge them and give each row its own value.",
                nl=f"In rij {top_row + 1} tot en met {bottom_row + 1} zijn cellen samengevoegd.",
            )


def _impossible_dates(frame: "pd.DataFrame") -> list[Unusable]:
    """Take numbers that are no date out of columns of dates."""
    unusable = []
    for column in frame.columns:
        cells = frame[column]
        kinds = Counter(map(type, cells))
        n_dates = kinds[datetime.date] + kinds[datetime.datetime]
        if not n_dates or n_dates <= sum(kinds[kind] for kind in _NO_DATE):
            continue
        bad = [row for row, cell in enumerate(cells) if type(cell) in _NO_DATE]
        unusable += [Unusable(row + 1, column, str(cells.iloc[row]), REASON) for row in bad]
        frame[column] = cells.where(~cells.index.isin(bad), None)
    return unusable
