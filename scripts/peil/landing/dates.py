"""When an answer was sent in: one way of writing dates per column, found out and said."""

from typing import TYPE_CHECKING

import duckdb

from peil.errors import DeliveryRejectedError
from peil.readers import INCOMING
from peil.warehouse import literal, one_row, quoted

if TYPE_CHECKING:
    from peil.codebook.delivery import Delivery

# As tools write them; the time and what follows it (a time zone) is cut off first.
FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%d-%m-%Y", "%d/%m/%Y", "%m/%d/%Y", "%m-%d-%Y", "%d.%m.%Y",
    "%Y%m%d",
)  # fmt: skip
TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f")
# Excel counts days from here, one of which never was.
_EXCEL = (
    "timestamp '1899-12-30' + to_milliseconds(cast(round(cast({0} as double) * 864e5) as bigint))"
)


def read_dates(connection: duckdb.DuckDBPyConnection, delivery: "Delivery") -> list[str]:
    """Rewrite the submission dates in `incoming` as ISO; returns notes for the ledger.

    Values that fit no way of writing stay as they are: the gate counts them.

    Raises:
        DeliveryRejectedError: day and month cannot be told apart.
    """
    notes = []
    for column in delivery.source.columns_of("submitted_at"):
        declared = delivery.source.date_format
        found = declared or _find(connection, delivery, column)
        if found and found != FORMATS[0]:
            _rewrite(connection, column, found)
            if not declared:
                notes.append(f"dates of '{column}' read as {found}")
    return notes


def _find(connection: duckdb.DuckDBPyConnection, delivery: "Delivery", column: str) -> str:
    """The format that reads most dates; empty when none reads any, or they are ISO already."""
    name = quoted(column)
    tests = ", ".join(f"coalesce(sum(n) filter ({_day(f)} is not null), 0)" for f in FORMATS)
    # Per distinct day: a million respondents answered on a few hundred days.
    days = (
        f"select regexp_extract(trim({name}), '^[^ T]+') as day, count(*) as n from {INCOMING} "
        f"where {name} is not null group by all"
    )
    n_filled, n_serial, *counts = one_row(
        connection,
        "select sum(n), sum(n) filter (try_cast(day as double) is not null), "
        f"{tests} from ({days})",
    )
    best = max(counts)
    if not n_filled:
        return ""
    if n_serial == n_filled and best < n_filled:
        return "excel"
    if not best:
        return ""
    candidates = [f for f, n in zip(FORMATS, counts, strict=True) if n == best]
    for other in candidates[1:]:
        differ = f"{_day(candidates[0])} is distinct from {_day(other)}"
        if one_row(connection, f"select count(*) from ({days}) where {differ}")[0]:
            raise DeliveryRejectedError(
                f"{delivery.path.name}, column '{column}': its dates read equally well as "
                f"{candidates[0]} and {other}. Declare date_format in sources.csv for source "
                f"'{delivery.source.source_code}'.",
                nl=f"In kolom '{column}' zijn dag en maand niet te onderscheiden.",
            )
    return candidates[0]


def _day(date_format: str) -> str:
    return f"try_strptime(day, {literal(date_format)})"


def _rewrite(connection: duckdb.DuckDBPyConnection, column: str, found: str) -> None:
    value = _clean(column)
    parsed = f"try({_EXCEL.format(value)})" if found == "excel" else _parsed(value, found)
    connection.execute(
        f"update {INCOMING} set {quoted(column)} = coalesce(strftime({parsed}, "
        f"'%Y-%m-%d %H:%M:%S'), {quoted(column)}) where {quoted(column)} is not null"
    )


def _clean(column: str) -> str:
    """The value without a time zone: dates are those of the place where was answered."""
    return (
        f"trim(regexp_replace(replace({quoted(column)}, 'T', ' '), "
        r"'( ?(GMT|UTC|CET|CEST|Z)\w?([+-]\d{1,2}(:?\d{2})?)?|[+-]\d{2}:\d{2})$', ''))"
    )


def _parsed(value: str, date_format: str) -> str:
    if "%H" in date_format or "%I" in date_format:
        return f"try_strptime({value}, {literal(date_format)})"
    formats = ", ".join(literal(date_format + time) for time in TIMES)
    return f"try_strptime({value}, [{formats}])"
