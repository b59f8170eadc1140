"""Header rows: from the first rows of a file to one name per column.

Qualtrics has three (ids, texts, ImportId), its legacy export two; SurveyMonkey two (question,
option; a blank question carries the previous one forward); LimeSurvey VV two (texts, codes);
forms one, whose question texts may repeat. A title may stand above the header.
"""

import re
from dataclasses import dataclass

from peil.errors import DeliveryRejectedError

# Enough rows to tell a title from a header, and three header rows from two.
PEEK = 40
# Columns cost time one by one; landing sets what the codebook says.
most_columns = 20_000
_CARRIED = re.compile(r"^(\.\.\.\d+)?$")
_NUMBER = re.compile(r"[-+]?[\d.,: /%-]*\d[\d.,: /%-]*")
_ANSWER_ITSELF = {"", "response", "open-ended response", "antwoord", "open antwoord"}


@dataclass(frozen=True)
class Layout:
    """One name and text per column, which names are stand-ins, and how many rows the header is."""

    names: list[str]
    labels: dict[str, str]
    nameless: list[str]
    n_rows: int


def header_at(rows: list[list[str]], tool: str = "plain") -> tuple[int, list[str]]:
    """The place of the header among the first rows, and a note where a title stands above it.

    A title fills one or a few cells; a header names most columns, each once, none of them by a
    number, and no name comes back as a value under it.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    top = next((i for i, n in enumerate(filled) if n), 0)
    if tool in {"qualtrics", "surveymonkey", "limesurvey_vv"}:
        return top, []
    most = max(filled, default=0)
    sparse = max(1, most // 2)
    first = next((i for i, n in enumerate(filled) if n > sparse), top)
    if most < 2 or first == top or not _names_columns(rows, first):
        return top, []
    return first, [f"header in row {first + 1}; what stands above it was left out"]


def _names_columns(rows: list[list[str]], at: int) -> bool:
    names = [_tidy(cell).lower() for cell in rows[at]]
    given = [name for name in names if name]
    if len(set(given)) < len(given) or any(_NUMBER.fullmatch(name) for name in given):
        return False
    return not any(
        name and column < len(row) and _tidy(row[column]).lower() == name
        for row in rows[at + 1 :]
        if [_tidy(cell).lower() for cell in row] != names
        for column, name in enumerate(names)
    )


def layout(rows: list[list[str]], tool: str, where: str, number: int = 1) -> Layout:
    """Names and texts of the columns.

    Args:
        rows: the first rows of the file from its header on, at least the header and one row of
            data where it has one.
        tool: a tool of `formats.FORMATS`.
        where: file name for messages.
        number: the row of the file that the header is, for messages.

    Raises:
        DeliveryRejectedError: the header is not that of the tool, or names no column or one
            twice.
    """
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise DeliveryRejectedError(
            f"{where}: row {number} holds no column names. Export the file again, with its header.",
            nl=f"Rij {number} bevat geen kolomnamen.",
        )
    if len(rows[0]) > most_columns:
        raise DeliveryRejectedError(
            f"{where}: has {len(rows[0]):,} columns; a file may have {most_columns:,}. Export only "
            "the columns of the survey, or raise reading_columns in thresholds.csv.",
            nl=f"Het bestand heeft {len(rows[0])} kolommen; dat zijn er te veel.",
        )
    names, texts, n_rows = _TOOLS.get(tool, _one_row)(rows, where)
    if tool in {"forms", "surveymonkey"}:
        names = _numbered(names)
    nameless = [f"column {i}" for i, name in enumerate(names, start=1) if not name]
    names = [name or f"column {i}" for i, name in enumerate(names, start=1)]
    _refuse_repeats(names, where, number)
    labels = {n: t for n, t in zip(names, texts, strict=False) if t and n not in nameless}
    return Layout(names, labels, nameless, n_rows)


def _one_row(rows: list[list[str]], _where: str) -> tuple[list[str], list[str], int]:
    names = [_tidy(name) for name in rows[0]]
    return names, names, 1


def _limesurvey_vv(rows: list[list[str]], where: str) -> tuple[list[str], list[str], int]:
    if len(rows) < 2:
        raise DeliveryRejectedError(
            f"{where}: a LimeSurvey VV file has two header rows (texts, codes); this has "
            f"{len(rows)}. Export it again, or declare another file_format.",
            nl="Het bestand mist een van de twee kopregels.",
        )
    return [_tidy(n) for n in rows[1]], [_tidy(t) for t in rows[0]], 2


def _qualtrics(rows: list[list[str]], where: str) -> tuple[list[str], list[str], int]:
    names = [_tidy(name) for name in rows[0]]
    if len(rows) > 2 and rows[2] and rows[2][0].lstrip().startswith('{"ImportId"'):
        return names, [_tidy(t) for t in rows[1]], 3
    if len(rows) > 1 and {"responseid", "responseset"} & {c.strip().lower() for c in rows[1]}:
        return names, [_tidy(t) for t in rows[1]], 2
    raise DeliveryRejectedError(
        f"{where}: a Qualtrics export has a row of ImportIds as row 3 (or, the legacy one, "
        "ResponseID in row 2); this file has neither. Export it again as CSV with all header "
        "rows, or declare another file_format.",
        nl="De kopregels van Qualtrics ontbreken.",
    )


def _surveymonkey(rows: list[list[str]], where: str) -> tuple[list[str], list[str], int]:
    if len(rows) < 2:
        raise DeliveryRejectedError(
            f"{where}: a SurveyMonkey export has two header rows (question, option); this has "
            f"{len(rows)}. Export it again, or declare another file_format.",
            nl="Het bestand mist een van de twee kopregels.",
        )
    options = rows[1] + [""] * (len(rows[0]) - len(rows[1]))
    names, question = [], ""
    for cell, option in zip(rows[0], options, strict=False):
        question = question if _CARRIED.match(cell.strip()) else _tidy(cell)
        itself = option.strip().lower() in _ANSWER_ITSELF
        names.append(question if itself else f"{question} [{_tidy(option)}]")
    return names, names, 2


_TOOLS = {
    "limesurvey_vv": _limesurvey_vv,
    "qualtrics": _qualtrics,
    "surveymonkey": _surveymonkey,
}


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _numbered(names: list[str]) -> list[str]:
    """Forms repeat a question text: its second column is called 'text (2)'."""
    seen: dict[str, int] = {}
    numbered = []
    for name in names:
        key = name.lower()
        seen[key] = seen.get(key, 0) + 1
        numbered.append(name if seen[key] == 1 or not name else f"{name} ({seen[key]})")
    return numbered


def _refuse_repeats(names: list[str], where: str, number: int) -> None:
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        first = seen.setdefault(name.lower(), position)
        if first != position:
            raise DeliveryRejectedError(
                f"{where}, row {number}, column {position}: the name '{name}' stands there twice "
                f"(also in column {first}). Give each column its own name; if two rows "
                "together are the header, make them one.",
                nl=f"De kolomnaam '{name}' komt twee keer voor.",
            )
        if name.lower() == "row_number":
            raise DeliveryRejectedError(
                f"{where}, row {number}, column {position}: 'row_number' is Peil's own name. "
                "Rename the column."
            )
