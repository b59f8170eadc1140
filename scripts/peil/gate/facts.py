"""The facts the gate judges, counted in SQL over the whole delivery.

Three small tables, so that the expectations cost the same for a thousand rows and a million:
`delivery` (one row), `columns` (one row per bound column) and `values` (the distinct values of
each column with few of them).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from peil.warehouse import literal, one_row

if TYPE_CHECKING:
    from peil.codebook.delivery import Delivery, Outcome
    from peil.readers import Reading

# A column with more distinct values than this holds numbers or dates, not codes.
MOST_VALUES = 150
# Distributions of fewer answers than this differ by chance alone.
FEWEST_FOR_DRIFT = 100


@dataclass
class Facts:
    """What was counted; `rejects` holds the most frequent rejected values with their counts."""

    delivery: dict[str, float | None]
    columns: list[dict[str, object]]
    values: dict[str, list[str]]
    rejects: list[tuple[str, str, str, int]]


def gather(
    connection: duckdb.DuckDBPyConnection,
    delivery: "Delivery",
    reading: "Reading",
    outcome: "Outcome",
) -> Facts:
    """Count the facts of a delivery that is stored and decoded."""
    key = delivery.key
    previous = _previous(connection, delivery)
    return Facts(
        _delivery_facts(connection, delivery, outcome, previous),
        _column_facts(connection, delivery, reading, outcome, previous),
        _values(connection),
        connection.execute(
            "select column_name, coalesce(value, ''), reason, count(*) from raw.rejects "
            "where delivery_key = ? group by all order by 4 desc, 1, 2 limit 50",
            [key],
        ).fetchall(),
    )


def _previous(connection: duckdb.DuckDBPyConnection, delivery: "Delivery") -> str | None:
    """The delivery to compare with: an earlier one of the source, else of an earlier wave."""
    source = delivery.source
    row = connection.execute(
        "select delivery_key from raw.deliveries where status = 'landed' and delivery_key != ? "
        "and package_sha256 is null "
        "and (source_code = $2 or (survey_code = $3 and wave_code != $4)) "
        "order by source_code = $2 desc, file_name = $5 desc, landed_at desc limit 1".replace(
            "?", "$1"
        ),
        [
            delivery.key, source.source_code, source.survey_code, source.wave_code,
            delivery.path.name,
        ],
    ).fetchone()  # fmt: skip
    return row[0] if row else None


def _delivery_facts(
    connection: duckdb.DuckDBPyConnection,
    delivery: "Delivery",
    outcome: "Outcome",
    previous: str | None,
) -> dict[str, float | None]:
    key, n_rows = delivery.key, outcome.n_rows
    facts: dict[str, float | None] = {
        "n_rows": n_rows,
        "rows_ratio": None,
        "share_rejected": outcome.n_rejects / outcome.n_cells if outcome.n_cells else 0.0,
    }
    if previous:
        before = one_row(
            connection,
            "select n_rows from raw.deliveries where delivery_key = ? and status = 'landed'",
            [previous],
        )[0]
        facts["rows_ratio"] = n_rows / before if before else None
    if ids := delivery.source.columns_of("respondent_id"):
        n_filled, n_distinct = one_row(
            connection,
            "select coalesce(sum(n_cells), 0)::bigint, count(*) from raw.value_counts "
            "where delivery_key = ? "
            "and column_name = ?",
            [key, ids[0]],
        )
        facts["share_duplicate"] = (n_filled - n_distinct) / n_rows
        facts["share_without_respondent_id"] = (n_rows - n_filled) / n_rows
    if dates := delivery.source.columns_of("submitted_at"):
        n_filled, n_unreadable, n_outside = one_row(
            connection,
            "select sum(n_cells)::double, "
            "coalesce(sum(n_cells) filter (where moment is null), 0)::double, "
            "coalesce(sum(n_cells) filter (where moment < fieldwork_start "
            "or moment >= fieldwork_end + interval 1 day), 0)::double "
            "from (select n_cells, try_cast(value as timestamp) as moment from raw.value_counts "
            "where delivery_key = ? and column_name = ?) cross join codebook_waves "
            "where wave_code = ?",
            [key, dates[0], delivery.source.wave_code],
        )
        facts["share_unreadable_date"] = n_unreadable / n_filled if n_filled else 0.0
        facts["share_outside_fieldwork"] = n_outside / n_filled if n_filled else 0.0
    return facts


def _column_facts(
    connection: duckdb.DuckDBPyConnection,
    delivery: "Delivery",
    reading: "Reading",
    outcome: "Outcome",
    previous: str | None,
) -> list[dict[str, object]]:
    present = ", ".join(literal(c) for c in reading.columns)
    rows = connection.execute(
        f"""
        with bound as (
            select source_column as column_name from codebook_bindings
            where source_code = $source
                and binding in ('single_column', 'one_hot', 'delimited', 'metadata')
        ),

        filled as (
            select column_name, sum(n_cells)::bigint as n_filled from raw.value_counts
            where delivery_key = $key group by column_name
        ),

        rejected as (
            select
                column_name,
                count(distinct row_number) as n_rejected,
                count(distinct row_number) filter (where reason = 'not a number')
                    as n_not_number,
            from raw.rejects where delivery_key = $key group by column_name
        )

        select
            bound.column_name,
            bound.column_name in ({present}) as is_present,
            coalesce(filled.n_filled, 0) as n_filled,
            coalesce(filled.n_filled, 0) / $n_rows as share_filled,
            coalesce(rejected.n_rejected, 0) / greatest(filled.n_filled, rejected.n_rejected, 1)
                as share_rejected,
            coalesce(rejected.n_not_number, 0)
            / greatest(filled.n_filled, rejected.n_rejected, 1) as share_not_number,
            drift.drift,
        from bound
        left join filled using (column_name)
        left join rejected using (column_name)
        left join ({_drift(delivery, previous)}) as drift using (column_name)
        order by column_name
        """,
        {
            "source": delivery.source.source_code,
            "key": delivery.key,
            "n_rows": float(outcome.n_rows),
        },
    )
    names = [d[0] for d in rows.description]
    found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return [f for f in found if f["column_name"] not in delivery.source.open_columns]


def _drift(delivery: "Delivery", previous: str | None) -> str:
    """Total variation distance to the previous delivery, per column with few values."""
    if previous is None:
        return "select null::varchar as column_name, null::double as drift"
    return f"""
        select column_name, sum(abs(now - before)) / 2 as drift
        from (
            select
                column_name,
                value,
                coalesce(sum(n) filter (where delivery_key = {literal(delivery.key)}), 0)
                / sum(sum(n) filter (where delivery_key = {literal(delivery.key)}))
                    over (partition by column_name) as now,
                coalesce(sum(n) filter (where delivery_key = {literal(previous)}), 0)
                / sum(sum(n) filter (where delivery_key = {literal(previous)}))
                    over (partition by column_name) as before,
                count(*) over (partition by column_name) as n_values,
                sum(sum(n)) over (partition by column_name) as n_both,
            from (
                select delivery_key, column_name, value, n_cells as n from raw.value_counts
                where delivery_key in ({literal(delivery.key)}, {literal(previous)})
                    and column_name in (select column_name from decoded_values)
            )
            group by column_name, value
        )
        where n_values <= {MOST_VALUES} and n_both >= {2 * FEWEST_FOR_DRIFT}
        group by column_name
    """


def _values(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    return dict(
        connection.execute(
            "select column_name, list(distinct value order by value) from decoded_values "
            "group by column_name having count(distinct value) <= ? order by column_name",
            [MOST_VALUES],
        ).fetchall()
    )
