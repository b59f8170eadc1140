"""Dates that are none: each is rejected with its row, column and value, and the rest lands."""

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from peil.codebook.decode import AT_THE_DOOR
from peil.readers import INCOMING
from peil.warehouse import literal, quoted

if TYPE_CHECKING:
    from peil.codebook.delivery import Delivery
    from peil.readers.reading import Unusable

UNREADABLE = "not a date that can be read"
# So many are named in a warning; raw.rejects has all.
_NAMED = 3


def reject_unusable(
    connection: duckdb.DuckDBPyConnection,
    delivery: "Delivery",
    columns: list[str],
    left_out: "list[Unusable]",
) -> list[str]:
    """Enter what the reader left out, and unreadable submission dates; returns warnings.

    A submission date stays in its cell, where the gate counts it: who sent in the answers on an
    unknown day did send them in.

    Args:
        connection: the warehouse, inside the transaction of this delivery.
        delivery: whose rows `incoming` holds.
        columns: those that are kept.
        left_out: values whose cells the reader emptied.
    """
    ignored = {b.column for b in delivery.source.bindings if b.binding in {"identifier", "ignored"}}
    chosen = [u for u in left_out if u.column in columns and u.column not in ignored]
    submitted = [c for c in delivery.source.columns_of("submitted_at") if c in columns]
    if chosen:
        found = pa.table(
            {
                "row_number": [u.row_number for u in chosen],
                "column_name": [u.column for u in chosen],
                "value": [u.value for u in chosen],
                "reason": [u.reason for u in chosen],
            }
        )
        connection.register("left_out", found)
        connection.execute(
            f"insert into raw.rejects select {literal(delivery.key)}, row_number, column_name, "
            f"value, reason, {literal(AT_THE_DOOR)} from left_out"
        )
    for column in submitted:
        name = quoted(column)
        connection.execute(
            f"insert into raw.rejects select {literal(delivery.key)}, row_number, "
            f"{literal(column)}, {name}, {literal(UNREADABLE)}, {literal(AT_THE_DOOR)} "
            f"from {INCOMING} where {name} is not null and try_cast({name} as timestamp) is null"
        )
        if any(u.column == column for u in chosen):
            # A year of five digits is a date to DuckDB: the mark keeps it from being one.
            connection.execute(
                f"update {INCOMING} set {name} = left_out.value || '?' from left_out where "
                f"left_out.column_name = {literal(column)} "
                f"and left_out.row_number = {INCOMING}.row_number"
            )
    if chosen:
        connection.unregister("left_out")
    return _warnings(connection, delivery.key)


def _warnings(connection: duckdb.DuckDBPyConnection, key: str) -> list[str]:
    rows = connection.execute(
        "select column_name, reason, count(*), list({'r': row_number, 'v': value} "
        f"order by row_number)[:{_NAMED}] from raw.rejects where delivery_key = ? "
        "and value is not null group by all order by 1",
        [key],
    ).fetchall()
    return [
        f"column '{column}': {reason}: "
        + ", ".join(f"row {one['r']:,} '{one['v']}'" for one in named)
        + (f" and {n - len(named):,} more" if n > len(named) else "")
        + ". These values are left out; the rest landed"
        for column, reason, n, named in rows
    ]
