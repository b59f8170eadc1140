"""Delimited text: encoding, separator and header found out where they are not declared."""

import codecs
import csv
import io
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from peil.codebook import Source
from peil.codebook.formats import Format
from peil.errors import DeliveryRejectedError
from peil.readers.encodings import NAMES as ENCODING_NAMES
from peil.readers.encodings import UTF8, Letters, codec_of, wide_encoding
from peil.readers.frames import INCOMING, raise_if_machine, require_all
from peil.readers.headers import Layout, header_at, layout
from peil.readers.reading import Reading
from peil.readers.records import Body, Head, is_blank, read_head, scan_body
from peil.warehouse import one_row, quoted

DELIMITERS = (";", ",", "\t", "|")
NAMES = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
# So much of a file shows what its separator is.
_SAMPLE = 1 << 16
# Rows of this many bytes and more are refused by PyArrow.
_BLOCK = 1 << 25


@dataclass
class Opened:
    """A text in UTF-8 with its separator and first records, and what was found out."""

    readable: Path
    delimiter: str
    head: Head
    notes: list[str]


def read_text(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    source: Source,
    fmt: Format,
    scratch: Path,
) -> Reading:
    """Read a delimited text file into `incoming`.

    Raises:
        DeliveryRejectedError: wrong encoding, separator or header, or rows of unequal length.
    """
    opened = open_text(path, source, scratch, fmt.delimiter)
    rows, notes = opened.head.rows, opened.notes
    first, found = header_at(rows, fmt.tool)
    head = layout(rows[first:], fmt.tool, path.name, first + 1)
    last = first + head.n_rows - 1
    start = opened.head.ends[last], opened.head.lines[last]
    width = len(head.names)
    body = scan_body(opened.readable, opened.delimiter, width, start, scratch, path.name)
    _load(connection, body, opened.delimiter, head, source, path.name)
    n_read = one_row(connection, f"select count(*) from {INCOMING}")[0]
    require_all(path.name, n_read, body.n_records)
    return Reading(
        list(head.names), head.labels, list(head.nameless), notes + found, header_row=first + 1,
        header_cells=rows[first], delimiter=opened.delimiter,
    )  # fmt: skip


def open_text(path: Path, source: Source, scratch: Path, delimiter: str = "") -> Opened:
    """Find out encoding and separator, and read the first records."""
    encoding, notes = _encoding(path, source)
    readable = _as_utf8(path, encoding, source, scratch)
    with readable.open(encoding="utf-8-sig", newline="", errors="replace") as handle:
        sample = handle.read(_SAMPLE)
    declared, named = source.delimiter or delimiter, _named_delimiter(sample)
    delimiter = declared or named or detect_delimiter(sample, path, source)
    if not declared:
        notes.append(f"separator {NAMES.get(delimiter, delimiter)}")
    head = read_head(readable, delimiter, path.name)
    if named:
        head.rows[0] = []
    return Opened(readable, delimiter, head, notes)


def _load(
    connection: duckdb.DuckDBPyConnection,
    body: Body,
    delimiter: str,
    head: Layout,
    source: Source,
    name: str,
) -> None:
    import pyarrow as pa
    import pyarrow.csv

    plain = [f"c{i}" for i in range(len(head.names))]
    cells = ", ".join(f"{c} as {quoted(own)}" for c, own in zip(plain, head.names, strict=True))
    with body.path.open("rb") as handle:
        handle.seek(body.offset)
        records: pa.Table | pa.RecordBatchReader
        if body.n_records:
            records = pyarrow.csv.open_csv(
                handle,
                pyarrow.csv.ReadOptions(column_names=plain, block_size=_BLOCK, use_threads=False),
                pyarrow.csv.ParseOptions(
                    delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=True
                ),
                pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(plain, pa.string()),
                    strings_can_be_null=True,
                    null_values=["", *source.empty_values],
                ),
            )
        else:
            records = pa.table({c: pa.array([], pa.string()) for c in plain})
        try:
            with _without_datasets():
                connection.register("records_in", records)
                connection.execute(
                    f"create temp table {INCOMING} as select row_number() over () as row_number, "
                    f"{cells} from records_in"
                )
        except (pa.ArrowInvalid, duckdb.InvalidInputException) as error:
            raise_if_machine(error)
            # Its message quotes the record, which holds somebody's answers.
            raise DeliveryRejectedError(
                f"{name}: its records cannot be read as cells with a "
                f"{NAMES.get(delimiter, delimiter)} between them. Export it again.",
                nl="De rijen van het bestand zijn niet te lezen.",
            ) from error
        finally:
            connection.unregister("records_in")


@contextmanager
def _without_datasets() -> Iterator[None]:
    """Hide datasets of Arrow from DuckDB, which looks whether records are one.

    They bring pandas: half the time that a small file takes, for what its records are not.
    """
    name = "pyarrow.dataset"
    is_read = name in sys.modules
    if not is_read:
        sys.modules[name] = None  # type: ignore[assignment]  # None says that there is none
    try:
        yield
    finally:
        if not is_read:
            del sys.modules[name]


