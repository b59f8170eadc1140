"""How things stand now, for `peil status`: release, nights, deliveries, inbox, what is due."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from peil.built import sha256_of
from peil.codebook import Source, read_rows, read_sources, source_of
from peil.errors import PeilError
from peil.gate.refusal import REASONS, REJECTED
from peil.landing.inbox import entries
from peil.lock import at_work
from peil.nights import history
from peil.nights.changes import Change
from peil.nights.history import Run
from peil.nights.release import taken_back
from peil.nights.releases import Release, list_releases
from peil.settings import Places
from peil.warehouse import read_warehouse

SHOWN = 10
# What ended later than now by more than this ended under another clock.
_CLOCKS = timedelta(minutes=10)
# What is said of a file in the inbox.
LANDED, NEW, NO_SOURCE, UNREAD = "landed", "new", "no source", "cannot be read"


@dataclass(frozen=True)
class Fresh:
    """What landed last of a wave, and until when its answers may be kept."""

    survey_code: str
    wave_code: str
    last_landed_at: datetime
    n_files: int
    n_rows: int
    has_microdata: bool
    microdata_until: date | None
    is_due: bool


@dataclass
class Standing:
    """What `peil status` shows; `worries` are the sentences that make its exit code 1 or 3."""

    at_work: str
    release: Release | None
    taken_back: list[Release]
    runs: list[Run]
    fresh: list[Fresh]
    inbox: list[tuple[str, str, str]]
    n_set_aside: int
    figures_changed_at: Run | None
    drift: list[Change]
    worries: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    exit_code: int = 0


def standing(places: Places, today: date, max_age_hours: float | None = None) -> Standing:
    """Read how things stand, without waiting and without changing anything.

    Args:
        places: where everything is.
        today: for what is due; figures depend on no date.
        max_age_hours: a night that ended longer ago is a worry.
    """
    notes: list[str] = []
    unread = ""
    try:
        runs = history.read_runs(places)
    except (duckdb.Error, OSError) as error:
        runs, unread = [], _first_line(error)
    busy = at_work(places)
    known = list_releases(places.published)
    back = taken_back(places.published)
    changed = next((run for run in runs if _moved(run)), None)
    drift: list[Change] = []
    if changed:
        try:
            drift = history.read_changes(places, changed.run_id)[:SHOWN]
        except (duckdb.Error, OSError) as error:
            notes.append(f"What moved most is not shown: {_first_line(error)}")
    deliveries = _deliveries(places, notes)
    now = Standing(
        busy,
        next((r for r in known if r.is_in_force), None),
        [r for r in known if r.name in back],
        runs[:SHOWN],
        _fresh(places, deliveries, today, notes),
        _inbox(places, deliveries, notes),
        _n_set_aside(places),
        changed,
        drift,
        notes=notes,
    )
    if unread:
        now.exit_code = 1
        now.worries.append(
            f"{history.history_file(places)}: cannot be read ({unread}), so how the last night "
            "ended is unknown. `peil doctor` says what to do."
        )
    _judge(now, runs, max_age_hours)
    return now


def _judge(now: Standing, runs: list[Run], max_age_hours: float | None) -> None:
    """Say what is wrong; the exit code is that of the last night, or 1."""
    ended = _ended_nights(now, runs)
    open_runs = [run for run in runs if run.ended_at is None]
    if open_runs and not now.at_work:
        now.exit_code = 1
        now.worries.append(
            f"The run of {open_runs[0].started_at} UTC (`peil {open_runs[0].verb}`) was killed. "
            "What stood before stands; run `peil nightly`."
        )
    if not ended:
        if max_age_hours is not None:
            now.exit_code = 1
            now.worries.append("No night has ended here yet. Run `peil nightly`.")
        return
    last = ended[0]
    if last.exit_code:
        now.exit_code = now.exit_code or last.exit_code
        why = f" ({last.failed_steps})" if last.failed_steps else ""
        now.worries.append(
            f"The last night ended with exit code {last.exit_code}{why}. docs/operations.md says "
            "what to do; the log of the run says which file and why."
        )
    if max_age_hours is not None and last.ended_at is not None:
        age = history.now() - last.ended_at
        if age.total_seconds() / 3600 > max_age_hours:
            now.exit_code = now.exit_code or 1
            now.worries.append(
                f"The last night ended {age.total_seconds() / 3600:.1f} hours ago, more than "
                f"{max_age_hours:g}. Does its schedule still run?"
            )


def _ended_nights(now: Standing, runs: list[Run]) -> list[Run]:
    """The nights that ended, the last one first: one that began later may have ended before."""
    found = [
        (run.ended_at, run) for run in runs if run.verb == "nightly" and run.ended_at is not None
    ]
    latest = history.now() + _CLOCKS
    if ahead := [ended_at for ended_at, _ in found if ended_at > latest]:
        now.notes.append(
            f"A night ended on {max(ahead)} UTC, which is still to come: the clock was set back "
            "since. It counts for nothing here; the next night does."
        )
    found = [(ended_at, run) for ended_at, run in found if ended_at <= latest]
    return [run for _, run in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _moved(run: Run) -> bool:
    return any((run.n_changed, run.n_new, run.n_gone, run.n_withheld, run.n_shown))


def _deliveries(places: Places, notes: list[str]) -> list[tuple]:
    """The ledger, newest first; nothing while another program has the warehouse."""
    if not places.warehouse.exists():
        return []
    try:
        with read_warehouse(places.warehouse) as connection:
            return connection.execute(
                "select file_name, sha256, source_code, survey_code, wave_code, status, landed_at, "
                "coalesce(n_rows, 0) from raw.deliveries order by landed_at desc"
            ).fetchall()
    except (PeilError, duckdb.Error) as error:
        notes.append(f"Deliveries are not shown: {_first_line(error)}")
        return []


def _fresh(places: Places, deliveries: list[tuple], today: date, notes: list[str]) -> list[Fresh]:
    try:
        waves = {row.get("wave_code"): row for row in read_rows(places.seeds / "waves.csv")}
        surveys = {s.source_code for s in read_sources(places.seeds) if s.kind == "survey"}
    except PeilError as error:
        notes.append(f"The codebook is not read: {_first_line(error)}")
        return []
    found = []
    for survey, wave in sorted({(row[3], row[4]) for row in deliveries}):
        rows = [row for row in deliveries if row[3:5] == (survey, wave)]
        landed = [row for row in rows if row[5] == "landed"]
        last = max((row[6] for row in rows if row[5] in {"landed", "purged"}), default=None)
        if last is None:
            continue
        until = until_of(waves.get(wave, {}))
        has_microdata = any(row[2] in surveys for row in landed)
        found.append(
            Fresh(
                survey, wave, last, len(landed), sum(row[7] for row in landed), has_microdata,
                until, bool(has_microdata and until and today > until),
            )
        )  # fmt: skip
    return found


def until_of(wave: dict[str, str]) -> date | None:
    """The day until which the answers of a wave may be kept; None where none was agreed."""
    try:
        return date.fromisoformat(wave.get("microdata_until", ""))
    except ValueError:
        return None


def _inbox(places: Places, deliveries: list[tuple], notes: list[str]) -> list[tuple[str, str, str]]:
    """Per file of the inbox its name, its source, and whether it landed."""
    if not places.inbox.is_dir():
        notes.append(f"{places.inbox}: there is no inbox here.")
        return []
    try:
        sources = read_sources(places.seeds)
    except PeilError:
        return []
    landed = {row[:3] for row in deliveries if row[5] in {"landed", "purged"}}
    return [
        (entry.name, *_state(entry.path, entry.name, sources, landed))
        for entry in entries(list(places.inbox.iterdir()))
    ]


def _state(path: Path, name: str, sources: list[Source], landed: set) -> tuple[str, str]:
    try:
        source = source_of(path, sources)
    except PeilError:
        source = None
    if source is None:
        return "", NO_SOURCE
    if not path.is_file():
        return source.source_code, UNREAD
    try:
        digest = sha256_of(path)
    except OSError:
        return source.source_code, UNREAD
    return source.source_code, LANDED if (name, digest, source.source_code) in landed else NEW


def _n_set_aside(places: Places) -> int:
    folder = places.inbox / REJECTED
    if not folder.is_dir():
        return 0
    return sum(not path.name.endswith(REASONS) for path in folder.iterdir())


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
