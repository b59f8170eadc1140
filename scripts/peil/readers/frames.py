"""Typed tables (SPSS, Excel, Parquet) as text columns: whole numbers without '.0'."""

from pathlib import Path

import duckdb

from peil.codebook import Source
from peil.codebook.formats import Format
from peil.errors import DeliveryRejectedError
from peil.readers.headers import layout
from peil.readers.reading import Reading
from peil.warehouse import as_path, literal, one_row, quoted

INCOMING = "incoming"


def store_relation(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    renamed: dict[str, str],
    source: Source,
) -> None:
    """Make `incoming` of a table, view or table function, every column as text.

    Args:
        connection: the warehouse.
        relation: what stands after `from`.
        renamed: per column of the relation the name it gets.
        source: names the values that mean empty.
    """
    types = dict(
        connection.execute(
            f"select column_name, column_type from (describe select * from {relation})"
        ).fetchall()
    )
    empty = ", ".join(literal(value) for value in ("", *source.empty_values))
    cells = ", ".join(
        f"if({_as_text(name, types[name])} in ({empty}), null, {_as_text(name, types[name])}) "
        f"as {quoted(target)}"
        for name, target in renamed.items()
    )
    connection.execute(
        f"create temp table {INCOMING} as select row_number() over () as row_number, {cells} "
        f"from {relation}"
    )


def read_parquet(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    source: Source,
    fmt: Format,
    scratch: Path,  # noqa: ARG001  (every reader gets one)
) -> Reading:
    """Read a Parquet file into `incoming`.

    Raises:
        DeliveryRejectedError: it is not a Parquet file, or its columns have no proper names.
    """
    relation = f"read_parquet({as_path(path)})"
    try:
        names = [r[0] for r in connection.execute(f"describe select * from {relation}").fetchall()]
        head = layout([names], fmt.tool, path.name)
        store_relation(connection, relation, dict(zip(names, head.names, strict=True)), source)
        declared, n_read = one_row(
            connection,
            f"select (select sum(num_rows) from parquet_file_metadata({as_path(path)})), "
            f"(select count(*) from {INCOMING})",
        )
    except duckdb.Error as error:
        raise_if_machine(error)
        raise DeliveryRejectedError(
            f"{path.name}: cannot be read as Parquet ({first_line(error)}). Export it again.",
            nl="Het bestand is niet te lezen als Parquet.",
        ) from error
    require_all(path.name, n_read, declared)
    return Reading(list(head.names), {}, list(head.nameless))


def require_all(name: str, n_read: int, n_records: int) -> None:
    """As many records were read as another way of counting finds.

    Raises:
        DeliveryRejectedError: the two differ.
    """
    if n_read != n_records:
        raise DeliveryRejectedError(
            f"{name}: holds {n_records:,} records, of which {n_read:,} could be read. Nothing of "
            "it is used. Export it again; if that does not help, report how it was made.",
            nl=f"Van de {n_records} rijen zijn er {n_read} te lezen.",
        )


def _as_text(name: str, column_type: str) -> str:
    """Whole numbers without the '.0' that floating point gives every code."""
    column = quoted(name)
    if column_type.startswith("DECIMAL"):
        return (
            f"if({column} = trunc({column}), cast(cast({column} as hugeint) as varchar), "
            f"rtrim(cast({column} as varchar), '0'))"
        )
    if column_type in {"DOUBLE", "FLOAT"}:
        return (
            f"case when isnan({column}) then null when {column} = trunc({column}) "
            f"and abs({column}) < 1e15 then cast(cast({column} as bigint) as varchar) "
            f"else cast({column} as varchar) end"
        )
    return f"cast({column} as varchar)"


def raise_if_machine(error: Exception) -> None:
    """Let through what says nothing about the file: memory, disk, a stop from outside.

    Raises:
        MemoryError: there was not enough memory.
        duckdb.Error: the error itself, when the disk was in the way or it was stopped.
    """
    # Memory that runs out where Arrow hands DuckDB its rows is an error of input to DuckDB.
    if isinstance(error, duckdb.OutOfMemoryException) or any(
        sign in str(error) for sign in ("Python exception: MemoryError", "Out of memory: ")
    ):
        raise MemoryError from error
    disk = isinstance(error, duckdb.IOException) and any(
        sign in str(error) for sign in ("No space", "write", "Too many open", "Resource")
    )
    if disk or isinstance(error, duckdb.InterruptException):
        raise error


def first_line(error: BaseException) -> str:
    """The first line of a library's message: the rest may quote what the file holds."""
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