def _named_delimiter(sample: str) -> str:
    """What Excel's own first line `sep=;` says; empty without it."""
    line = sample.split("\n", 1)[0].rstrip("\r").strip('"')
    return line[4:] if line.lower().startswith("sep=") and len(line) == 5 else ""


def _encoding(path: Path, source: Source) -> tuple[str, list[str]]:
    """The declared encoding, or the one the bytes show, with a note that says so."""
    if source.encoding:
        return codec_of(source, path), []
    found = detect_encoding(path, source)
    return found, [] if found in UTF8 else [f"encoding {ENCODING_NAMES.get(found, found)}"]


def detect_encoding(path: Path, source: Source) -> str:
    """UTF-8 or UTF-16 where the bytes say so, else the encoding in which they make words.

    Raises:
        DeliveryRejectedError: the bytes are none of these; it is no text file.
    """
    letters = Letters()
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as handle:
        if wide := wide_encoding(handle.read(4096)):
            return wide
        handle.seek(0)
        is_utf8 = True
        while True:
            block = handle.read(1 << 20)
            if b"\0" in block:
                raise DeliveryRejectedError(
                    f"{path.name}: holds NUL bytes, so it is no text file. Export it again as "
                    f"CSV. {source.declare('file_format', 'sav')}, if it is of another format.",
                    nl="Dit is geen tekstbestand.",
                )
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                is_utf8 = False
                decoder.reset()
            if not block.isascii():
                letters.add(block)
            if not block:
                break
    if is_utf8:
        return "utf-8"
    found = letters.best()
    if letters.are_mixed() or not found.is_sure:
        also = "letters in UTF-8 beside others" if letters.are_mixed() else "letters of an unknown"
        raise DeliveryRejectedError(
            f"{path.name}: holds {also} encoding. {source.declare('encoding', 'windows-1252')}, "
            "or export the file again as CSV UTF-8.",
            nl="Niet duidelijk is hoe de letters met accenten zijn opgeslagen.",
        )
    return found.name


def _as_utf8(path: Path, encoding: str, source: Source, scratch: Path) -> Path:
    """The file itself when it is UTF-8, else a copy in UTF-8 that only the owner can read."""
    copy = scratch / "delivery.csv"
    try:
        with path.open(encoding=encoding, newline="") as original:
            if encoding in UTF8:
                while original.read(1 << 20):
                    pass
                return path
            with copy.open("w", encoding="utf-8", newline="") as target:
                shutil.copyfileobj(original, target, 1 << 20)
    except UnicodeError as error:
        wanted = ENCODING_NAMES.get(encoding, encoding)
        at = (
            f"byte {error.start:,} ({error.object[error.start]:#04x})"
            if isinstance(error, UnicodeDecodeError) and error.start < len(error.object)
            else "its last character"
        )
        raise DeliveryRejectedError(
            f"{path.name}: {at} is not {wanted}. {source.declare('encoding', 'windows-1252')}, or "
            "export the file again.",
            nl=f"De tekens zijn niet opgeslagen als {wanted}.",
        ) from error
    return copy


def detect_delimiter(text: str, path: Path, source: Source) -> str:
    """The separator that cuts most rows into equally many cells, and into the most.

    Raises:
        DeliveryRejectedError: two separators do so equally well.
    """
    found: dict[str, tuple[float, int]] = {}
    for delimiter in DELIMITERS:
        rows = _sampled(text, delimiter)
        widths = [len(row) for row in rows]
        wide = [w for w in widths if w > 1]
        if wide:
            width = max(set(wide), key=lambda w: (wide.count(w), w))
            found[delimiter] = (round(wide.count(width) / len(widths), 2), width)
    if not found:
        return ","
    best = sorted(found, key=lambda d: found[d], reverse=True)
    # Whole tables first: a comma in every answer cuts as evenly as the real separator.
    even = [d for d in best if found[d][0] == 1.0]
    if even:
        best = sorted(even, key=lambda d: -found[d][1])
    if len(best) > 1 and found[best[0]] == found[best[1]]:
        names = " and ".join(NAMES[d] for d in best[:2])
        raise DeliveryRejectedError(
            f"{path.name}: {names} both cut every row into {found[best[0]][1]} cells. "
            f"{source.declare('delimiter')}.",
            nl="Het scheidingsteken tussen de cellen is niet duidelijk.",
        )
    return best[0]


def _sampled(text: str, delimiter: str) -> list[list[str]]:
    """Records of the sample that hold anything, without the last, in which it may end."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
    except csv.Error:
        pass
    if len(text) >= _SAMPLE:
        rows = rows[:-1]
    return [row for row in rows if not is_blank(row)]
