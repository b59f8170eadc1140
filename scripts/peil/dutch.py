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


def signed(value: float | Decimal, decimals: int, language: str = "nl") -> str:
    """`+0,2` or `−0,2`; what rounds to 0 has no sign."""
    text = number(value, decimals, language)
    is_zero = not any(character in "123456789" for character in text)
    return text if is_zero or text.startswith(MINUS) else f"+{text}"


def long_date(day: date, language: str = "nl") -> str:
    """`1 juli 2024`."""
    return format_date(day, "d MMMM y", language)


def listing(parts: Sequence[str], language: str = "nl") -> str:
    """`a, b en c`."""
    return format_list(list(parts), locale=language) if parts else ""


def decimal_comma(value: float | str | Decimal) -> str:
    """Every digit, for a spreadsheet in Dutch: a decimal comma and nothing between thousands."""
    return str(value).replace(".", ",")


def _exact(value: float | Decimal) -> Decimal:
    """The number as it is written: 100 times 0.285 is 28.5 and no 28.499999999999996."""
    return value if isinstance(value, Decimal) else Decimal(str(value))
