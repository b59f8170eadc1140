"""Whether the files of a codebook are the text that dbt reads: UTF-8, with commas between cells.

A spreadsheet saves a CSV as its country does: in Dutch with semicolons, in an alphabet of its own,
or with 'Ã©' where it opened an 'é' as such an alphabet.
"""

import csv
import io
import re
from pathlib import Path

from peil.codebook.seeds import seed_columns
from peil.errors import InputError
from peil.letters import MANGLED, meant

LOST = "\ufffd"
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_WAY_OUT = (
    "`peil codebook upgrade` writes it as it should be. To edit in a spreadsheet, let "
    "`peil codebook excel` make one workbook and `peil codebook from-excel` read it back"
)
# What stands in a delivery stands here as it does there, mangled or not.
AS_DELIVERED = {"bindings", "code_fixes", "missing_codes"}


def seed_text(path: Path) -> io.StringIO:
    """The text of a seed file.

    Raises:
        InputError: it is not UTF-8, or its cells are not separated by commas.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        cell = content.splitlines()[line - 1].decode("cp1252", errors="replace")
        word = next((w for w in re.split(r'[,;\t"]', cell) if not w.isascii()), "")
        problem = f"line {line}: '{word[:60]}' is not UTF-8, the alphabet that everybody can read"
    else:
        if "\0" in text:
            problem = "holds NUL bytes, as UTF-16 does"
        elif not text.strip():
            problem = "is empty; a table without rows has its first line, with the columns"
        elif "\r" in text and "\n" not in text:
            problem = "has lines that end as on an old Macintosh"
        elif (separator := separator_of(path.stem, text)) != ",":
            problem = f"{SEPARATORS[separator]} stand between its cells, and commas are needed"
        else:
            return io.StringIO(text, newline="")
    raise InputError(f"{path}: {problem}. {_WAY_OUT}.")


def first_line(path: Path) -> list[str]:
    """The columns that a file of a seed has.

    Raises:
        InputError: it is no text that can be read.
    """
    return next(csv.reader(seed_text(path)), [])


def require_codebook(seeds: Path) -> None:
    """Stop where there is no codebook, or none that can be read.

    Raises:
        InputError: the folder has no codebook, a file of it is no text that can be read, or a
            spreadsheet mangled its letters; all such files are named.
    """
    if not (seeds / "sources.csv").is_file():
        raise InputError(
            f"{seeds}: no sources.csv here, so no codebook. Stand in a survey folder "
            "(`peil init NAME` makes one), or point --seeds (PEIL_SEEDS) at a folder with a "
            "codebook."
        )
    problems = []
    for path in sorted(seeds / f"{seed}.csv" for seed in seed_columns()):
        if not path.is_file():
            continue
        try:
            read = seed_text(path)
            problems += [] if path.stem in AS_DELIVERED else _mangled(path, read.getvalue())
            lines = csv.reader(read, strict=True)
            for _ in lines:
                pass
        except InputError as error:
            problems.append(str(error))
        except csv.Error as error:
            problems.append(
                f"{path}: line {lines.line_num}: is no CSV ({error}). Put text with a comma or a "
                "line break between quotation marks."
            )
    if problems:
        raise InputError("\n".join(problems))


def separator_of(seed: str, text: str) -> str:
    """What stands between the cells of the first line: the sign that gives known columns."""
    line = next(iter(text.lstrip().splitlines()), "")
    known = seed_columns().get(seed, {})
    for separator in (",", *SEPARATORS):
        if not known.keys().isdisjoint(next(csv.reader([line], delimiter=separator), [])):
            return separator
    return ","


def _mangled(path: Path, text: str) -> list[str]:
    """A sentence for the first letter that was read in another alphabet than its own."""
    for number, line in enumerate(text.split("\n"), start=1):
        if LOST in line:
            return [f"{path}: line {number}: a letter was lost ('{LOST}'). Write it anew."]
        for found in MANGLED.finditer(line):
            if letter := meant(found[0]):
                return [
                    f"{path}: line {number}: '{found[0]}' was '{letter}' before a spreadsheet "
                    f"opened it in another alphabet. Put the letters back. {_WAY_OUT}."
                ]
    return []
