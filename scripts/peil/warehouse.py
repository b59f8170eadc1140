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
from peil.private import owner_only, private_folder
from peil.settings import child_environment

RAW_TABLES = """
create schema if not exists raw;
create table if not exists raw.deliveries (
    delivery_key varchar, file_name varchar, sha256 varchar, file_format varchar,
    source_code varchar, survey_code varchar, wave_code varchar,
    n_rows bigint, n_columns bigint, n_cells bigint, n_identifier_cells bigint,
    n_open_answers bigint, unbound_columns varchar, landed_at timestamp,
    status varchar, reason varchar
);
alter table raw.deliveries add column if not exists n_masked_open_answers bigint;
alter table raw.deliveries add column if not exists n_rejects bigint;
alter table raw.deliveries add column if not exists notes varchar;
alter table raw.deliveries add column if not exists warnings varchar;
alter table raw.deliveries add column if not exists codebook_digest varchar;
create table if not exists raw.answers (
    delivery_key varchar, row_number bigint, column_name varchar, value varchar
);
create table if not exists raw.value_counts (
    delivery_key varchar, column_name varchar, value varchar, n_cells bigint
);
create table if not exists raw.open_answers (
    delivery_key varchar, row_number bigint, column_name varchar, value varchar
);
create table if not exists raw.rejects (
    delivery_key varchar, row_number bigint, column_name varchar, value varchar, reason varchar,
    stage varchar
);
create table if not exists raw.user_missing (
    delivery_key varchar, column_name varchar, value_from double, value_to double
);
create table if not exists raw.population (
    delivery_key varchar, row_number bigint, region_code varchar, gender_code varchar,
    age varchar, n_residents varchar
);
alter table raw.population add column if not exists source_line varchar;
alter table raw.population add column if not exists licence varchar;
create table if not exists raw.kpi_values (
    delivery_key varchar, row_number bigint, municipality varchar, period varchar,
    kpi_code varchar, value varchar
);
create table if not exists raw.released_figures (
    survey_code varchar, wave_code varchar, weighting_scheme varchar, segment_code varchar,
    segment_value varchar, second_segment_value varchar, question_code varchar, statistic
    varchar, option_code varchar, n_answers bigint, estimate double, n_weighted double,
    n_effective double, se double, ci_low double, ci_high double, deff double, df bigint,
    se_clustered double, ci_low_clustered double, ci_high_clustered double, df_clustered bigint,
    significantly_higher_than varchar, quality_flag varchar, is_indicative boolean, deff_weights
    double
);
create table if not exists raw.released_items (
    survey_code varchar, wave_code varchar, question_code varchar, n_eligible bigint,
    n_not_asked bigint, n_answered bigint, n_dont_know bigint, n_refused bigint,
    n_skipped bigint, n_off_route bigint, is_withheld boolean
);
create table if not exists raw.released_differences (
    comparison_kind varchar, survey_code varchar, wave_code varchar, compared_wave_code varchar,
    weighting_scheme varchar, segment_code varchar, segment_value_a varchar,
    second_segment_value_a varchar, compared_segment_code varchar, segment_value_b varchar,
    second_segment_value_b varchar, question_code varchar, statistic varchar, option_code
    varchar, compared_question_code varchar, compared_statistic varchar, compared_option_code
    varchar, difference double, se double, ci_low double, ci_high double, df bigint, p_value
    double, p_adjusted double, is_significant boolean, se_clustered double, ci_low_clustered
    double, ci_high_clustered double, df_clustered bigint, p_value_clustered double,
    p_adjusted_clustered double, is_significant_clustered boolean
);
"""

# Tables with a delivery_key: the rows of one delivery come and go together.
DELIVERED_TABLES = (
    "raw.answers",
    "raw.value_counts",
    "raw.open_answers",
    "raw.rejects",
    "raw.user_missing",
    "raw.population",
    "raw.kpi_values",
)


@contextmanager
def open_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for writing, made with its raw tables where it does not exist.

    Raises:
        InputError: another process holds the file and did not let go in time, or it is not a
            DuckDB file.
    """
    private_folder(path.parent, path.name)
    with owner_only():
        connection = _connect(path, config={"storage_compatibility_version": "v1.0.0"})
        try:
            path.chmod(0o600)
            # What a killed run spilled; nobody else has the file open now.
            shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)
            connection.execute(RAW_TABLES)
            yield connection
        finally:
            connection.close()


@contextmanager
def read_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for reading only.

    Raises:
        InputError: as `open_warehouse`.
    """
    connection = _connect(path, read_only=True)
    try:
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


def _connect(path: Path, **options: object) -> duckdb.DuckDBPyConnection:
    opened: list[duckdb.DuckDBPyConnection] = []
    holder = ""

    def try_to_open() -> bool:
        nonlocal holder
        try:
            opened.append(duckdb.connect(str(path), **options))
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
        told = subprocess.run(
            ["ps", "-o", "lstart=", "-o", "args=", "-p", found[1]],
            env=child_environment(), capture_output=True, text=True, check=True, timeout=5,
        ).stdout.split()  # fmt: skip
        since, command = " ".join(told[:5]), " ".join(told[5:])[:100]
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


def as_path(path: Path) -> str:
    """A path as an SQL string literal that DuckDB reads as this one file, not as a pattern."""
    return literal("".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path)))


def quoted(name: str) -> str:
    """A column or table name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
