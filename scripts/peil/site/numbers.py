"""Figures, intervals and dates in the language of the site; every method is a template filter."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache

from peil.dutch import DASH, listing, long_date, number, percent, signed

TO = {"nl": "tot", "en": "to"}
FILTERS = (
    "figure", "chance", "precise", "interval", "difference", "tick", "count", "day", "listing",
)  # fmt: skip
# The same number is written on many pages.
_number, _percent, _signed = (cache(write) for write in (number, percent, signed))


class Numbers:
    """Writes figures as readers of one language expect them.

    A unit is "share" (0-1, written as a percentage), "net" (points), or the mean of a scale.
    """

    def __init__(self, language: str) -> None:
        self.language = language

    def figure(self, value: float | None, unit: str) -> str:
        """46%, 6,5; a dash where there is none."""
        if value is None:
            return DASH
        if unit == "share":
            return _percent(value, 0, self.language)
        if unit == "net":
            return _signed(shifted(value), 0, self.language)
        return _number(value, 1, self.language)

    def chance(self, value: float | None) -> str:
        """46%; samples that all say the same are no certainty."""
        if value is None or 0.01 <= value <= 0.99:
            return self.figure(value, "share")
        sign, end = ("<", 0.01) if value < 0.5 else (">", 0.99)
        return sign + self.figure(end, "share")

    def p_value(self, value: float) -> str:
        """4,9%; never none at all."""
        if value < 0.001:
            return "<" + _percent(0.001, 1, self.language)
        return _percent(value, 1, self.language)

    def precise(self, value: float, unit: str) -> str:
        """A figure beside its norm: 79,8% is not 80%."""
        if unit == "share":
            return _percent(value, 1, self.language)
        return _number(value, 2 if abs(value) < 10 else 1, self.language)

    def interval(self, low: float | None, high: float | None, unit: str) -> str:
        """Without repeating the unit: 42 tot 50."""
        if low is None or high is None:
            return ""
        is_mean = unit not in ("share", "net")
        ends = [
            _number(end, 1, self.language) if is_mean
            else _number(shifted(end), 0, self.language)
            for end in (low, high)
        ]  # fmt: skip
        return f" {TO[self.language]} ".join(ends)

    def difference(self, value: float, unit: str) -> str:
        """One decimal more than figures have, so that it never rounds onto the other verdict."""
        if unit in ("share", "net"):
            return _signed(shifted(value), 1, self.language)
        return _signed(value, 2, self.language)

    def tick(self, value: float, unit: str, sign: bool = False) -> str:
        """A label of an axis, with no more decimals than it needs."""
        value = round(value, 6)
        exact = shifted(value) if unit in ("share", "net") else Decimal(str(value))
        decimals = max(0, -int(exact.normalize().as_tuple().exponent))
        write = _signed if sign else _number
        return write(exact, min(decimals, 2), self.language) + ("%" if unit == "share" else "")

    def count(self, value: float | None) -> str:
        return DASH if value is None else _number(value, 0, self.language)

    def day(self, value: date) -> str:
        return long_date(value, self.language)

    def listing(self, words: Iterable[str]) -> str:
        """a, b en c."""
        return listing(list(words), self.language)


def shifted(share: float) -> Decimal:
    """A share as a percentage, without what 100 times a float would add."""
    return Decimal(str(share)).scaleb(2)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """A label inside a sentence: no capital, unless it is an abbreviation."""
    if text.startswith("("):
        return f"({small(text[1:])}"
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
