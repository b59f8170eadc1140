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
    """A grade with one decimal, a net score in points, a share as a whole percentage."""
    if statistic == "mean":
        return number(value, 1)
    return _signed(100 * value, 1) if statistic == "net" else f"{number(100 * value)}%"


def interval(low: float, high: float, statistic: str) -> str:
    """An interval with one decimal more than its figure."""
    if statistic == "mean":
        return f"{number(low, 2)} – {number(high, 2)}"
    if statistic == "net":
        return f"{_signed(100 * low, 1)} – {_signed(100 * high, 1)}"
    return f"{number(100 * low, 1)}% – {number(100 * high, 1)}%"


def difference(value: float, statistic: str) -> str:
    """A signed difference: points of a grade or net score, percentage points of a share."""
    if statistic == "mean":
        return f"{_signed(value, 2)} punt"
    return f"{_signed(100 * value, 1)} {'punt' if statistic == 'net' else 'procentpunt'}"


def _signed(value: float, decimals: int) -> str:
    text = number(value, decimals)
    if not text.strip(f"0,{MINUS}"):
        return text.lstrip(MINUS)
    return text if text.startswith(MINUS) else f"+{text}"


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
