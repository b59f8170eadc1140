"""A seed that a spreadsheet saved in its own way, brought back to what dbt reads.

Letters in another alphabet, or read in one; cells between semicolons; and of typed columns what
the spreadsheet writes in Dutch: 0,8 and WAAR and 1-7-2024. What may mean two things stays.
"""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

from peil.codebook.seed_text import AS_DELIVERED, LOST, SEPARATORS, separator_of
from peil.codebook.seeds import seed_columns
from peil.errors import InputError
from peil.letters import restored
from peil.readers.encodings import NAMES, Letters, wide_encoding

_WORDS = {
    "WAAR": "true", "ONWAAR": "false", "WAHR": "true", "FALSCH": "false", "VRAI": "true",
    "FAUX": "false",
}  # fmt: skip
_DAY = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")


def mended(path: Path) -> tuple[list[list[str]], list[str]]:
    """The lines of a seed as they should be, and a sentence per thing that was otherwise.

    Raises:
        InputError: its letters cannot be told, or were lost.
    """
    text, said = _decoded(path)
    if path.stem not in AS_DELIVERED:
        if LOST in text:
            number = text[: text.index(LOST)].count("\n") + 1
            raise InputError(f"{path}: line {number}: a letter was lost ('{LOST}'). Write it anew.")
        text, n = restored(text)
        if n:
            said.append(f"{n} letters that were read in another alphabet are back.")
    if "\r" in text and "\n" not in text:
        text = text.replace("\r", "\n")
        said.append("its lines end as dbt reads them.")
    separator = separator_of(path.stem, text)
    if separator != ",":
        said.append(f"commas stand between its cells, where {SEPARATORS[separator]} stood.")
    read = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        # A spreadsheet writes a row of nothing where one was emptied.
        lines = [line for line in read if any(line)]
    except csv.Error as error:
        raise InputError(f"{path}: line {read.line_num}: is no CSV ({error}).") from error
    types = seed_columns().get(path.stem, {})
    for at, name in enumerate(lines[0] if lines else []):
        mend = _BY_TYPE.get(types.get(name, ""))
        changed = 0
        for line in lines[1:]:
            if mend and at < len(line) and (cell := mend(line[at], separator)) != line[at]:
                line[at] = cell
                changed += 1
        if changed:
            said.append(f"{changed} cells of column {name} are written as {types[name]}.")
    return lines, [f"{path.name}: {sentence}" for sentence in said]


def _decoded(path: Path) -> tuple[str, list[str]]:
    content = path.read_bytes()
    encoding = wide_encoding(content[:4096])
    if not encoding:
        try:
            return content.decode("utf-8-sig"), []
        except UnicodeDecodeError:
            letters = Letters()
            letters.add(content)
            found = letters.best()
            if letters.are_mixed() or not found.is_sure:
                raise InputError(
                    f"{path}: its letters are in no alphabet that makes words of them, or in two. "
                    "Save it as 'CSV UTF-8'."
                ) from None
            encoding = found.name
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: cannot be read as {encoding} ({error.reason}).") from error
    name = NAMES.get(encoding, encoding.upper())
    return text.removeprefix("\ufeff"), [f"is UTF-8, and was {name}."]


def _number(cell: str, separator: str) -> str:
    is_decimal = re.fullmatch(r"\s*-?\d+,\d+\s*", cell)
    may_be_thousands = separator == "," and re.search(r",\d{3}\s*$", cell)
    return ".".join(cell.split(",")) if is_decimal and not may_be_thousands else cell


def _truth(cell: str, separator: str) -> str:  # noqa: ARG001
    return _WORDS.get(cell.strip().upper(), cell)


def _date(cell: str, separator: str) -> str:
    found = _DAY.fullmatch(cell.strip())
    # In a file with commas 1/7 may be the seventh of January.
    if not found or (found[2] == "/" and separator == ","):
        return cell
    return f"{found[4]}-{found[3]:0>2}-{found[1]:0>2}"


_BY_TYPE: dict[str, Callable[[str, str], str]] = {
    "double": _number,
    "boolean": _truth,
    "date": _date,
}
