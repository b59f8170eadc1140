"""Delimited text: encoding, separator and decimal mark found out where they are not declared."""

import codecs
import csv
import io
import itertools
import re
import shutil
from pathlib import Path

import duckdb

from peil.codebook import Source
from peil.codebook.formats import Format
from peil.errors import DeliveryRejectedError
from peil.readers.frames import INCOMING, first_line, raise_if_machine
from peil.readers.headers import PEEK, layout
from peil.readers.reading import Reading
from peil.warehouse import as_path, literal, one_row, quoted

DELIMITERS = (";", ",", "\t", "|")
NAMES = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
ENCODING_NAMES = {"cp1252": "windows-1252"}
UTF8 = {"utf-8", "utf8", "utf-8-sig", "utf_8"}
# One cell may hold a long open answer; a longer one is a quote that was never closed.
LONGEST_CELL = 1 << 20


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
    encoding, notes = _encoding(path, source)
    readable = _as_utf8(path, encoding, scratch)
    delimiter = source.delimiter or fmt.delimiter
    if not delimiter:
        delimiter = detect_delimiter(_first_rows_text(readable), path)
        notes.append(f"separator {NAMES[delimiter]}")
    head = layout(_first_rows(readable, delimiter, path), fmt.tool, path.name)
    try:
        _load(connection, readable, delimiter, head.names, head.n_rows, source)
    except duckdb.Error as error:
        raise_if_machine(error)
        raise DeliveryRejectedError(
            f"{path.name}: cannot be read with a {NAMES.get(delimiter, delimiter)} between the "
            f"cells ({_without_content(error)}). Check the file, or its delimiter in sources.csv.",
            nl=f"Niet elke rij heeft evenveel cellen ({_line(error)}).",
        ) from error
    notes += _decimal_mark(connection, head.names, source)
    return Reading(list(head.names), head.labels, list(head.nameless), notes)


def _load(
    connection: duckdb.DuckDBPyConnection,
    readable: Path,
    delimiter: str,
    names: list[str],
    n_header_rows: int,
    source: Source,
) -> None:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    empty = ", ".join(literal(value) for value in ("", *source.empty_values))
    connection.execute(f"""
        create temp table {INCOMING} as
        select row_number() over () as row_number, *
        from read_csv(
            {as_path(readable)}, all_varchar = true, header = false, skip = {n_header_rows},
            delim = {literal(delimiter)}, quote = '"', escape = '"', nullstr = [{empty}],
            null_padding = false, auto_detect = false, columns = {{{columns}}},
            normalize_names = false, strict_mode = true
        )
    """)


def _encoding(path: Path, source: Source) -> tuple[str, list[str]]:
    """The declared encoding, or the one the bytes show, with a note that says so."""
    if source.encoding:
        try:
            return codecs.lookup(source.encoding).name, []
        except LookupError:
            raise DeliveryRejectedError(
                f"{path.name}: encoding '{source.encoding}' of sources.csv does not exist. Use "
                "utf-8 or windows-1252."
            ) from None
    found = detect_encoding(path)
    return found, [] if found in UTF8 else [f"encoding {ENCODING_NAMES.get(found, found)}"]


