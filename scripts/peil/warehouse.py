"""The working database: one writer, mode 0600, and the raw tables that landing fills."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from peil.errors import InputError
from peil.lock import wait_for
from peil.migrations import MIGRATIONS, migrate, refuse_newer, schema_version
from peil.private import owner_only, private_folder
from peil.settings import child_environment

# How every program of Peil opens the warehouse for writing, dbt included (profiles.yml).
STORAGE: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.0.0"
}

# Tables with a delivery_key: the rows of one delivery come and go together.
DELIVERED_TABLES = (
    "raw.answers",
    "raw.value_counts",
    "raw.open_answers",
    "raw.rejects",
    "raw.user_missing",
    "raw.population",
    "raw.kpi_values",
    "raw.counted_respondents",
    "raw.counted_profiles",
    "raw.counted_answers",
    "raw.counted_pairs",
    "raw.counted_drivers",
    "raw.counted_item_products",
    "raw.counted_crosstabs",
    "raw.counted_items",
    "raw.counted_flags",
    "raw.counted_keys",
    "raw.counted_durations",
    "raw.superseded",
)


@contextmanager
def open_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for writing, made with its raw tables where it does not exist.

    Raises:
        InputError: another process holds the file and did not let go in time, it is not a
            DuckDB file, or a newer version of peil made it.
    """
    private_folder(path.parent, path.name)
    with owner_only():
        connection = _connect(path, config=STORAGE)
        try:
            path.chmod(0o600)
            # What a killed run spilled; nobody else has the file open now.
            shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)
            migrate(connection, path)
            yield connection
        finally:
            connection.close()


def upgrade_warehouse(path: Path) -> list[str]:
    """Take the steps that this warehouse has not taken, and say which.

    Raises:
        InputError: as `open_warehouse`.
    """
    with read_warehouse(path) as connection:
        before = schema_version(connection)
    with open_warehouse(path):
        taken = MIGRATIONS[before:]
    return [f"{path}, step {n}: {step.what}." for n, step in enumerate(taken, before + 1)]


@contextmanager
def read_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for reading only.

    Raises:
        InputError: as `open_warehouse`.
    """
    connection = _connect(path, read_only=True)
    try:
        refuse_newer(connection, path)
        yield connection
    finally:
        connection.close()


def wait_until_free(path: Path) -> None:
    """Wait until no other process has the warehouse open: dbt opens it without waiting.

    Raises:
        InputError: it was still open when the time was up.
    """
    with open_warehouse(path):
        pass


def _connect(
    path: Path, *, read_only: bool = False, config: dict | None = None
) -> duckdb.DuckDBPyConnection:
    opened: list[duckdb.DuckDBPyConnection] = []
    holder = ""

    def try_to_open() -> bool:
        nonlocal holder
        try:
            opened.append(duckdb.connect(str(path), read_only, config or {}))
        except (duckdb.IOException, duckdb.SerializationException) as error:
            if "lock" not in str(error):
                raise InputError(_cannot_open(path, str(error))) from error
            holder = str(error)
        return bool(opened)

    wait_for(try_to_open, path, lambda: _process(holder))
    return opened[0]


def _process(message: str) -> str:
    """The process that DuckDB says has the file open: its number, command and start."""
    found = re.search(r"\(PID (\d+)\)", message)
    if not found:
        return "another process"
    try:
        listed = subprocess.run(
            ["ps", "-o", "lstart=", "-o", "args=", "-p", found[1]],
            env=child_environment(), capture_output=True, text=True, check=True, timeout=5,
        ).stdout.split()  # fmt: skip
        since, command = " ".join(listed[:5]), " ".join(listed[5:])[:100]
    except (OSError, subprocess.SubprocessError):
        return f"process {found[1]}"
    return f"process {found[1]} (`{command}`, since {since})"


def _cannot_open(path: Path, error: str) -> str:
    reason = error.splitlines()[0]
    if any(sign in error for sign in ("Permission denied", "Read-only", "No space left")):
        return (
            f"{path}: cannot be written ({reason}). Mend the rights of the folder or make room on "
            "the disk, or point --warehouse (PEIL_WAREHOUSE) elsewhere."
        )
    return f"{path}: cannot be opened as a DuckDB file ({reason})."


def one_row(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list | None = None
) -> tuple:
    """The row of a query that always gives one, such as a count.

    Raises:
        LookupError: it gave none.
    """
    row = connection.execute(query, parameters).fetchone()
    if row is None:
        raise LookupError(f"this query always gives a row, and gave none: {query}")
    return row


def as_path(path: Path) -> str:
    """A path as an SQL string literal that DuckDB reads as this one file, not as a pattern."""
    return literal("".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path)))


def quoted(name: str) -> str:
    """A column or table name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
