"""A model that is kept per delivery, made of a large delivery some rows at a time.

What a person answered is brought together in lists and texts that DuckDB does not write to disk, so
that they may never be of everybody at once. Rows of a person stand in one range; rows of many
people (counts) are added up over the ranges.
"""

import logging
import re
from collections.abc import Iterator

import duckdb

from peil.counting.tables import added_up
from peil.nights.plan import with_deliveries
from peil.progress import Pace
from peil.warehouse import literal, quoted

log = logging.getLogger(__name__)
# About two kilobytes each where answers to all questions are brought together.
ROWS_AT_ONCE = 250_000
# Beside so many rows each, deliveries are taken one by one: of one alone DuckDB reads what is its
# own, of several it joins what stands of everybody.
ROWS_BESIDE = 30_000
# A delivery is small as one of so many that stand.
ONE_OF = 10
_PARTS = "made_in_parts"
# The last clause of a model, in which no more than columns are named.
_ORDER = re.compile(r"\norder by [\w, ]+\s*\Z")
Batch = tuple[list[str], tuple[int, int] | None]


def rows_of(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows each delivery has here; one of which counts came has none."""
    return dict(
        connection.execute(
            "select delivery_key, n_rows from raw.deliveries "
            "where status = 'landed' and package_sha256 is null"
        ).fetchall()
    )


def batches(keys: list[str], n_rows: dict[str, int]) -> Iterator[Batch]:
    """Small deliveries together, a large one by itself in ranges of its rows.

    Args:
        keys: of the deliveries at hand.
        n_rows: of every delivery that stands.
    """
    are_few = sum(n_rows.values()) > ROWS_BESIDE * len(keys)
    together: list[str] = []
    n_together = 0
    for key in keys:
        n = n_rows.get(key, 0)
        if n > ROWS_AT_ONCE:
            for first in range(1, n + 1, ROWS_AT_ONCE):
                yield [key], (first, first + ROWS_AT_ONCE - 1)
            continue
        if together and (are_few or n_together + n > ROWS_AT_ONCE):
            yield together, None
            together, n_together = [], 0
        together.append(key)
        n_together += n
    if together:
        yield together, None


def _is_small(key: str, n_rows: dict[str, int]) -> bool:
    return ONE_OF * n_rows.get(key, 0) < sum(n_rows.values())


def make_empty(connection: duckdb.DuckDBPyConnection, table: str, code: str) -> None:
    """Make the table of such a model, without rows.

    DuckDB 1.5.6 does not see, until the next checkpoint, many rows that are inserted in order in
    the transaction in which an ordered query of no rows made their table: a limit takes the order.
    """
    nothing = with_deliveries(code, [])
    connection.execute(f"create table {table} as from (\n{nothing}\n) as made limit 0")


def insert_deliveries(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    code: str,
    keys: list[str],
    n_rows: dict[str, int],
) -> None:
    """Insert what a model makes of deliveries.

    Args:
        connection: inside the transaction of the step.
        table: the table of the model, which exists.
        code: its SQL, which says where deliveries are chosen.
        keys: of the deliveries.
        n_rows: how many rows each has.
    """
    columns = {name: kind for name, kind, *_ in connection.execute(f"describe {table}").fetchall()}
    names = ", ".join(map(quoted, columns))
    is_of_many = "row_number" not in columns
    pace = Pace()
    for chosen, rows in batches(keys, n_rows):
        is_small = len(chosen) == 1 and not rows and _is_small(chosen[0], n_rows)
        made = with_deliveries(code, chosen, rows, is_small=is_small)
        if not (rows and is_of_many):
            connection.execute(
                f"insert into {table} ({names}) select {names} from (\n{made}\n) as made"
            )
        else:
            _add_part(connection, table, columns, made, chosen[0], rows, n_rows[chosen[0]])
        if rows and pace.is_due():
            done, of = min(rows[1], n_rows[chosen[0]]), n_rows[chosen[0]]
            log.info("%s: %s of %s rows.", table.split(".")[-1].strip('"'), f"{done:,}", f"{of:,}")


def _add_part(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: dict[str, str],
    made: str,
    key: str,
    rows: tuple[int, int],
    n_rows: int,
) -> None:
    """Keep the counts of one range; with the last one they are added up into the table.

    Without the key of the delivery, which all have: it would be held, hashed and compared per row.
    """
    counted = {name: kind for name, kind in columns.items() if name != "delivery_key"}
    names = ", ".join(map(quoted, counted))
    if rows[0] == 1:
        connection.execute(f"create temp table {_PARTS} as select {names} from {table} limit 0")
    # Their order is that of the sum.
    unordered = _ORDER.sub("", made)
    connection.execute(f"insert into {_PARTS} select {names} from (\n{unordered}\n) as made")
    if rows[1] >= n_rows:
        about = ", ".join(quoted(name) for name in counted if not name.startswith(("n_", "sum_")))
        connection.execute(
            f"insert into {table} (delivery_key, {names}) select {literal(key)}, "
            f"{added_up(counted)} from {_PARTS} group by all order by {about}"
        )
        connection.execute(f"drop table {_PARTS}")
