"""Publication: the marts, and nothing but the marts, as one file swapped in by one rename.

temp file → checkpoint → count check → fsync → rename. A reader sees the earlier snapshot or the
new one; a run killed at any moment leaves the earlier one whole.
"""

import hashlib
import json
import logging
import os
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from scripts.errors import PeilError
from scripts.progress import steps
from scripts.relations import copy_relation, relations_in
from scripts.settings import Places
from scripts.warehouse import literal, open_warehouse, quoted

log = logging.getLogger(__name__)
STORAGE_VERSION = "v1.0.0"
SNAPSHOTS_KEPT = 14


def publish(places: Places) -> dict:
    """Write the published file and its manifest; returns the manifest.

    Raises:
        PeilError: there are no marts, or the copy does not hold what the warehouse holds.
    """
    places.published.mkdir(parents=True, exist_ok=True)
    temporary = places.published / f".peil-{os.getpid()}.duckdb"
    for leftover in places.published.glob(".peil-*.duckdb*"):
        leftover.unlink()
    try:
        with open_warehouse(places.warehouse) as connection:
            counts = _copy_marts(connection, temporary)
            inputs = _inputs(connection)
        _sync(temporary)
        manifest = _manifest(temporary, counts, inputs)
        _keep_snapshot(places)
        temporary.replace(places.published_file)
        _sync(places.published)
    finally:
        temporary.unlink(missing_ok=True)
    target = places.published / "manifest.json"
    draft = target.with_suffix(".json.tmp")
    draft.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _sync(draft)
    draft.replace(target)
    log.info("Published %s tables to %s.", len(counts), places.published_file)
    return manifest


def _copy_marts(connection: duckdb.DuckDBPyConnection, temporary: Path) -> dict[str, int]:
    tables = relations_in(connection, "marts")
    if not tables:
        raise PeilError(
            "The warehouse holds no marts to publish. Run `dbt build` or `peil nightly`."
        )
    connection.execute(
        f"attach {literal(str(temporary))} as published "
        f"(storage_version {literal(STORAGE_VERSION)})"
    )
    warehouse = connection.execute("select current_database()").fetchone()[0]
    connection.execute("create schema published.marts")
    counts = {}
    for table in steps(tables, "Publishing", lambda table: table.name):
        name = table.name
        copy_relation(connection, table, f"published.marts.{quoted(name)}")
        counts[name] = _checked_count(connection, warehouse, name)
        counts[name] += _add_kept(connection, name)
    connection.execute("checkpoint published")
    connection.execute("detach published")
    return counts


def _add_kept(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Add the figures of purged waves, in the columns that still exist."""
    shared = connection.execute(
        "select column_name from duckdb_columns() where table_name = $1 and (schema_name = 'kept' "
        "or (database_name = 'published' and schema_name = 'marts')) "
        "group by 1 having count(*) = 2",
        [name],
    ).fetchall()
    if not shared:
        return 0
    columns = ", ".join(quoted(column) for (column,) in shared)
    target = f"published.marts.{quoted(name)}"
    # Measured KPIs of a purged wave are no microdata and are still built; those of surveys are not.
    key = "(wave_code, kpi_code)" if ("kpi_code",) in shared else "wave_code"
    return connection.execute(
        f"insert into {target} by name select {columns} from kept.{quoted(name)} "
        f"where {key} not in (select {key} from {target})"
    ).fetchone()[0]


def _checked_count(connection: duckdb.DuckDBPyConnection, warehouse: str, name: str) -> int:
    table = f"marts.{quoted(name)}"
    wanted, written = connection.execute(
        f"select (select count(*) from {quoted(warehouse)}.{table}), "
        f"(select count(*) from published.{table})"
    ).fetchone()
    if wanted != written:
        raise PeilError(
            f"marts.{name}: {wanted:,} rows in the warehouse, {written:,} in the copy. "
            "Nothing was published; check the disk and run again."
        )
    return written


def _inputs(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    rows = connection.execute(
        "select file_name, sha256, source_code, wave_code, n_rows from raw.deliveries "
        "where status = 'landed' order by source_code, file_name"
    ).fetchall()
    names = ("file_name", "sha256", "source_code", "wave_code", "n_rows")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _manifest(file: Path, counts: dict[str, int], inputs: list[dict]) -> dict:
    with file.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return {
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "file": "peil.duckdb",
        "sha256": digest,
        "storage_version": STORAGE_VERSION,
        "peil": version("peil"),
        "duckdb": duckdb.__version__,
        "tables": counts,
        "inputs": inputs,
    }


def _keep_snapshot(places: Places) -> None:
    """Keep the file that is about to be replaced, named by the moment it was published."""
    if not places.published_file.exists():
        return
    history = places.published / "history"
    history.mkdir(exist_ok=True)
    moment = datetime.fromtimestamp(places.published_file.stat().st_mtime, UTC)
    kept = history / f"peil-{moment:%Y%m%dT%H%M%S}.duckdb"
    if not kept.exists():
        kept.hardlink_to(places.published_file)
    for old in sorted(history.glob("peil-*.duckdb"))[:-SNAPSHOTS_KEPT]:
        old.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
