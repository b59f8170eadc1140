"""The records of a delimited text, found and counted by Python's `csv`; PyArrow reads them.

Two readers that must agree on the number: what one of them loses, the other one has.
"""

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from peil.errors import DeliveryRejectedError
from peil.readers.headers import PEEK

if TYPE_CHECKING:
    import _csv

# One cell may hold a long open answer; a longer one is a quote that was never closed.
LONGEST_CELL = 1 << 20
BATCH = 10_000
# What may stand in a cell that is empty; ^Z ended a file in DOS.
_NOTHING = " \t\x1a\ufeff\xa0"


@dataclass
class Head:
    """The first records with, per record, where it ends (bytes and lines from the start)."""

    rows: list[list[str]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Body:
    """The records under the header: where they stand and how many there are."""

    path: Path
    offset: int
    n_records: int


def is_blank(row: list[str]) -> bool:
    """Whether no cell of a record holds anything."""
    return not any(cell.strip(_NOTHING) for cell in row)


def read_head(readable: Path, delimiter: str, name: str) -> Head:
    """The first records; blank ones are there too.

    Raises:
        DeliveryRejectedError: a quote is open, or what follows a quote is no separator.
    """
    head = Head()
    n_bytes = 0
    with readable.open("rb") as raw:
        n_bytes = 3 if raw.read(3) == b"\xef\xbb\xbf" else 0

    def lines(handle: io.TextIOBase) -> Iterator[str]:
        nonlocal n_bytes
        for line in handle:
            n_bytes += len(line.encode())
            yield line

    with readable.open(encoding="utf-8-sig", newline="") as handle:
        reader = _reader(lines(handle), delimiter)
        try:
            for row in itertools.islice(reader, PEEK):
                head.rows.append(row)
                head.ends.append(n_bytes)
                head.lines.append(reader.line_num)
        except csv.Error as error:
            _refuse_quote(name, reader.line_num, error)
    return head


def scan_body(
    readable: Path, delimiter: str, width: int, start: tuple[int, int], scratch: Path, name: str
) -> Body:
    """Count the records under the header; each is as wide as the header.

    Blank lines are no records. Empty cells beyond the last column are cut off, in a copy.

    Args:
        readable: the text in UTF-8.
        delimiter: what stands between cells.
        width: cells in the header.
        start: bytes and lines before the first record.
        scratch: folder for the copy.
        name: file name for messages.

    Raises:
        DeliveryRejectedError: a record is wider or narrower than the header; its line is named.
    """
    offset, _ = start
    n_records, is_even = 0, True
    with _text_from(readable, offset) as handle:
        reader = _reader(handle, delimiter)
        try:
            while rows := list(itertools.islice(reader, BATCH)):
                n_records += len(rows)
                if set(map(len, rows)) != {width}:
                    is_even = False
                    break
        except csv.Error as error:
            _refuse_quote(name, start[1] + reader.line_num, error)
    if is_even:
        return Body(readable, offset, n_records)
    copy = scratch / "records.csv"
    with copy.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        n_records = 0
        for row in _evened(readable, delimiter, width, start, name):
            writer.writerow(row)
            n_records += 1
    return Body(copy, 0, n_records)


def _evened(
    readable: Path, delimiter: str, width: int, start: tuple[int, int], name: str
) -> Iterator[list[str]]:
    """The records, each as wide as the header."""
    n_empty = 0
    with _text_from(readable, start[0]) as handle:
        reader = _reader(handle, delimiter)
        try:
            for row in reader:
                if len(row) == width:
                    yield from [[""]] * n_empty
                    n_empty = 0
                    yield row
                elif is_blank(row):
                    # In a file of one column an empty line is somebody who did not answer.
                    n_empty += width == 1
                elif len(row) > width and is_blank(row[width:]):
                    yield row[:width]
                else:
                    _refuse_width(name, start[1] + reader.line_num, len(row), width)
        except csv.Error as error:
            _refuse_quote(name, start[1] + reader.line_num, error)


def _reader(lines: Iterator[str] | io.TextIOBase, delimiter: str) -> "_csv.Reader":
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _text_from(readable: Path, offset: int) -> io.TextIOWrapper:
    raw = readable.open("rb")
    raw.seek(offset)
    return io.TextIOWrapper(raw, encoding="utf-8", newline="")


def _refuse_width(name: str, line: int, found: int, width: int) -> NoReturn:
    raise DeliveryRejectedError(
        f"{name}, line {line:,}: {found} cells where the header has {width}. Two files below each "
        "other, a note under the table or a separator in an answer without quotes does that. "
        "Mend the line, or export the file again.",
        nl=f"Regel {line} heeft {found} cellen; de kop heeft er {width}.",
    )


def _refuse_quote(name: str, line: int, error: csv.Error) -> NoReturn:
    raise DeliveryRejectedError(
        f"{name}, line {line:,}: cannot be read as CSV ({error}). A quote may be open, or a quote "
        "within an answer is not doubled; export the file again.",
        nl=f"Regel {line} is niet te lezen; een aanhalingsteken staat open of is niet verdubbeld.",
    ) from error
