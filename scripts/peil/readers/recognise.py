"""Which tool wrote a file, told from its extension and its first rows. Always said aloud."""

from pathlib import Path

from peil.codebook import Source
from peil.errors import DeliveryRejectedError
from peil.readers.headers import PEEK, header_at
from peil.readers.sheets import as_text, read_sheet
from peil.readers.text import open_text

_EXTENSIONS = {
    ".sav": "sav", ".zsav": "sav", ".parquet": "parquet", ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".xls": "xlsx", ".csv": "csv", ".tsv": "csv", ".txt": "csv",
}  # fmt: skip
_LIMESURVEY = {"submitdate", "date submitted", "datum ingediend", "datum van inzending"}
_LIMESURVEY_PAGE = {"lastpage", "last page", "laatste pagina", "startlanguage", "start language"}


def recognise(path: Path, source: Source, scratch: Path) -> str:
    """The name in `formats.FORMATS` of this file.

    Raises:
        DeliveryRejectedError: nothing with this extension can be read.
    """
    family = _EXTENSIONS.get(path.suffix.lower())
    if family is None:
        known = ", ".join(sorted(_EXTENSIONS))
        raise DeliveryRejectedError(
            f"{path.name}: files '{path.suffix or 'without extension'}' are not deliveries. "
            f"Export it as one of {known}."
        )
    if family in {"sav", "parquet"}:
        return family
    if family == "xlsx":
        rows, delimiter = as_text(read_sheet(path).rows[:PEEK]), ""
    else:
        opened = open_text(path, source, scratch)
        delimiter, rows = opened.delimiter, opened.head.rows
    # A tool's own first row may name few columns; only another file has a title above its header.
    first = next((i for i, row in enumerate(rows) if any(c.strip() for c in row)), 0)
    tool = tool_of(rows[first:], delimiter)
    if tool == "plain":
        tool = tool_of(rows[header_at(rows)[0] :], delimiter)
    if tool == "limesurvey_vv":
        return tool
    return f"{tool}_{family}" if tool != "plain" else family


def tool_of(rows: list[list[str]], delimiter: str) -> str:
    """The tool whose header these first rows are; plain when it is nobody's."""
    first, second, third = ([c.strip().lower() for c in r] for r in (*rows[:3], *[[]] * 3)[:3])
    if third and third[0].startswith('{"importid"'):
        return "qualtrics"
    if first[:1] == ["v1"] and {"responseid", "responseset"} & set(second):
        return "qualtrics"
    if delimiter == "\t" and {"submitdate", "startlanguage"} <= set(second):
        return "limesurvey_vv"
    if _LIMESURVEY & set(first) and _LIMESURVEY_PAGE & set(first):
        return "limesurvey"
    if first[:1] in (["respondent id"], ["respondent_id"]) and second[:1] == [""]:
        return "surveymonkey"
    if {"start time", "completion time"} <= set(first) or {
        "begintijd", "tijd van voltooien"
    } <= set(first):  # fmt: skip
        return "ms_forms"
    if first[:1] in (["timestamp"], ["tijdstempel"]):
        return "google_forms"
    return "plain"
