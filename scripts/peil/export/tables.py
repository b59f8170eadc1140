"""The published tables one by one: their columns with comments, as CSV and as Parquet."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from peil.dutch import decimal_comma
from peil.site.spreadsheet import harmless
from peil.warehouse import literal, quoted


@dataclass(frozen=True)
class Column:
    """A column of a published table and what its comment says."""

    name: str
    data_type: str
    comment: str


@dataclass(frozen=True)
class PublishedTable:
    """A published table with its comment and columns in their own order."""

    name: str
    comment: str
    columns: tuple[Column, ...]


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[PublishedTable]:
    """Every table of the published file, by name."""
    columns: dict[str, list[Column]] = {}
    for table, name, data_type, comment in connection.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns() "
        "where schema_name = 'marts' order by table_name, column_index"
    ).fetchall():
        columns.setdefault(table, []).append(Column(name, data_type, comment or ""))
    comments = connection.execute(
        "select table_name, comment from duckdb_tables() where schema_name = 'marts'"
    ).fetchall()
    return [
        PublishedTable(name, comment or "", tuple(columns[name]))
        for name, comment in sorted(comments)
    ]


def write_csv(connection: duckdb.DuckDBPyConnection, table: PublishedTable, target: Path) -> None:
    """CSV as Dutch Excel opens it: semicolons, decimal comma, UTF-8 with a mark."""
    cursor = connection.execute(f"select * from marts.{quoted(table.name)}")
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([column.name for column in table.columns])
        while rows := cursor.fetchmany(10_000):
            writer.writerows([[_shown(value) for value in row] for row in rows])


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, float | Decimal):
        return decimal_comma(value)
    return harmless(value) if isinstance(value, str) else value


def write_parquet(
    connection: duckdb.DuckDBPyConnection, table: PublishedTable, target: Path, note: str
) -> None:
    """Parquet with the table's comment and the note on simulation among its metadata."""
    connection.execute(
        f"copy (from marts.{quoted(table.name)}) to {literal(str(target))} (format parquet, "
        f"compression zstd, kv_metadata {{comment: {literal(table.comment)}, "
        f"note: {literal(note)}}})"
    )
