"""The run history: a row whatever happens, nothing private in it, and what `peil status` says."""

import ast
import errno
import hashlib
import json
import logging
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
from conftest import options, peil
from peil.errors import DeliveryRejectedError, InputError, MachineError, PeilError, RakingError
from peil.landing import Landed
from peil.lock import at_work, one_night, set_wait
from peil.nights import history
from peil.nights.changes import Change
from peil.nights.history import Run
from peil.nights.record import recorded, recorded_if
from peil.nights.standing import LANDED, NEW, NO_SOURCE, standing
from peil.private import add_line
from peil.settings import PROJECT, Places
from peil.warehouse import open_warehouse
from small_survey import REFERENCE, deliver, edit, rows_of, small_places

TODAY = date(2026, 7, 1)


@pytest.fixture
def places(tmp_path) -> Places:
    """The small survey with one file that has landed, as far as the ledger says."""
    places = small_places(tmp_path)
    deliver(places, rows_of(REFERENCE / "small_survey.csv"))
    digest = hashlib.sha256((places.inbox / "small_survey.csv").read_bytes()).hexdigest()
    with open_warehouse(places.warehouse) as connection:
        connection.execute(
            "insert into raw.deliveries (delivery_key, file_name, sha256, source_code, "
            "survey_code, wave_code, n_rows, landed_at, status) values ('k', 'small_survey.csv', "
            "?, 'small', 'small', 'small_wave', 90, '2026-01-02 03:04:05', 'landed')",
            [digest],
        )
    return places


def only(places: Places) -> Run:
    (run,) = history.read_runs(places)
    return run


@pytest.mark.parametrize(
    ("error", "code", "outcome"),
    [
        (PeilError("naam Jan"), 1, "failed"),
        (InputError("naam Jan"), 2, "failed"),
        (DeliveryRejectedError("naam Jan"), 3, "done"),
        (RakingError("naam Jan"), 4, "failed"),
        (MachineError("naam Jan"), 1, "failed"),
        (OSError("naam Jan"), 1, "failed"),
        (KeyboardInterrupt(), 130, "failed"),
    ],
)
def test_a_run_that_ends_in_an_error_leaves_its_kind_and_not_its_message(
    places, error, code, outcome
):
    with pytest.raises(type(error)), recorded(places, "purge", publishes=False) as notes:
        notes.at("landing")
        raise error
    run = only(places)
    assert (run.exit_code, run.outcome, run.error) == (code, outcome, type(error).__name__)
    assert run.ended_at is not None and run.seconds is not None
    assert "Jan" not in history.lines_file(places).read_text(encoding="utf-8")


def test_a_release_that_was_published_stays_so_when_a_file_could_not_land(places):
    with pytest.raises(MachineError), recorded(places, "publish") as notes:
        notes.run.outcome = history.PUBLISHED
        raise MachineError("no memory")
    assert (only(places).outcome, only(places).exit_code) == ("published", 1)


def test_deliveries_are_counted_by_source_and_files_are_not_named(places):
    with recorded(places, "purge", publishes=False) as notes:
        notes.landed(
            Landed(landed=["small_survey.csv"], rejected={"jan.csv": "why"}, unmatched=["x.csv"],
                   warnings={"small_survey.csv": ["a", "b"]})
        )  # fmt: skip
    run = only(places)
    assert (run.n_landed, run.n_set_aside, run.n_without_source, run.n_warnings) == (1, 1, 1, 2)
    (line,) = history.lines_file(places).read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["deliveries"] == [
        {"source_code": "small", "survey_code": "small", "wave_code": "small_wave",
         "outcome": "landed", "n_files": 1}
    ]  # fmt: skip
    assert ".csv" not in line


def start(places: Places, lines: str) -> subprocess.Popen:
    """A run in a process of its own."""
    parts = [str(p) for p in (places.seeds, places.inbox, places.warehouse, places.published)]
    code = (
        "import time\nfrom pathlib import Path\nfrom peil.settings import Places\n"
        "from peil.nights.record import recorded\n"
        f"places = Places(*map(Path, {parts!r}))\n{lines}"
    )
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_a_killed_run_leaves_a_row_that_the_next_one_closes(places):
    running = start(
        places,
        "with recorded(places, 'nightly') as notes:\n    notes.at('building')\n"
        "    print('there', flush=True)\n    time.sleep(60)\n",
    )
    assert running.stdout.readline() == "there\n"
    assert str(running.pid) in at_work(places)
    run = only(places)
    assert (run.step, run.ended_at) == ("building", None)
    now = standing(places, TODAY)
    assert now.at_work and now.exit_code == 0, "a run at work is no worry"
    running.kill()
    running.wait()
    now = standing(places, TODAY)
    assert not now.at_work and now.exit_code == 1
    assert "was killed" in now.worries[0]
    with recorded(places, "purge", publishes=False):
        pass
    land, killed = history.read_runs(places)
    assert (killed.outcome, killed.exit_code, killed.step) == ("killed", 1, "building")
    assert land.outcome == "done"
    lines = history.lines_file(places).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == ["killed", "done"]


