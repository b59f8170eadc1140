"""What readers hold: the figures of the release in force, loaded before a build.

Figures of two releases in a row must not tell what the few who answered in between answered. So a
figure is made anew only when enough respondents came in; otherwise the released one stands. Which
one that is, the build can only know from the published file itself.
"""

import logging
from pathlib import Path

import duckdb

from peil.warehouse import as_path

log = logging.getLogger(__name__)
# Per table of the warehouse the rows of the published file it is loaded from.
RELEASED = {
    "raw.released_figures": "released.marts.estimates where not is_withheld",
    "raw.released_answers": "released.marts.distributions where not is_withheld",
    "raw.released_differences": "released.marts.comparisons where not is_withheld",
    "raw.released_items": "released.marts.item_response",
    "raw.released_crosstabs": "released.marts.crosstabs where not is_withheld",
}


def load_released(connection: duckdb.DuckDBPyConnection, published_file: Path) -> None:
    """Load the figures of the published file, or none where there is none that can be used."""
    for table in RELEASED:
        connection.execute(f"delete from {table}")
    if not published_file.exists():
        return
    try:
        connection.execute(f"attach {as_path(published_file)} as released (read_only)")
    except duckdb.Error as error:
        log.warning(
            "%s cannot be read (%s): every figure is made anew.",
            published_file, str(error).splitlines()[0],
        )  # fmt: skip
        return
    for table, rows in RELEASED.items():
        columns = ", ".join(_columns(connection, table))
        try:
            connection.execute(f"insert into {table} ({columns}) select {columns} from {rows}")
        except (duckdb.BinderException, duckdb.CatalogException):
            log.info("The release is of another version of peil: every figure is made anew.")
            break
    connection.execute("detach released")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where schema_name || '.' || table_name = ? "
            "and database_name = current_database() order by column_index",
            [table],
        ).fetchall()
    ]
