"""Dates that no calendar has, such as 31-02-2024: left out one by one, with their place."""

import duckdb

from peil.readers.frames import INCOMING
from peil.readers.reading import Unusable
from peil.warehouse import literal, one_row, quoted

# As tools write them, four digits for the year.
FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%d-%m-%Y", "%d/%m/%Y", "%m/%d/%Y", "%m-%d-%Y", "%d.%m.%Y",
)  # fmt: skip
_SHAPE = r"(\d{4,6}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4,6})([ T].*)?"
# A column in which fewer cells look like a date is no column of dates.
_MOST = 0.9
REASON = "not a date of any calendar"


def take_impossible_dates(
    connection: duckdb.DuckDBPyConnection, names: list[str]
) -> list[Unusable]:
    """Empty the cells of `incoming` that look like a date and are none; returns them."""
    found: list[Unusable] = []
    for name in _dated(connection, names):
        column = quoted(name)
        day = f"regexp_extract(trim({column}), '^[^ T]+')"
        formats = ", ".join(map(literal, FORMATS))
        impossible = (
            f"regexp_full_match(trim({column}), {literal(_SHAPE)}) "
            f"and try_strptime({day}, [{formats}]) is null"
        )
        n_filled, n_shaped, n_impossible = one_row(
            connection,
            f"select count({column}), count(*) filter (regexp_full_match(trim({column}), "
            f"{literal(_SHAPE)})), count(*) filter ({impossible}) from {INCOMING}",
        )
        if not n_impossible or n_shaped < _MOST * n_filled or n_impossible > n_shaped / 2:
            continue
        found += [
            Unusable(row, name, value, REASON)
            for row, value in connection.execute(
                f"select row_number, {column} from {INCOMING} where {impossible} order by 1"
            ).fetchall()
        ]
        connection.execute(f"update {INCOMING} set {column} = null where {impossible}")
    return found


def _dated(connection: duckdb.DuckDBPyConnection, names: list[str]) -> list[str]:
    """Columns with anything that looks like a date among their first thousand rows."""
    if not names:
        return []
    tests = ", ".join(
        f"coalesce(bool_or(regexp_full_match(trim({quoted(n)}), {literal(_SHAPE)})), false)"
        for n in names
    )
    flags = one_row(connection, f"select {tests} from (select * from {INCOMING} limit 1000)")
    return [name for name, flag in zip(names, flags, strict=True) if flag]
