"""The run history: a small database beside the warehouse, and a JSON line per run.

It is a file of its own, so that a run that is killed leaves its row and a reader of the history
never blocks the night. Names of files, messages and answers are not in it: a purge need not look
here, and a message made of it can be sent.
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from peil.drafts import draft_of, remove
from peil.lock import LOOK_EVERY
from peil.nights.changes import Change
from peil.private import add_line, owner_only, private_folder
from peil.settings import Places
from peil.warehouse import STORAGE, literal

log = logging.getLogger(__name__)
# A person who looks at the history has it open for a moment; the night does not wait longer.
PATIENCE = 5.0
KILLED, FAILED = "killed", "failed"
# What a run that ended did to the release.
PUBLISHED, UNCHANGED, DONE = "published", "unchanged", "done"
ROLLED_BACK, WITHHELD = "rolled back", "held back"
_TYPES = {"str": "varchar", "int": "bigint", "float": "double", "datetime": "timestamp"}


@dataclass
class Run:
    """One run, a field per column; what is None is not known, or did not happen.

    `detail` says what a verb was asked for (a wave, a release, a folder); `error` is the kind of
    error, not its message, which may name a file or an answer; `alerts` says what was sent.
    """

    run_id: str
    verb: str
    started_at: datetime
    peil: str = ""
    detail: str = ""
    step: str = ""
    ended_at: datetime | None = None
    seconds: float | None = None
    exit_code: int | None = None
    outcome: str | None = None
    error: str = ""
    n_steps: int | None = None
    n_failed_steps: int | None = None
    failed_steps: str = ""
    n_landed: int | None = None
    n_unchanged: int | None = None
    n_set_aside: int | None = None
    n_without_source: int | None = None
    n_waiting: int | None = None
    n_not_landed: int | None = None
    n_warnings: int | None = None
    release: str = ""
    release_before: str = ""
    n_figures: int | None = None
    n_changed: int | None = None
    n_new: int | None = None
    n_gone: int | None = None
    n_withheld: int | None = None
    n_shown: int | None = None
    n_drifted: int | None = None
    largest_margins: float | None = None
    alerts: str = ""


@dataclass(frozen=True)
class Delivered:
    """How many files of a source landed in a run, or were set aside."""

    source_code: str
    survey_code: str
    wave_code: str
    outcome: str
    n_files: int


@dataclass
class Record:
    """A run with the rows that belong to it."""

    run: Run
    deliveries: list[Delivered] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


TABLES: dict[str, type[Run | Delivered | Change]] = {
    "runs": Run, "deliveries": Delivered, "changes": Change,
}  # fmt: skip


def history_file(places: Places) -> Path:
    """`<warehouse>-operations.duckdb`, beside the warehouse; the lines end in .jsonl."""
    return places.warehouse.with_name(f"{places.warehouse.stem}-operations.duckdb")


def lines_file(places: Places) -> Path:
    return history_file(places).with_suffix(".jsonl")


def given_file(places: Places) -> Path:
    """Which figures of crosstabs were given out, a line per table: codes, and no answers."""
    return places.warehouse.with_name(f"{places.warehouse.stem}-operations-crosstabs.jsonl")


def now() -> datetime:
    """UTC without its zone, as the columns have it."""
    return datetime.now(UTC).replace(tzinfo=None)


def save(places: Places, record: Record) -> None:
    """Write the row of a run, in place of what stood there; a failure is a warning, not an end."""
    try:
        private_folder(places.warehouse.parent, places.warehouse.name)
        with writing(places) as connection:
            run = record.run
            connection.execute("begin")
            for table, rows in (
                ("runs", [asdict(run)]),
                ("deliveries", _with_run(run, record.deliveries)),
                ("changes", _with_run(run, record.changes)),
            ):
                connection.execute(f"delete from {table} where run_id = {literal(run.run_id)}")
                if rows:
                    written = ", ".join(f"({', '.join(map(_value, r.values()))})" for r in rows)
                    connection.execute(
                        f"insert into {table} ({', '.join(rows[0])}) values {written}"
                    )
            connection.execute("commit")
    except (duckdb.Error, OSError) as error:
        _warn(places, error)


def _value(value: object) -> str:
    """As SQL. Of a parameter DuckDB asks pandas what it is, and imports it: 0.3 s of every run."""
    return "null" if value is None else literal(str(value))


def write_line(places: Places, record: Record) -> None:
    """Add the line of a run that ended."""
    line = asdict(record.run) | {
        "deliveries": [asdict(row) for row in record.deliveries],
        "changes": [asdict(row) for row in record.changes],
    }
    file = lines_file(places)
    try:
        add_line(file, json.dumps(line, ensure_ascii=False, default=_moment))
    except OSError as error:
        _warn(places, error)


def close_killed(places: Places) -> list[Run]:
    """End the rows of runs that were killed; returns them.

    Call it with the lock of the night: whoever has it knows that no run is at work.
    """
    if not history_file(places).exists():
        return []
    try:
        killed = [run for run in read_runs(places) if run.ended_at is None]
    except (duckdb.Error, OSError) as error:
        _warn(places, error)
        return []
    for run in killed:
        # When it ended nobody knows: it is the moment at which that was found.
        run.ended_at, run.outcome, run.exit_code = now(), KILLED, 1
        record = Record(run)
        save(places, record)
        write_line(places, record)
        log.warning(
            "The run of %s UTC (`peil %s`) was killed%s.", run.started_at, run.verb,
            f" while {run.step}" if run.step else "",
        )  # fmt: skip
    return killed


def read_runs(places: Places, last: int | None = None) -> list[Run]:
    """The runs, the newest first; none where there is no history yet."""
    if not history_file(places).exists():
        return []
    limit = f" limit {int(last)}" if last is not None else ""
    with _reading(places) as connection:
        # A history that an earlier version began may lack columns, one that was killed its tables.
        here = connection.execute(
            "select column_name from duckdb_columns() where table_name = 'runs'"
        ).fetchall()
        names = [f.name for f in fields(Run) if (f.name,) in here]
        if not names:
            return []
        rows = connection.execute(
            f"select {', '.join(names)} from runs order by started_at desc, run_id desc{limit}"
        ).fetchall()
    return [Run(**dict(zip(names, row, strict=True))) for row in rows]


def read_changes(places: Places, run_id: str) -> list[Change]:
    """The largest changes of a run, as they were kept."""
    names = ", ".join(f.name for f in fields(Change))
    with _reading(places) as connection:
        rows = connection.execute(
            f"select {names} from changes where run_id = ? order by margins desc nulls last, "
            "kind, question_code, segment_code, segment_value",
            [run_id],
        ).fetchall()
    return [Change(*row) for row in rows]


def _with_run(run: Run, rows: list) -> list[dict]:
    return [{"run_id": run.run_id} | asdict(row) for row in rows]


def _moment(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _warn(places: Places, error: Exception) -> None:
    log.warning(
        "%s: the run cannot be written down (%s). The run itself goes on; see `peil doctor`.",
        history_file(places), str(error).splitlines()[0],
    )  # fmt: skip


@contextmanager
def writing(places: Places) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the history for writing, made or completed where something is absent."""
    file = history_file(places)
    with owner_only():
        if not file.exists():
            _make(file)
        connection = _connect(file, read_only=False)
    try:
        file.chmod(0o600)
        _complete(connection)
        yield connection
    finally:
        connection.close()


def _make(file: Path) -> None:
    """Make the file by one rename: half of one, of a full disk, would be no database for ever."""
    draft = draft_of(file)
    try:
        with duckdb.connect(str(draft), config=STORAGE) as connection:
            _complete(connection)
            connection.execute("checkpoint")
        draft.replace(file)
    finally:
        remove(draft)


def _complete(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what is absent: everything, or columns that an earlier version did not have."""
    here = set(
        connection.execute("select table_name, column_name from duckdb_columns()").fetchall()
    )
    for table, kind in TABLES.items():
        connection.execute(f"create table if not exists {table} (run_id varchar)")
        for column in fields(kind):
            if (table, column.name) not in here and column.name != "run_id":
                # Of `int | None` the first counts.
                first = getattr(column.type, "__args__", (column.type,))[0]
                sql_type = _TYPES[getattr(first, "__name__", "")]
                connection.execute(f"alter table {table} add column {column.name} {sql_type}")


@contextmanager
def _reading(places: Places) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = _connect(history_file(places), read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def _connect(file: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return duckdb.connect(str(file), read_only, {} if read_only else STORAGE)
        except duckdb.IOException as error:
            if "lock" not in str(error) or time.monotonic() > until:
                raise
        time.sleep(LOOK_EVERY)
