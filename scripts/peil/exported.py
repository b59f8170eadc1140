"""Where respondents were exported to, so that a purge can empty those files too."""

from pathlib import Path

import duckdb

from peil.warehouse import open_warehouse


def remember(warehouse: Path, folder: Path) -> None:
    """Write down a folder before respondents are written to it."""
    with open_warehouse(warehouse) as connection:
        connection.execute("create table if not exists raw.exports (folder varchar)")
        connection.execute("delete from raw.exports where folder = ?", [str(folder)])
        connection.execute("insert into raw.exports values (?)", [str(folder)])


def folders(connection: duckdb.DuckDBPyConnection) -> set[Path]:
    """Every folder that respondents were exported to."""
    has_table = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'raw' and table_name = 'exports' "
        "and database_name = current_database()"
    ).fetchone()
    if not has_table:
        return set()
    return {Path(f) for (f,) in connection.execute("from raw.exports").fetchall()}
