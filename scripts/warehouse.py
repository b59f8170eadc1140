"""The working database: one writer, mode 0600, and the raw tables that landing fills."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from scripts.errors import InputError

RAW_TABLES = """
create schema if not exists raw;
create table if not exists raw.deliveries (
    delivery_key varchar, file_name varchar, sha256 varchar, file_format varchar,
    source_code varchar, survey_code varchar, wave_code varchar,
    n_rows bigint, n_columns bigint, n_cells bigint, n_identifier_cells bigint,
    n_open_answers bigint, unbound_columns varchar, landed_at timestamp,
    status varchar, reason varchar
);
alter table raw.deliveries add column if not exists n_masked_open_answers bigint;
alter table raw.deliveries add column if not exists n_rejects bigint;
alter table raw.deliveries add column if not exists notes varchar;
alter table raw.deliveries add column if not exists warnings varchar;
alter table raw.deliveries add column if not exists codebook_digest varchar;
create table if not exists raw.answers (
    delivery_key varchar, row_number bigint, column_name varchar, value varchar
);
create table if not exists raw.value_counts (
    delivery_key varchar, column_name varchar, value varchar, n_cells bigint
);
create table if not exists raw.open_answers (
    delivery_key varchar, row_number bigint, column_name varchar, value varchar
);
create table if not exists raw.rejects (
    delivery_key varchar, row_number bigint, column_name varchar, value varchar, reason varchar,
    stage varchar
);
create table if not exists raw.user_missing (
    delivery_key varchar, column_name varchar, value_from double, value_to double
);
create table if not exists raw.population (
    delivery_key varchar, row_number bigint, region_code varchar, gender_code varchar,
    age varchar, n_residents varchar
);
alter table raw.population add column if not exists source_line varchar;
alter table raw.population add column if not exists licence varchar;
create table if not exists raw.kpi_values (
    delivery_key varchar, row_number bigint, municipality varchar, period varchar,
    kpi_code varchar, value varchar
);
"""

# Tables with a delivery_key: the rows of one delivery come and go together.
DELIVERED_TABLES = (
    "raw.answers",
    "raw.value_counts",
    "raw.open_answers",
    "raw.rejects",
    "raw.user_missing",
    "raw.population",
    "raw.kpi_values",
)


@contextmanager
def open_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for writing, made with its raw tables where it does not exist.

    Raises:
        InputError: another process holds the file, or it is not a DuckDB file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(path), config={"storage_compatibility_version": "v1.0.0"})
    except (duckdb.IOException, duckdb.SerializationException) as error:
        raise InputError(_cannot_open(path, str(error))) from error
    try:
        path.chmod(0o600)
        connection.execute(RAW_TABLES)
        yield connection
    finally:
        connection.close()


def _cannot_open(path: Path, error: str) -> str:
    if "lock" in error:
        holder = re.search(r"\(PID (\d+)\)", error)
        process = f" by process {holder.group(1)}" if holder else ""
        return (
            f"{path}: in use{process}. One program at a time may write the warehouse: close it "
            "and run again. To read figures, open the published file instead."
        )
    return f"{path}: cannot be opened as a DuckDB file ({error.splitlines()[0]})."


def quoted(name: str) -> str:
    """A column or table name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
