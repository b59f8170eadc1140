"""Figures as a file that the spreadsheet of the reader opens."""

import csv
import io
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from peil.dutch import decimal_comma

# Also in the full width that Asian keyboards write.
_FORMULA = re.compile(r"[\t\r\n]|[\s\x00-\x1f\ufeff]*[=+\-@＝＋－＠]")
_SIGNED = re.compile(r"[+-]\d+([.,]\d+)?( ?%)?")


def spreadsheet(language: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """CSV with the separator and decimal sign of a language, and a byte order mark."""
    buffer = io.StringIO()
    separator = ";" if language == "nl" else ","
    sheet = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    sheet.writerow(header)
    for row in rows:
        sheet.writerow(_cell(value, language) for value in row)
    return "\ufeff" + buffer.getvalue()


def _cell(value: Any, language: str) -> Any:
    if isinstance(value, float):
        text = f"{value:.4f}".rstrip("0").rstrip(".")
        return decimal_comma(text) if language == "nl" else text
    return harmless(value) if isinstance(value, str) else value


@lru_cache(maxsize=20_000)
def harmless(text: str) -> str:
    """A text that a spreadsheet shows and does not run: behind an apostrophe if it must be.

    Spreadsheets take a cell of a CSV file for a formula by its first character (OWASP, "CSV
    Injection"). A number with a sign is none.
    """
    is_formula = _FORMULA.match(text) and not _SIGNED.fullmatch(text)
    return f"'{text}" if is_formula else text
