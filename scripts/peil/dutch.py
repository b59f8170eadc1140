"""Numbers, dates and lists as readers write them; Dutch unless another language is asked for.

The one place where a figure becomes text. The signs come from Babel (Unicode CLDR): in Dutch a
decimal comma and points for thousands. Halves are rounded up, as people do.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
# What is smaller is shown as smaller: a p of 0 does not exist.
LEAST_P = Decimal("0.001")


def number(value: float | Decimal, decimals: int = 0, language: str = "nl") -> str:
    """`1.263` or `6,5`: with so many decimals."""
    rounded = _exact(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if not rounded:
        rounded = abs(rounded)
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return format_decimal(rounded, pattern, language).replace("-", MINUS)


def percent(share: float | Decimal, decimals: int = 0, language: str = "nl") -> str:
    """`44%`: a share of 0 to 1 as a percentage."""
    return f"{number(100 * _exact(share), decimals, language)}%"


def level(confidence_level: float, language: str = "nl") -> str:
    """`95%`, or `99,5%`: a confidence level with no more decimals than it has."""
    shown = (100 * _exact(confidence_level)).normalize()
    return f"{number(shown, max(0, -int(shown.as_tuple().exponent)), language)}%"


def figure(value: float, kind: str, language: str = "nl") -> str:
    """A mean with one decimal, a net score in points, a share as a whole percentage.

    Args:
        value: the figure; shares are 0-1.
        kind: of its statistic, as in dim_statistics: mean, net, or a share (range, option).
        language: of the signs.
    """
    if kind == "mean":
        return number(value, 1, language)
    if kind == "net":
        return signed(100 * _exact(value), 1, language)
    return percent(value, language=language)


def interval(low: float, high: float, kind: str, language: str = "nl") -> str:
    """An interval with one decimal more than its figure."""
    if kind == "mean":
        ends = [number(end, 2, language) for end in (low, high)]
    elif kind == "net":
        ends = [signed(100 * _exact(end), 1, language) for end in (low, high)]
    else:
        ends = [percent(end, 1, language) for end in (low, high)]
    return f" {DASH} ".join(ends)


def difference(value: float, kind: str) -> str:
    """A signed difference: points of a grade or net score, percentage points of a share."""
    if kind == "mean":
        return f"{signed(value, 2)} punt"
    return f"{signed(100 * _exact(value), 1)} {'punt' if kind == 'net' else 'procentpunt'}"


def signed(value: float | Decimal, decimals: int, language: str = "nl") -> str:
    """`+0,2` or `−0,2`; what rounds to 0 has no sign."""
    text = number(value, decimals, language)
    is_zero = not any(character in "123456789" for character in text)
    return text if is_zero or text.startswith(MINUS) else f"+{text}"


def p_value(value: float, language: str = "nl") -> str:
    """`0,012`, or `< 0,001`."""
    if _exact(value) < LEAST_P:
        return f"< {number(LEAST_P, 3, language)}"
    return number(value, 3, language)


def long_date(day: date, language: str = "nl") -> str:
    """`1 juli 2024`."""
    return format_date(day, "d MMMM y", language)


def listing(parts: Sequence[str], language: str = "nl") -> str:
    """`a, b en c`."""
    return format_list(list(parts), locale=language) if parts else ""


def lower_first(text: str) -> str:
    """For a label in the middle of a sentence."""
    return text[:1].lower() + text[1:]


def decimal_comma(value: float | str | Decimal) -> str:
    """Every digit, for a spreadsheet in Dutch: a decimal comma and nothing between thousands."""
    return str(value).replace(".", ",")


def _exact(value: float | Decimal) -> Decimal:
    """The number as it is written: 100 times 0.285 is 28.5 and no 28.499999999999996."""
    return value if isinstance(value, Decimal) else Decimal(str(value))
