"""The SQL functions of `sql_functions`, as a plugin of dbt's DuckDB adapter (profiles.yml)."""

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from peil.tables.sql_functions import add_functions


class Plugin(BasePlugin):
    """Registers the functions on the connection that dbt opens."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Called once by the adapter, before any model runs."""
        add_functions(conn)
