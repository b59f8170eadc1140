"""The kinds of source, and what each leaves in `raw`. A new kind is a row in KINDS.

A kind has the fields its bindings must name, and a function that moves `incoming` into its own
raw table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from peil.landing import kpis, residents
from peil.readers import INCOMING
from peil.warehouse import literal, one_row, quoted

if TYPE_CHECKING:
    from peil.codebook.decode import Codebook
    from peil.codebook.delivery import Delivery, Outcome

Check = Callable[[duckdb.DuckDBPyConnection, "Delivery", "Codebook"], None]


@dataclass(frozen=True)
class Kind:
    """How one kind of delivery is stored, and whether the gate judges it.

    `check` refuses a file whose values cannot be used, before anything of it is stored.
    """

    fields: tuple[str, ...]
    is_gated: bool
    store: Callable[
        [duckdb.DuckDBPyConnection, "Delivery", list[str], "Outcome"],
        None,
    ]
    check: Check | None = None


def _store_answers(
    connection: duckdb.DuckDBPyConnection,
    delivery: "Delivery",
    columns: list[str],
    outcome: "Outcome",
) -> None:
    """Long and schema-free; open answers apart, with identifiers masked.

    Distinct values are counted here, from the columns of the file: over the long rows it costs
    four times as much.
    """
    from peil.landing import ledger, privacy

    privacy.hash_respondents(connection, delivery)
    ledger.require_same_key(connection, delivery)
    opened = privacy.open_columns(connection, delivery.source, columns)
    # Masked before they reach a table of the warehouse: a row that is changed later leaves its
    # first text in the file.
    connection.execute("create or replace temp table unmasked as from raw.open_answers limit 0")
    outcome.n_open_answers = _unpivot(connection, "unmasked", delivery.key, opened)
    outcome.n_masked_open_answers = privacy.mask_open_answers(connection, delivery.key, "unmasked")
    connection.execute("insert into raw.open_answers from unmasked")
    connection.execute("drop table unmasked")
    rest = [c for c in columns if c not in opened]
    outcome.n_cells = _unpivot(connection, "raw.answers", delivery.key, rest)
    for column in rest:
        connection.execute(
            f"insert into raw.value_counts select {literal(delivery.key)}, {literal(column)}, "
            f"{quoted(column)}, count(*) from {INCOMING} where {quoted(column)} is not null "
            "group by all"
        )


def count_earlier_values(connection: duckdb.DuckDBPyConnection) -> None:
    """Count the values of deliveries that landed before `raw.value_counts` existed."""
    uncounted = connection.execute(
        "select delivery_key from raw.deliveries where status = 'landed' "
        "and package_sha256 is null "
        "and delivery_key not in (select delivery_key from raw.value_counts)"
    ).fetchall()
    for (key,) in uncounted:
        connection.execute(
            "insert into raw.value_counts select delivery_key, column_name, value, count(*) "
            "from raw.answers where delivery_key = ? group by all",
            [key],
        )


def _unpivot(
    connection: duckdb.DuckDBPyConnection, table: str, key: str, columns: list[str]
) -> int:
    if not columns:
        return 0
    names = ", ".join(quoted(c) for c in columns)
    return one_row(
        connection,
        f"insert into {table} select {literal(key)}, row_number, column_name, value "
        f"from (unpivot {INCOMING} on {names} into name column_name value value)",
    )[0]


def _store_fields(
    table: str, fields: tuple[str, ...], fallbacks: dict[str, str] | None = None
) -> Callable:
    """Store the cells of the fields; `fallbacks` a file may leave to sources.csv."""

    def store(
        connection: duckdb.DuckDBPyConnection,
        delivery: "Delivery",
        columns: list[str],  # noqa: ARG001  (the fields say which)
        outcome: "Outcome",
    ) -> None:
        source = delivery.source
        names = [quoted(source.columns_of(field)[0]) for field in fields]
        for field, attribute in (fallbacks or {}).items():
            bound = source.columns_of(field)
            fallback = literal(getattr(source, attribute))
            names.append(f"coalesce({quoted(bound[0])}, {fallback})" if bound else fallback)
        n_rows = one_row(
            connection,
            f"insert into {table} select {literal(delivery.key)}, row_number, {', '.join(names)} "
            f"from {INCOMING}",
        )[0]
        outcome.n_cells = len(fields) * n_rows

    return store


_FALLBACKS = {"source_line": "label_nl", "licence": "licence_nl"}

KINDS = {
    "survey": Kind((), True, _store_answers),
    "population": Kind(
        residents.FIELDS,
        False,
        _store_fields("raw.population", residents.FIELDS, _FALLBACKS),
        residents.check_residents,
    ),
    "kpi": Kind(kpis.FIELDS, False, _store_fields("raw.kpi_values", kpis.FIELDS), kpis.check_kpis),
}
