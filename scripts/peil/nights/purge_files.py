"""The files beside the warehouse that hold microdata of a wave, emptied one by one."""

import shutil
from pathlib import Path

import duckdb

from peil.drafts import draft_of, remove, sweep
from peil.names import file_name
from peil.private import owner_only
from peil.settings import Places
from peil.warehouse import literal, one_row, quoted

# The folder of an export that holds respondents, and how its files are called.
RESPONDENTS = "onderzoeksbestand"
# How the file with exact counts behind a figure ends (`peil recompute --exact`).
COUNTS = "cells.csv"


def research(published: Path, wave_code: str) -> list[str]:
    """Empty the research file of a wave; returns what was removed."""
    sweep(published)
    path = published / "research.duckdb"
    if not path.exists():
        return []
    with owner_only(), duckdb.connect(str(path)) as connection:
        n_rows = delete_by_respondent(connection, wave_code)
        for schema, name in _tables(connection, "wave_code"):
            n_rows += one_row(
                connection,
                f"delete from {quoted(schema)}.{quoted(name)} where wave_code = ?",
                [wave_code],
            )[0]
    rewrite(path)
    return [f"{path}: {n_rows:,} rows"]


def exported(folders: set[Path], stems: set[str]) -> list[str]:
    """Remove the files of a wave from every folder that respondents were exported to.

    Args:
        folders: of exports and of packs with exact counts.
        stems: `<survey>_<wave>`, as `scripts/peil/export/research.py` calls its .sav and Parquet
            files and `scripts/peil/recompute/files.py` its counts.
    """
    removed = []
    for folder in sorted(folders):
        # An export that was killed between its renames keeps the earlier one beside it.
        earlier = folder.with_name(f".{folder.name}-earlier")
        sweep(folder.parent)
        if folder.exists():
            remove(earlier)
        for place in (folder, earlier):
            found = [
                path
                for path in sorted([*(place / RESPONDENTS).glob("*"), *place.glob(f"*.{COUNTS}")])
                if any(path.name.startswith(f"{stem}.".replace("/", "-")) for stem in stems)
            ]
            for path in found:
                path.unlink()
            if found:
                removed.append(f"{found[0].parent}: {', '.join(p.name for p in found)}")
    return removed


def working_files(places: Places, names: list[str]) -> list[str]:
    """Remove quality pages, spill and copies that a killed run left."""
    home = places.warehouse.parent
    pages = [home / "quality" / file_name(name, ".html") for name in names]
    n_pages = sum(page.exists() for page in pages)
    for page in pages:
        page.unlink(missing_ok=True)
    for folder in (home / ".incoming", places.warehouse.with_name(f"{places.warehouse.name}.tmp")):
        shutil.rmtree(folder, ignore_errors=True)
    return [f"{home / 'quality'}: {n_pages} pages"] if n_pages else []


def deliveries(places: Places, names: list[str]) -> list[Path]:
    """The files themselves, which are not Peil's to remove."""
    places_of = (Path(), Path("rejected"))
    return [part / n for part in places_of for n in names if (places.inbox / part / n).exists()]


def rewrite(path: Path) -> None:
    """Write a database anew, so that deleted rows are not left in its blocks; one rename."""
    sweep(path.parent)
    draft = draft_of(path)
    try:
        with owner_only(), duckdb.connect() as connection:
            connection.execute(f"set temp_directory = {literal(f'{draft}.tmp')}")
            connection.execute(f"attach {literal(str(path))} as old (read_only)")
            connection.execute(f"attach {literal(str(draft))} as new (storage_version 'v1.0.0')")
            connection.execute("copy from database old to new")
        draft.chmod(0o600)
        draft.replace(path)
        # A log of the file that was replaced would be played into the new one.
        path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    finally:
        remove(draft)


def delete_by_respondent(connection: duckdb.DuckDBPyConnection, wave_code: str) -> int:
    """Delete the rows of a wave from tables that know respondents by their key and no wave."""
    dated = set(_tables(connection, "wave_code"))
    keyed = _tables(connection, "respondent_key")
    of_wave = [f"{quoted(s)}.{quoted(n)}" for s, n in keyed if (s, n) in dated]
    undated = [
        f"{quoted(s)}.{quoted(n)}"
        for s, n in keyed
        if (s, n) not in dated and (s, n) not in set(_tables(connection, "delivery_key"))
    ]
    if not of_wave or not undated:
        return 0
    gone, stays = (
        " union ".join(
            f"select respondent_key from {t} where wave_code {sign} {literal(wave_code)}"
            for t in of_wave
        )
        for sign in ("=", "<>")
    )
    connection.execute(f"create or replace temp table purged as ({gone}) except ({stays})")
    return sum(
        one_row(
            connection,
            f"delete from {table} where respondent_key in (select respondent_key from purged)",
        )[0]
        for table in undated
    )


def _tables(connection: duckdb.DuckDBPyConnection, column: str) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_columns() inner join duckdb_tables() "
        "using (database_name, schema_name, table_name) where database_name = current_database() "
        "and column_name = ? order by all",
        [column],
    ).fetchall()