def test_a_run_that_cannot_begin_leaves_a_row(places):
    running = start(
        places,
        "with recorded(places, 'nightly'):\n    print('there', flush=True)\n    time.sleep(60)\n",
    )
    assert running.stdout.readline() == "there\n"
    set_wait(0.0)
    try:
        with pytest.raises(InputError, match="in use by"), recorded(places, "publish"):
            pass
    finally:
        set_wait(600.0)
        running.kill()
        running.wait()
    publish = history.read_runs(places)[0]
    assert (publish.verb, publish.exit_code, publish.step) == ("publish", 2, "waiting")


def test_a_history_that_cannot_be_written_stops_no_run(places, caplog):
    history.history_file(places).write_text("no database")
    logging.getLogger("peil").propagate = True
    with recorded(places, "purge", publishes=False) as notes:
        notes.at("landing")
    assert "cannot be written down" in caplog.text
    assert len(history.lines_file(places).read_text().splitlines()) == 1, "the line is"
    now = standing(places, TODAY)
    assert now.exit_code == 1 and "how the last night ended is unknown" in now.worries[0]


def test_a_first_run_on_a_full_disk_leaves_no_half_history(places, monkeypatch):
    """Half a file would be no database, and no later run could write in it."""

    def full(_: object) -> None:
        raise duckdb.IOException("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(history, "_complete", full)
        with recorded(places, "purge", publishes=False):
            pass
    assert {p.name for p in places.warehouse.parent.glob("*operations*")} == {
        history.lines_file(places).name
    }
    with recorded(places, "purge", publishes=False):
        pass
    assert only(places).exit_code == 0


def test_a_history_of_an_earlier_version_gets_the_columns_of_this_one(places):
    with duckdb.connect(str(history.history_file(places))) as connection:
        connection.execute("create table runs (run_id varchar, verb varchar, started_at timestamp)")
        connection.execute("insert into runs values ('old', 'nightly', '2026-01-01')")
    assert only(places).ended_at is None
    with recorded(places, "purge", publishes=False):
        pass
    assert [run.run_id for run in history.read_runs(places)][1] == "old"


# Verbs that change neither the warehouse nor the release.
UNRECORDED = {
    "site", "docs", "init", "demo", "codebook", "rake", "status", "releases", "diff", "doctor",
    "draft", "check", "excel", "from-excel", "try", "crosstab", "count", "keep",
    "merge",
}  # fmt: skip


def test_every_verb_that_changes_something_is_written_down():
    found = {}
    for file in (PROJECT / "scripts" / "peil" / "cli").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.endswith("_command"):
                (name,) = [
                    call.args[0].value for call in node.decorator_list
                    if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".command")
                ]  # fmt: skip
                found[name] = found.get(name, False) or "with recorded" in ast.unparse(node)
    assert {name for name, is_recorded in found.items() if not is_recorded} <= UNRECORDED
    assert {"nightly", "purge", "rollback", "restore"} <= {n for n, kept in found.items() if kept}


def test_a_copy_of_published_files_gets_no_history(tmp_path, empty_places):
    with recorded_if(True, empty_places, "summary"):
        pass
    assert not empty_places.warehouse.parent.exists()


# ---------- how things stand


def night(places: Places, hours_ago: float, **facts: object) -> None:
    ended = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=hours_ago)
    facts = {"verb": "nightly", "exit_code": 0, "outcome": "published"} | facts
    run = Run(f"r{hours_ago}", started_at=ended, peil="0.2.0", ended_at=ended, **facts)
    history.save(places, history.Record(run))


def test_the_exit_code_is_that_of_the_last_night(places):
    assert standing(places, TODAY).exit_code == 0
    assert standing(places, TODAY, 26).exit_code == 1, "no night has ended"
    night(places, 50, exit_code=4, outcome="failed", failed_steps="model wgt_factors")
    now = standing(places, TODAY)
    assert now.exit_code == 4 and "model wgt_factors" in now.worries[0]
    night(places, 27, exit_code=3)
    assert standing(places, TODAY).exit_code == 3
    night(places, 25)
    assert standing(places, TODAY, 26).worries == []
    assert standing(places, TODAY, 24).exit_code == 1, "too long ago"
    (worry,) = standing(places, TODAY, 24).worries
    assert "25.0 hours ago" in worry


def test_what_is_in_the_inbox_is_said_and_nothing_is_moved(places):
    (places.inbox / "holiday.txt").write_text("x")
    states = {name: state for name, _, state in standing(places, TODAY).inbox}
    assert states == {"small_survey.csv": LANDED, "holiday.txt": NO_SOURCE}
    with (places.inbox / "small_survey.csv").open("a") as handle:
        handle.write("\n")
    (places.inbox / "rejected").mkdir()
    (places.inbox / "rejected" / "small_survey.csv").touch()
    (places.inbox / "rejected" / "small_survey.csv.reden.txt").touch()
    now = standing(places, TODAY)
    assert {name: state for name, _, state in now.inbox}["small_survey.csv"] == NEW
    assert now.n_set_aside == 1


