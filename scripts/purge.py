"""Purge: the microdata of a wave goes, what was published of it stays.

The published figures of the wave are kept in schema `kept` of the warehouse and joined to every
later publication. The warehouse is written anew, so that deleted rows are not left in its blocks.
"""

import logging
from pathlib import Path

import duckdb

from scripts.codebook import read_rows
from scripts.errors import InputError, PeilError
from scripts.settings import Places
from scripts.warehouse import DELIVERED_TABLES, literal, open_warehouse, quoted

log = logging.getLogger(__name__)

KEPT = "kept"
PURGED = "purged"
_BUILT = ("staging", "weighted", "estimates", "marts")


def purge(places: Places, wave_code: str) -> str:
    """Remove the microdata of a wave; returns what was removed, in one sentence.

    Raises:
        InputError: the wave is unknown, or nothing of it has landed.
        PeilError: nothing of it was published, so purging would lose its figures.
    """
    places.require_seeds()
    waves = {row["wave_code"] for row in read_rows(places.seeds / "waves.csv")}
    if wave_code not in waves:
        raise InputError(f"--wave {wave_code}: is not in waves.csv ({', '.join(sorted(waves))}).")
    surveys = {
        row["source_code"]
        for row in read_rows(places.seeds / "sources.csv")
        if row["kind"] == "survey"
    }
    with open_warehouse(places.warehouse) as connection:
        deliveries = connection.execute(
            "select delivery_key, file_name from raw.deliveries where wave_code = ? "
            f"and source_code in ({', '.join(literal(s) for s in sorted(surveys))}) "
            "and status != ?",
            [wave_code, PURGED],
        ).fetchall()
        if not deliveries:
            raise InputError(f"--wave {wave_code}: holds no microdata; nothing to purge.")
        connection.execute("begin")
        _keep_published(connection, places, wave_code)
        n_cells = _remove(connection, [key for key, _ in deliveries], wave_code)
        connection.execute("commit")
    _rewrite(places.warehouse)
    _purge_research(places.published / "research.duckdb", wave_code)
    names = sorted({name for _, name in deliveries})
    for name in names:
        (places.warehouse.parent / "quality" / f"{name}.html").unlink(missing_ok=True)
    left = [n for n in names if (places.inbox / n).exists()]
    sentence = (
        f"Purged wave {wave_code}: {n_cells:,} cells of {len(names)} files; its published figures "
        "are kept."
        + (f" Still in {places.inbox}, remove them by hand: {', '.join(left)}." if left else "")
    )
    log.info("%s", sentence)
    return sentence


def _keep_published(connection: duckdb.DuckDBPyConnection, places: Places, wave_code: str) -> None:
    """Copy the rows of the wave in the published file to schema `kept`."""
    if not places.published_file.exists():
        raise PeilError(
            f"{places.published_file}: nothing is published, so the figures of wave {wave_code} "
            "would be lost. Run `peil nightly` first."
        )
    connection.execute(f"attach {literal(str(places.published_file))} as published_now (read_only)")
    connection.execute(f"create schema if not exists {KEPT}")
    tables = connection.execute(
        "select table_name from duckdb_columns() where database_name = 'published_now' "
        "and schema_name = 'marts' and column_name = 'wave_code' order by 1"
    ).fetchall()
    n_rows = 0
    for (name,) in tables:
        source = f"published_now.marts.{quoted(name)}"
        target = f"{KEPT}.{quoted(name)}"
        connection.execute(f"create table if not exists {target} as from {source} limit 0")
        connection.execute(f"delete from {target} where wave_code = ?", [wave_code])
        n_rows += connection.execute(
            f"insert into {target} by name select * from {source} where wave_code = ?", [wave_code]
        ).fetchone()[0]
    if not n_rows:
        raise PeilError(
            f"{places.published_file}: holds no figures of wave {wave_code}; purging would lose "
            "them. Run `peil nightly` first."
        )


def _remove(connection: duckdb.DuckDBPyConnection, keys: list[str], wave_code: str) -> int:
    chosen = ", ".join(literal(key) for key in keys)
    n_cells = 0
    for table in DELIVERED_TABLES:
        n_cells += connection.execute(
            f"delete from {table} where delivery_key in ({chosen})"
        ).fetchone()[0]
    built = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and column_name in ('delivery_key', 'wave_code')"
        "order by column_name"
    ).fetchall()
    tables = {row[0] for row in connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where database_name = current_database()"
    ).fetchall()}  # fmt: skip
    for schema, name, column in built:
        if schema in _BUILT and f"{schema}.{name}" in tables:
            where = f"in ({chosen})" if column == "delivery_key" else f"= {literal(wave_code)}"
            connection.execute(
                f"delete from {quoted(schema)}.{quoted(name)} where {quoted(column)} {where}"
            )
    connection.execute(
        f"update raw.deliveries set status = {literal(PURGED)} where delivery_key in ({chosen})"
    )
    return n_cells


def _rewrite(path: Path) -> None:
    """Write the database anew and swap it in by one rename."""
    draft = path.with_name(f".{path.name}.purging")
    draft.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(path))} as old (read_only)")
        connection.execute(f"attach {literal(str(draft))} as new (storage_version 'v1.0.0')")
        connection.execute("copy from database old to new")
    draft.chmod(0o600)
    draft.replace(path)


def _purge_research(path: Path, wave_code: str) -> None:
    if not path.exists():
        return
    with duckdb.connect(str(path)) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_columns() "
            "where database_name = current_database() and column_name = 'wave_code'"
        ).fetchall()
        for schema, name in tables:
            connection.execute(
                f"delete from {quoted(schema)}.{quoted(name)} where wave_code = ?", [wave_code]
            )
    _rewrite(path)
