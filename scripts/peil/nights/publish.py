"""Publication: the marts and nothing else, what they were built from, documents and a site.

built and tested? → draft → count check → manifest → documents → site → fsync → one switch. A
reader sees the earlier release or the new one; a run killed at any moment leaves the earlier one
whole.
"""

import json
import logging
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from peil.built import Built, require_built, sha256_of
from peil.codebook.limits import read_keeping
from peil.drafts import remove, sweep
from peil.errors import PeilError
from peil.lock import one_night
from peil.nights.purge import GROUPS, KEPT
from peil.nights.release import FILE, MANIFEST, SITE, new_release, switch_to
from peil.nights.whole import site_digest
from peil.progress import steps
from peil.relations import copy_relation, relations_in
from peil.report.write import write_documents
from peil.settings import DOCUMENTS, Places
from peil.site import build_site
from peil.warehouse import literal, one_row, open_warehouse, quoted

log = logging.getLogger(__name__)
STORAGE_VERSION = "v1.0.0"
# What readers ask in SQL, over the tables beside it.
CROSSTAB = Path(__file__).with_name("crosstab.sql")


def publish(places: Places) -> dict:
    """Write the published file, its manifest, documents and site; returns the manifest.

    Raises:
        PeilError: the warehouse is not built and tested, holds no marts, or the copy does not
            hold what the warehouse holds.
    """
    with one_night(places):
        for folder in (places.published, places.published / "releases"):
            sweep(folder)
        draft = new_release(places.published)
        try:
            with open_warehouse(places.warehouse) as connection:
                built = require_built(connection, "peil publish")
                counts = _copy_marts(connection, draft / FILE)
            manifest = _manifest(draft / FILE, counts, built)
            _write_manifest(draft, manifest)
            write_documents(draft / FILE, draft / DOCUMENTS)
            build_site(draft / FILE, draft / SITE)
            manifest["site"] = site_digest(draft)
            _write_manifest(draft, manifest)
            switch_to(places.published, draft, int(read_keeping(places.seeds).releases_kept))
        finally:
            remove(draft)
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
    # Figures, not people: a second thread doubles the processor time of such tables.
    connection.execute("set threads = 1")
    warehouse = one_row(connection, "select current_database()")[0]
    # One transaction: a comment on a column is a statement, and each would be written by itself.
    connection.execute("begin")
    connection.execute("create schema published.marts")
    kept = {relation.name for relation in relations_in(connection, KEPT)}
    counts = {}
    for table in steps(tables, "Publishing", lambda table: table.name):
        name = table.name
        copy_relation(connection, table, f"published.marts.{quoted(name)}")
        counts[name] = _checked_count(connection, warehouse, name)
        # The catalogue costs as much for one table as for all; most surveys have purged nothing.
        counts[name] += _add_kept(connection, name) if name in kept else 0
    ask = CROSSTAB.read_text(encoding="utf-8")
    connection.execute(f"use published; {ask}; use {quoted(warehouse)}")
    connection.execute("commit")
    # The same in the warehouse, in a transaction of its own: one transaction writes one file.
    connection.execute(ask)
    connection.execute("checkpoint published")
    connection.execute("detach published")
    return counts


def _add_kept(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Add the figures of purged waves and the groups they are of, in the columns that exist."""
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
    key = "wave_code"
    if name == GROUPS:
        key = "(survey_code, segment_code, segment_value, coalesce(second_segment_value, ''))"
    elif ("kpi_code",) in shared:
        # Measured KPIs of a purged wave are no microdata and are still built; surveys' are not.
        key = "(wave_code, kpi_code)"
    return one_row(
        connection,
        f"insert into {target} by name select {columns} from kept.{quoted(name)} "
        f"where {key} not in (select {key} from {target})",
    )[0]


def _checked_count(connection: duckdb.DuckDBPyConnection, warehouse: str, name: str) -> int:
    table = f"marts.{quoted(name)}"
    wanted, written = one_row(
        connection,
        f"select (select count(*) from {quoted(warehouse)}.{table}), "
        f"(select count(*) from published.{table})",
    )
    if wanted != written:
        raise PeilError(
            f"marts.{name}: {wanted:,} rows in the warehouse, {written:,} in the copy. "
            "Nothing was published; check the disk and run again."
        )
    return written


def _write_manifest(release: Path, manifest: dict) -> None:
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (release / MANIFEST).write_text(text, encoding="utf-8")


def _manifest(file: Path, counts: dict[str, int], built: Built) -> dict:
    return {
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "file": FILE,
        "sha256": sha256_of(file),
        "storage_version": STORAGE_VERSION,
        "peil": version("peil"),
        "duckdb": duckdb.__version__,
        "tables": counts,
        "built": {"tested_at": built.tested_at, **built.facts},
        "inputs": built.inputs,
    }
