"""Figures, intervals and dates in the language of the site; every method is a template filter."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"
MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}
AND, TO = {"nl": "en", "en": "and"}, {"nl": "tot", "en": "to"}
FILTERS = (
    "figure", "precise", "interval", "difference", "tick", "count", "day", "listing",
)  # fmt: skip


class Numbers:
    """Writes numbers as readers of one language expect them.

    A unit is "share" (0-1, written as a percentage), "net" (points) or "mean" and a scale.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._signs = str.maketrans(",.-", f".,{MINUS}" if language == "nl" else f",.{MINUS}")
        self._months = MONTHS[language].split()

    def decimal(self, value: float, digits: int, shift: int = 0) -> str:
        """Rounded half up, as people do; shift 2 makes a share a percentage without loss."""
        exact = Decimal(repr(float(value))).scaleb(shift)
        rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        return f"{abs(rounded) if rounded == 0 else rounded:,f}".translate(self._signs)

    def figure(self, value: float | None, unit: str) -> str:
        """46%, 6,5; a dash where there is none."""
        if value is None:
            return "–"
        if unit == "share":
            return f"{self.decimal(value, 0, 2)}%"
        if unit == "net":
            return self._signed(value, 0, 2)
        return self.decimal(value, 1)

    def precise(self, value: float, unit: str) -> str:
        """A figure that is held against a norm: 89,8% is not 90%."""
        if unit == "share":
            return f"{self.decimal(value, 1, 2)}%"
        return self.decimal(value, 1 if unit == "number" else 2)

    def interval(self, low: float | None, high: float | None, unit: str) -> str:
        """Without repeating the unit: 42 tot 50."""
        if low is None or high is None:
            return ""
        digits, shift = (0, 2) if unit in ("share", "net") else (1, 0)
        ends = self.decimal(low, digits, shift), self.decimal(high, digits, shift)
        return f" {TO[self.language]} ".join(ends)

    def difference(self, value: float, unit: str, *, sign: bool = True) -> str:
        """One decimal more than figures have, so that it never rounds onto the other verdict."""
        digits, shift = (1, 2) if unit in ("share", "net") else (2, 0)
        write = self._signed if sign else self.decimal
        return write(value, digits, shift)

    def tick(self, value: float, unit: str, sign: bool = False) -> str:
        """A label of an axis, with no more decimals than it needs."""
        number = value * 100 if unit in ("share", "net") else value
        text = f"{number:.3g}".translate(self._signs)
        return ("+" if sign and value > 0 else "") + text + ("%" if unit == "share" else "")

    def count(self, value: int | None) -> str:
        return "–" if value is None else self.decimal(value, 0)

    def day(self, value: date) -> str:
        return f"{value.day} {self._months[value.month - 1]} {value.year}"

    def listing(self, words: Iterable[str], last: str = "") -> str:
        """a, b en c."""
        items = list(words)
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {last or AND[self.language]} {items[-1]}"

    def _signed(self, value: float, digits: int, shift: int) -> str:
        text = self.decimal(value, digits, shift)
        return f"+{text}" if value > 0 and text.strip("0.,") else text


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """A label inside a sentence: no capital, unless it is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def short(text: str) -> str:
    """A label without its explanation at the end: Onvoldoende (5 of lager)."""
    return re.sub(r"(?<=\S)\s*\([^()]*\)$", "", text)


def unbroken(text: str) -> str:
    """For titles: e-mail and 18-29 stay on one line."""
    return re.sub(r"(?<=\w)-(?=\w)", "\N{NON-BREAKING HYPHEN}", text)


def slug(text: str) -> str:
    """A text as part of an address: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def file_name(code: str) -> str:
    """A code as a file name and an id: nothing that leaves its folder."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", code).strip("-") or "x"
