"""Two run histories become one: that of a backup and the one that is here."""

from pathlib import Path

from peil.nights.history import TABLES, given_file, lines_file, writing
from peil.private import write_private
from peil.settings import Places
from peil.warehouse import literal


def take_in(places: Places, database: Path, lines: Path) -> int:
    """Add the runs that this history does not have; returns how many.

    A run that was open when the other was copied is left out: how it ended nobody knows.
    """
    columns = "select table_name, column_name from duckdb_columns() where database_name = "
    with writing(places) as connection:
        here = connection.execute(f"{columns} current_database()").fetchall()
        connection.execute(f"attach {literal(str(database))} as theirs (read_only)")
        there = set(connection.execute(f"{columns} 'theirs'").fetchall())
        connection.execute(
            "create temp table absent as select run_id from theirs.runs where ended_at is not null "
            "and run_id not in (select run_id from runs)"
        )
        connection.execute("begin")
        for table in TABLES:
            shared = ", ".join(c for t, c in here if t == table and (t, c) in there)
            if shared:
                connection.execute(
                    f"insert into {table} by name select {shared} from theirs.{table} "
                    "where run_id in (from absent)"
                )
        connection.execute("commit")
        n_taken = len(connection.execute("from absent").fetchall())
    _add_lines(lines_file(places), lines)
    return n_taken


def take_in_given(places: Places, lines: Path) -> int:
    """Add crosstabs that were given out to those written down here; returns how many."""
    return _add_lines(given_file(places), lines)


def _add_lines(file: Path, other: Path) -> int:
    """Add the lines that are not there: the file stays as it was, or gets them all."""
    here, there = (
        path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for path in (file, other)
    )
    absent = [line for line in there if line not in set(here)]
    if absent:
        write_private(file, "\n".join([*absent, *here]) + "\n")
    return len(absent)