@pytest.mark.parametrize(
    ("until", "is_due"), [("", False), ("2026-07-01", False), ("2026-06-30", True)]
)
def test_answers_past_their_date_are_due(places, until, is_due):
    edit(places.seeds, "waves", lambda rows: [row | {"microdata_until": until} for row in rows])
    (row,) = standing(places, TODAY).fresh
    assert (row.wave_code, row.n_files, row.n_rows) == ("small_wave", 1, 90)
    assert row.is_due is is_due
    with open_warehouse(places.warehouse) as connection:
        connection.execute("update raw.deliveries set status = 'purged'")
    (row,) = standing(places, TODAY).fresh
    assert not row.is_due and not row.has_microdata


def test_a_look_waits_for_nobody_and_says_what_it_cannot_see(places):
    edit(places.seeds, "waves", lambda rows: [
        row | {"microdata_until": "2000-01-01"} for row in rows
    ])  # fmt: skip
    shown = peil("status", *options(places))
    assert shown.returncode == 0, shown.stderr
    for part in ("All is well.", "Nothing is published yet.", "2026-01-02 03:04",
                 "Run `peil purge --wave small_wave`"):  # fmt: skip
        assert part in shown.stdout
    with one_night(places), open_warehouse(places.warehouse):
        shown = peil("status", *options(places))
    assert shown.returncode == 0, shown.stderr
    assert "At work now: process" in shown.stdout
    assert "Deliveries are not shown" in shown.stdout
    facts = json.loads(peil("status", "--json", *options(places)).stdout)
    assert facts["inbox"] == {"landed": 1} and facts["waves"][0]["is_due"] is True
    assert ".csv" not in json.dumps(facts)
    assert "n_rows" not in facts["waves"][0], "how many people answered is no monitor's"


def test_the_last_night_is_the_one_that_ended_last(places):
    """One that began later waited for the other, and ended before it."""
    night(places, 1)
    ended = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=2)
    late = Run("late", "nightly", ended + timedelta(hours=1.5), ended_at=ended, exit_code=2)
    history.save(places, history.Record(late))
    assert history.read_runs(places)[0].run_id == "late"
    assert standing(places, TODAY).exit_code == 0


def test_a_night_of_a_clock_that_was_set_back_hides_no_silence(places):
    night(places, 50)
    night(places, -24 * 365)
    now = standing(places, TODAY, 26)
    assert now.exit_code == 1 and "50.0 hours ago" in now.worries[0]
    assert any("still to come: the clock was set back" in note for note in now.notes)


def test_names_that_look_like_a_style_are_shown_as_they_are(places):
    """Of a tag that closes nothing rich makes an error, of another one nothing."""
    (places.inbox / "[bold]a[[.txt").touch()
    gone = peil("rollback", "[/x] [dim]", *options(places))
    assert gone.returncode == 2 and "[/x] [dim]: is no release here" in gone.stderr
    shown = peil("status", *options(places))
    assert shown.returncode == 0, shown.stderr
    assert "rollback [/x]" in shown.stdout and "[dim]" in shown.stdout
    assert "[bold]a[[.txt" in shown.stdout


@pytest.mark.parametrize("hours", ["nan", "inf", "-1"])
def test_an_age_that_is_no_number_is_refused(places, hours):
    """Nothing is older than that, so that a monitor would never hear a thing."""
    shown = peil("status", "--max-age", hours, *options(places))
    assert shown.returncode == 2 and "Invalid value for '--max-age'" in shown.stderr


def test_an_alphabet_without_a_sign_ends_no_run(places):
    night(places, 1, n_changed=1)
    run = history.read_runs(places)[0]
    row = Change("small", "w", "raked", "a", "één", "→", "q", "mean", None, "changed", 1, 2, 3)
    history.save(places, history.Record(run, changes=[row]))
    shown = peil("status", *options(places), PYTHONIOENCODING="ascii")
    assert shown.returncode == 0, shown.stderr
    assert "small w q mean, a ??n ? ?, raked" in shown.stdout


def test_a_line_that_a_killed_run_left_half_costs_no_other(places):
    file = history.lines_file(places)
    file.write_text('{"run_id": "ha')
    with recorded(places, "purge", publishes=False):
        pass
    half, whole = file.read_text().splitlines()
    assert half == '{"run_id": "ha' and json.loads(whole)["verb"] == "purge"


def test_a_line_for_which_there_is_no_room_is_not_written_in_part(tmp_path, monkeypatch):
    file, write = tmp_path / "lines", os.write
    add_line(file, "one")

    def full(descriptor: int, data: bytes) -> int:
        if len(data) < 10:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[:5])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        add_line(file, "another line")
    monkeypatch.undo()
    add_line(file, "two")
    assert file.read_text() == "one\ntwo\n"
    assert file.stat().st_mode & 0o777 == 0o600