def detect_encoding(path: Path) -> str:
    """UTF-8 or UTF-16 where the bytes say so, else windows-1252.

    Raises:
        DeliveryRejectedError: the bytes are none of these; it is no text file.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as handle:
        head = handle.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        handle.seek(0)
        is_utf8 = True
        while block := handle.read(1 << 20):
            if b"\0" in block:
                raise DeliveryRejectedError(
                    f"{path.name}: holds NUL bytes, so it is no text file. Export it again as "
                    "CSV, or declare its real format in sources.csv.",
                    nl="Dit is geen tekstbestand.",
                )
            try:
                if is_utf8:
                    decoder.decode(block)
            except UnicodeDecodeError:
                is_utf8 = False
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return "utf-8" if is_utf8 else "cp1252"


def _as_utf8(path: Path, encoding: str, scratch: Path) -> Path:
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
            f"{path.name}: {at} is not {wanted}. Declare the encoding (for instance "
            "windows-1252) in sources.csv, or export the file again.",
            nl=f"De tekens zijn niet opgeslagen als {wanted}.",
        ) from error
    return copy


def _first_rows_text(readable: Path) -> str:
    with readable.open(encoding="utf-8-sig", newline="", errors="replace") as handle:
        return handle.read(1 << 16)


def detect_delimiter(text: str, path: Path) -> str:
    """The separator that cuts the first rows into equally many cells.

    Raises:
        DeliveryRejectedError: two separators do so equally well.
    """
    widths = {}
    for delimiter in DELIMITERS:
        rows = list(
            itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 20)
        )
        # The sample may end inside its last row.
        cells = [len(row) for row in (rows[:-1] if len(rows) > 1 else rows) if row]
        if cells and cells[0] > 1 and len(set(cells)) == 1:
            widths[delimiter] = cells[0]
    if not widths:
        present = {d: text.splitlines()[0].count(d) if text else 0 for d in DELIMITERS}
        return max(present, key=lambda d: present[d]) if any(present.values()) else ","
    best = sorted(widths, key=lambda d: -widths[d])
    if len(best) > 1 and widths[best[0]] == widths[best[1]]:
        names = " and ".join(NAMES[d] for d in best[:2])
        raise DeliveryRejectedError(
            f"{path.name}: {names} both cut every row into {widths[best[0]]} cells. Declare the "
            "delimiter in sources.csv.",
            nl="Het scheidingsteken tussen de cellen is niet duidelijk.",
        )
    return best[0]


def _first_rows(readable: Path, delimiter: str, path: Path) -> list[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        with readable.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle, delimiter=delimiter, strict=True)
            return list(itertools.islice((row for row in reader if row), PEEK))
    except csv.Error as error:
        raise DeliveryRejectedError(
            f"{path.name}: the first rows cannot be read as CSV ({error}). A quote may be open; "
            "export the file again.",
            nl="De eerste rijen zijn niet te lezen; een aanhalingsteken staat open.",
        ) from error


def peek(path: Path, source: Source, scratch: Path) -> tuple[str, list[list[str]]]:
    """Separator and first rows, to recognise a tool by."""
    encoding, _ = _encoding(path, source)
    readable = _as_utf8(path, encoding, scratch)
    delimiter = source.delimiter or detect_delimiter(_first_rows_text(readable), path)
    return delimiter, _first_rows(readable, delimiter, path)


def _decimal_mark(
    connection: duckdb.DuckDBPyConnection, names: list[str], source: Source
) -> list[str]:
    """Take the thousands separators out of numbers with a decimal comma, and say where those are.

    A column has a decimal comma when its first thousand values are whole numbers and numbers
    with one, and at least one is. A declared decimal mark holds for every column.
    """
    if source.decimal_mark:
        _drop_thousands(connection, names, source.decimal_mark)
        return []
    number = r"-?(\d+|\d{1,3}(\.\d{3})+)"
    tests = ", ".join(
        rf"count(*) filter (where regexp_full_match({quoted(n)}, '{number},\d+')) > 0 "
        rf"and count(*) filter (where not regexp_full_match({quoted(n)}, '{number}(,\d+)?')) = 0"
        for n in names
    )
    flags = one_row(connection, f"select {tests} from (select * from {INCOMING} limit 1000)")
    found = [name for name, flag in zip(names, flags, strict=True) if flag]
    _drop_thousands(connection, found, ",")
    return [f"decimal comma in {', '.join(found)}"] if found else []


def _drop_thousands(
    connection: duckdb.DuckDBPyConnection, names: list[str], decimal_mark: str
) -> None:
    thousands = "." if decimal_mark == "," else ","
    grouped = rf"-?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal_mark}\d+)?"
    for name in names:
        connection.execute(
            f"update {INCOMING} set {quoted(name)} = replace({quoted(name)}, "
            f"{literal(thousands)}, '') where regexp_full_match({quoted(name)}, "
            f"{literal(grouped)})"
        )


def _line(error: duckdb.Error) -> str:
    found = re.search(r"Line: (\d+)", str(error))
    return f"regel {found.group(1)}" if found else "de regel is onbekend"


def _without_content(error: duckdb.Error) -> str:
    """DuckDB's message without the line it quotes, which holds a respondent's answers."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kept = [x for x in lines if x.startswith(("Expected Number", "Value with unterminated"))]
    return ". ".join([first_line(error), *kept[:1]])
