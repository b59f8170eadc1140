"""Purge: the microdata of a wave goes, what was published of it stays.

The published figures of the wave are kept in schema `kept` of the warehouse and joined to every
later publication. The warehouse is written anew, so that deleted rows are not left in its blocks.
"""

import logging

import duckdb

from peil import exported as exports
from peil.codebook import read_rows
from peil.codebook.seed_text import require_codebook
from peil.counting import ENDING
from peil.errors import InputError, PeilError
from peil.lock import one_night
from peil.nights import purge_files
from peil.nights.purge_files import delete_by_respondent, rewrite
from peil.nights.release import FILE, in_force
from peil.nights.replay_standing import forget_record
from peil.nights.whole import is_whole
from peil.settings import Places
from peil.warehouse import DELIVERED_TABLES, literal, one_row, open_warehouse, quoted

log = logging.getLogger(__name__)

KEPT = "kept"
# The one dimension made from answers: a group that nobody is in has no row.
GROUPS = "dim_segments"
PURGED = "purged"
_BUILT = ("staging", "weighted", "estimates", "marts", "research", "microdata")


def purge(places: Places, wave_code: str) -> str:
    """Remove the microdata of a wave; returns what was removed, in one sentence.

    Raises:
        InputError: the wave is unknown, or nothing of it has landed.
        PeilError: nothing of it was published, so purging would lose its figures.
    """
    require_codebook(places.seeds)
    waves = {row["wave_code"] for row in read_rows(places.seeds / "waves.csv")}
    if wave_code not in waves:
        raise InputError(f"--wave {wave_code}: is not in waves.csv ({', '.join(sorted(waves))}).")
    surveys = {
        row["source_code"]
        for row in read_rows(places.seeds / "sources.csv")
        if row["kind"] == "survey"
    }
    with one_night(places):
        return _purge(places, wave_code, surveys)


def _purge(places: Places, wave_code: str, surveys: set[str]) -> str:
    with open_warehouse(places.warehouse) as connection:
        deliveries = connection.execute(
            "select delivery_key, file_name, status, survey_code from raw.deliveries "
            "where wave_code = ? and list_contains(?, source_code)",
            [wave_code, sorted(surveys)],
        ).fetchall()
        keys = [key for key, _, status, _ in deliveries if status != PURGED]
        if not keys and not _is_unfinished(connection, wave_code):
            raise InputError(f"--wave {wave_code}: holds no microdata; nothing to purge.")
        connection.execute("begin")
        if keys:
            _keep_published(connection, places, wave_code)
        n_cells = _remove(connection, keys, wave_code)
        # Until the end this says that the wave is not out of every file yet.
        connection.execute("create table if not exists raw.purging (wave_code varchar)")
        connection.execute("insert into raw.purging values (?)", [wave_code])
        exported = exports.folders(connection)
        connection.execute("commit")
    names = sorted({name for _, name, _, _ in deliveries})
    stems = {f"{survey}_{wave_code}" for *_, survey in deliveries}
    removed = [f"{places.warehouse}: {n_cells:,} cells of {len(deliveries)} files"]
    rewrite(places.warehouse)
    removed += purge_files.research(places.published, wave_code)
    removed += purge_files.exported(exported | {places.published / "export"}, stems)
    removed += purge_files.working_files(places, names)
    with open_warehouse(places.warehouse) as connection:
        connection.execute("delete from raw.purging where wave_code = ?", [wave_code])
    offered = [*names, *(f"{name}{ENDING}" for name in names)]
    left = [str(path) for path in purge_files.deliveries(places, offered)]
    for line in removed:
        log.info("Removed: %s.", line)
    sentence = (
        f"Purged wave {wave_code}: {n_cells:,} cells of {len(names)} files; its published figures "
        f"are kept. Removed from {'; '.join(removed)}."
        + (f" Still in {places.inbox}, remove them by hand: {', '.join(left)}." if left else "")
    )
    log.info("%s", sentence)
    return sentence


def _is_unfinished(connection: duckdb.DuckDBPyConnection, wave_code: str) -> bool:
    """Whether a purge of this wave was killed before it had emptied every file."""
    try:
        found = connection.execute("select 1 from raw.purging where wave_code = ?", [wave_code])
    except duckdb.CatalogException:
        return False
    return found.fetchone() is not None


def _keep_published(connection: duckdb.DuckDBPyConnection, places: Places, wave_code: str) -> None:
    """Copy the rows of the wave in the published file to schema `kept`."""
    if not places.published_file.exists():
        raise PeilError(
            f"{places.published_file}: nothing is published, so the figures of wave {wave_code} "
            "would be lost. Run `peil nightly` first."
        )
    if (now := in_force(places.published)) and not is_whole(now):
        raise PeilError(
            f"{now / FILE}: is not the file its manifest describes, and what it says of wave "
            f"{wave_code} would be kept for ever. `peil nightly --force` makes it anew, or "
            "`peil rollback` puts an earlier release in its place; then purge."
        )
    connection.execute(f"attach {literal(str(places.published_file))} as published_now (read_only)")
    connection.execute(f"create schema if not exists {KEPT}")
    tables = connection.execute(
        "select table_name from duckdb_columns() where database_name = 'published_now' "
        "and schema_name = 'marts' and column_name = 'wave_code' order by 1"
    ).fetchall()
    n_rows = sum(_keep(connection, name, "wave_code = $1", wave_code) for (name,) in tables)
    surveys = "select survey_code from published_now.marts.about where wave_code = $1"
    _keep(connection, GROUPS, f"survey_code in ({surveys})", wave_code)
    if not n_rows:
        raise PeilError(
            f"{places.published_file}: holds no figures of wave {wave_code}; purging would lose "
            "them. Run `peil nightly` first (after a roll-back: `peil nightly --force`)."
        )


def _keep(connection: duckdb.DuckDBPyConnection, name: str, where: str, wave_code: str) -> int:
    """Copy the rows of a published table, in place of those kept before; returns how many."""
    source = f"published_now.marts.{quoted(name)}"
    target = f"{KEPT}.{quoted(name)}"
    connection.execute(f"create table if not exists {target} as from {source} limit 0")
    connection.execute(f"delete from {target} where {where}", [wave_code])
    copy = f"insert into {target} by name select * from {source} where {where}"
    return one_row(connection, copy, [wave_code])[0]


def _remove(connection: duckdb.DuckDBPyConnection, keys: list[str], wave_code: str) -> int:
    forget_record(connection)
    chosen = ", ".join(literal(key) for key in keys) or "null"
    # Before the respondents themselves go: tables that know them by their key only.
    delete_by_respondent(connection, wave_code)
    n_cells = 0
    for table in DELIVERED_TABLES:
        n_cells += one_row(connection, f"delete from {table} where delivery_key in ({chosen})")[0]
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
