"""Numbers, dates and lists as Dutch readers write them: decimal comma, points for thousands."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
MINUS = "\N{MINUS SIGN}"


def number(value: float, decimals: int = 0) -> str:
    """A number rounded half up, as people do, with a decimal comma."""
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{rounded:,f}".translate(str.maketrans(",.", ".,"))
    return text.replace("-", MINUS)


def figure(value: float, statistic: str) -> str:
    """A grade with one decimal, a share as a whole percentage."""
    return number(value, 1) if statistic == "mean" else f"{number(100 * value)}%"


def interval(low: float, high: float, statistic: str) -> str:
    """An interval with one decimal more than its figure."""
    if statistic == "mean":
        return f"{number(low, 2)} – {number(high, 2)}"
    return f"{number(100 * low, 1)}% – {number(100 * high, 1)}%"


def difference(value: float, statistic: str) -> str:
    """A signed difference in points of the grade or percentage points."""
    text = number(value, 2) if statistic == "mean" else number(100 * value, 1)
    sign = "" if text.startswith(MINUS) or not text.strip("0,") else "+"
    return f"{sign}{text} {'punt' if statistic == 'mean' else 'procentpunt'}"


def long_date(day: date) -> str:
    """1 juli 2024."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def listing(parts: Sequence[str]) -> str:
    """a, b en c."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} en {parts[-1]}"


def lower_first(text: str) -> str:
    """For a label in the middle of a sentence."""
    return text[:1].lower() + text[1:]
