"""From an empty server to a monitored night, as docs/operations.md has it; then ten nights.

The first night is a real one. In the nights after it dbt is replaced by a few statements that move
one figure with the answers that landed: what is tested is everything around it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import duckdb
import pytest
from docs_blocks import DOCS, blocks
from peil.cli.main import peil as command
from peil.codebook.version import VERSION_FILE, version_text
from peil.errors import PeilError
from peil.nights import build, history, publish
from peil.nights.build import BuildResult
from peil.nights.release import in_force, release_names
from peil.nights.unchanged import facts_of_now
from peil.settings import Places, child_environment
from peil.warehouse import open_warehouse
from servers import Hook, Mailbox, serving
from small_survey import REFERENCE, add, deliver, edit, rows_of, small_places
from test_install import borrow_libraries, wheel_of_checkout

# The commands stand in the document, where nights_in_tests does not look.
pytestmark = pytest.mark.night
PAGE = DOCS / "operations.md"
SECRET_NAME = "jan jansen.csv"


def ten_commands() -> list[str]:
    (block,) = [b for b in blocks(PAGE) if b.language == "sh"]
    return block.text.strip().splitlines()


def with_a_late_source(seeds: Path) -> None:
    """A second kind of file for the same questions, which comes some nights later."""
    edit(seeds, "sources", lambda rows: [
        *rows, rows[0] | {"source_code": "late", "file_pattern": "*jansen.csv"},
    ])  # fmt: skip
    bound = [row | {"source_code": "late"} for row in rows_of(seeds / "bindings.csv")]
    add(seeds, "bindings", *bound)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> tuple[Path, Path, dict[str, str]]:
    """The survey folder after the ten commands, the root of the units, and what each said."""
    here = tmp_path_factory.mktemp("server")
    made = small_places(here / "made")
    with_a_late_source(made.seeds)
    (made.seeds / VERSION_FILE).write_text(version_text())
    (here / "codebook").symlink_to(made.seeds)
    deliver(made, rows_of(REFERENCE / "small_survey.csv"))
    (here / "deliveries").symlink_to(made.inbox)
    shutil.copy(wheel_of_checkout(tmp_path_factory, here / "made"), here)
    root = here / "root"
    (root / "etc" / "systemd" / "system").mkdir(parents=True)
    programs = here / "programs"
    programs.mkdir()
    # Who runs the tests is not root of this machine: units are enabled in a root of their own.
    for name, text in (
        ("sudo", 'exec "$@"'),
        ("python3", f'exec "{sys.executable}" "$@"'),
        ("systemctl", f'shift 2; exec /usr/bin/systemctl --root="{root}" enable "$@"'),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    environment = child_environment(
        PATH=f"{programs}:{os.environ['PATH']}", PIP_NO_INDEX="1", PIP_NO_DEPS="1", COLUMNS="200",
    )  # fmt: skip
    environment.pop("PYTHONPATH", None)
    folder, said = here, {}
    for line in ten_commands():
        if line.startswith("cd "):
            folder = folder / line.removeprefix("cd ")
            continue
        if "systemctl" in line and shutil.which("systemctl") is None:
            continue
        done = subprocess.run(
            ["sh", "-c", line.replace("/etc/systemd/system", f"{root}/etc/systemd/system")],
            cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        said[line] = done.stdout + done.stderr
        if "venv" in line:
            borrow_libraries(here / "env")
    return folder, root, said


def test_there_are_ten_commands_to_a_monitored_night(server):
    folder, root, said = server
    assert len([line for line in ten_commands() if not line.startswith("cd ")]) == 10
    assert "12 checks, 0 findings." in said["../env/bin/peil doctor"]
    assert "All is well." in said["../env/bin/peil status --max-age 26"]
    assert (folder / "published" / "site" / "index.html").exists()
    (backup,) = (folder.parent / "backups").iterdir()
    assert (backup / "backup.json").exists()
    if shutil.which("systemctl"):
        wanted = root / "etc" / "systemd" / "system" / "timers.target.wants"
        assert {p.name for p in wanted.iterdir()} == {"peil-nightly.timer", "peil-status.timer"}


# ---------- ten nights


@pytest.fixture(scope="module")
def survey(server) -> Places:
    folder = server[0].resolve()
    return Places(
        folder / "seeds", folder / "inbox", folder / "warehouse" / "peil.duckdb",
        folder / "published", folder,
    )  # fmt: skip


def mean_grade(connection: duckdb.DuckDBPyConnection) -> float:
    row = connection.execute(
        "select avg(try_cast(value as double)) from raw.answers where column_name = 'grade' "
        "and delivery_key in (select delivery_key from raw.deliveries where status = 'landed')"
    ).fetchone()
    return row[0]


def build_with_a_few_statements(places: Places, **_: object) -> BuildResult:
    """What a build leaves behind: figures that follow what landed, and the row that says so."""
    with open_warehouse(places.warehouse) as connection:
        connection.execute(
            "create table if not exists raw.first_estimates as select *, "
            f"{mean_grade(connection)} as first_grade from marts.estimates"
        )
        connection.execute(
            "update marts.estimates as now "
            "set estimate = first.estimate + round(? - first.first_grade, 2) "
            "from raw.first_estimates as first where first.statistic = 'mean' "
            "and now.statistic = 'mean' and not now.is_withheld "
            "and now.question_code = first.question_code "
            "and now.segment_code = first.segment_code "
            "and now.segment_value = first.segment_value "
            "and now.weighting_scheme = first.weighting_scheme",
            [mean_grade(connection)],
        )
        deliveries = connection.execute(
            "select coalesce(to_json(list(d order by source_code, file_name)), '[]')::varchar "
            "from (select delivery_key, file_name, sha256, source_code, wave_code, n_rows "
            "from raw.deliveries where status = 'landed') as d"
        ).fetchone()[0]
        connection.execute("create schema if not exists nights")
        connection.execute(
            "create or replace table nights.build as select ?::timestamp as tested_at, "
            "?::varchar as deliveries, null::varchar as kept_codebook, ?::varchar as facts",
            [datetime.now(UTC).replace(tzinfo=None), deliveries, json.dumps(facts_of_now(places))],
        )
    return BuildResult(681, [])


def a_page_in(_: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "index.html").write_text("a page", encoding="utf-8")


def run(*words: str) -> int:
    """A verb as the command line has it, in this process; its exit code."""
    try:
        command(list(words), standalone_mode=False)
    except PeilError as error:
        return error.exit_code
    except SystemExit as end:
        return int(end.code or 0)
    except click.ClickException as error:
        return error.exit_code
    return 0


def killed_night(folder: Path) -> int:
    """A night of which the process is ended by the system while it builds."""
    lines = (
        "import os, signal\nfrom peil.cli import main\nfrom peil.nights import build\n"
        "import sys\nsys.argv = ['peil', 'nightly', '--force']\n"
        "build.build_warehouse = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\nmain()\n"
    )
    return subprocess.run([sys.executable, "-c", lines], cwd=folder, check=False).returncode


def graded(more: int) -> list[dict[str, str]]:
    rows = rows_of(REFERENCE / "small_survey.csv")
    return [row | {"grade": str(min(10, int(row["grade"] or 0) + more))} for row in rows]


@pytest.fixture(scope="module")
def nights(survey) -> dict:
    """Ten nights and what lies between them; what each ended with and said."""
    mailbox, hook = Mailbox(None), Hook()
    patch = pytest.MonkeyPatch()
    patch.chdir(survey.folder)
    patch.setattr(build, "build_warehouse", build_with_a_few_statements)
    # A release has them; what they say is for other tests, and the first night made real ones.
    patch.setattr(publish, "write_documents", a_page_in)
    patch.setattr(publish, "build_site", a_page_in)
    patch.setenv("PEIL_WEBHOOK", hook.address)
    with (survey.folder / "peil.toml").open("a", encoding="utf-8") as handle:
        handle.write(
            '\n[notify]\nname = "Small"\nto = ["a@example.org"]\nfrom = "p@example.org"\n'
            f'smtp_host = "localhost"\nsmtp_port = {mailbox.port}\nsmtp_security = "none"\n'
            "webhook = true\n"
        )
    codes: dict[str, int] = {}
    seen: dict[str, object] = {}
    with serving(mailbox), serving(hook):
        # 1 was the night of the commands.
        seen["first"] = in_force(survey.published).name
        # 2: other code than that of the wheel, as after an upgrade.
        codes["upgrade"] = run("upgrade")
        codes["after the upgrade"] = run("nightly")
        codes["nothing new"] = run("nightly")
        deliver(survey, graded(3))
        codes["a correction"] = run("nightly")
        seen["corrected"] = in_force(survey.published).name
        codes["status after it"] = run("status")
        codes["rollback"] = run("rollback", "previous")
        seen["rolled back to"] = in_force(survey.published).name
        codes["nothing new after it"] = run("nightly")
        late = [row | {"id": f"late{row['id']}"} for row in graded(0)]
        deliver(survey, late, SECRET_NAME)
        codes["a new file after it"] = run("nightly")
        seen["while taken back"] = in_force(survey.published).name
        deliver(survey, graded(0))
        codes["what was wrong is corrected"] = run("nightly")
        seen["after the correction"] = in_force(survey.published).name
        (survey.inbox / SECRET_NAME).write_text("no,such,columns\n1,2,3\n")
        codes["a bad file"] = run("nightly")
        codes["status after a bad file"] = run("status")
        patch.setattr(
            build, "build_warehouse",
            lambda *_, **__: BuildResult(300, ["test margins_are_met: wave 1: Jan Jansen 7.5"]),
        )  # fmt: skip
        codes["a failed test"] = run("nightly", "--force")
        codes["status after it failed"] = run("status", "--json")
        seen["after the failure"] = in_force(survey.published).name
        seen["killed"] = killed_night(survey.folder)
        codes["status after a kill"] = run("status")
        patch.setattr(build, "build_warehouse", build_with_a_few_statements)
        codes["after the kill"] = run("nightly")
        codes["well again"] = run("status", "--max-age", "26")
        codes["too old"] = run("status", "--max-age", "0", "--notify")
        codes["doctor"] = run("doctor")
    patch.undo()
    return {"codes": codes, "mails": mailbox.mails, "posts": hook.posts, **seen}


def test_each_night_ends_as_the_page_says(nights):
    assert nights["codes"] == {
        "upgrade": 0, "after the upgrade": 0, "nothing new": 0, "a correction": 0,
        "status after it": 0, "rollback": 0, "nothing new after it": 0, "a new file after it": 0,
        "what was wrong is corrected": 0, "a bad file": 3, "status after a bad file": 3,
        "a failed test": 1, "status after it failed": 1, "status after a kill": 1,
        "after the kill": 0, "well again": 0, "too old": 1, "doctor": 0,
    }  # fmt: skip
    assert nights["killed"] == -signal.SIGKILL


def test_the_history_reads_the_nights_back(nights, survey):
    runs = list(reversed(history.read_runs(survey)))
    assert [(r.verb, r.outcome, r.exit_code) for r in runs] == [
        ("nightly", "published", 0),
        ("backup", "done", 0),
        ("upgrade", "done", 0),
        ("nightly", "published", 0),
        ("nightly", "unchanged", 0),
        ("nightly", "published", 0),
        ("rollback", "rolled back", 0),
        ("nightly", "held back", 0),
        ("nightly", "held back", 0),
        ("nightly", "published", 0),
        ("nightly", "unchanged", 3),
        ("nightly", "failed", 1),
        ("nightly", "killed", 1),
        ("nightly", "unchanged", 0),
    ]
    first, correction, back, killed = runs[0], runs[5], runs[6], runs[12]
    assert first.n_steps > 100 and first.n_landed == 1 and first.release_before == ""
    assert (runs[3].n_changed, runs[3].n_drifted) == (0, 0)
    assert correction.n_changed > 1 and correction.n_drifted >= 1
    assert (correction.n_landed, correction.n_steps) == (1, 681)
    assert (back.release, back.release_before) == (correction.release_before, correction.release)
    assert runs[8].n_landed == 1, "a night that holds back lands what comes"
    assert runs[9].n_landed == 1 and runs[10].n_set_aside == 1
    assert runs[11].failed_steps == "test margins_are_met"
    assert killed.step == "building" and killed.ended_at is not None
    lines = history.lines_file(survey).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["run_id"] for line in lines] == [run.run_id for run in runs]
    change = history.read_changes(survey, correction.run_id)[0]
    assert change.kind == "changed" and change.margins > 2 and change.after > change.before


def test_a_release_taken_back_stays_away_until_its_cause_is_corrected(nights, survey):
    assert nights["rolled back to"] != nights["corrected"]
    assert nights["while taken back"] == nights["rolled back to"]
    names = release_names(survey.published)
    assert nights["after the correction"] == names[-1]
    assert nights["corrected"] in names, "it is kept: it was in force"
    files = {path.name for path in (survey.published / "history").iterdir()}
    assert f"peil-{nights['corrected'][:15]}.duckdb" not in files
    assert nights["after the failure"] == names[-1]


def test_alerts_say_what_and_name_nobody(nights):
    subjects = [mail["Subject"] for mail in nights["mails"]]
    assert subjects == [
        "Small: figures drifted",
        "Small: set deliveries aside",
        "Small: failed",
        "Small: an earlier run was killed",
        "Small: wants a look",
    ]
    assert [post["text"].splitlines()[0] for post in nights["posts"]] == subjects
    said = "".join(mail.get_content() for mail in nights["mails"]) + json.dumps(nights["posts"])
    assert "margins_are_met" in said and "1 set aside" in said
    for private in ("ansen", str(Path.home()), "inbox", ".csv"):
        assert private not in said, private


def test_the_history_is_its_owners_and_names_no_file(nights, survey):
    for file in (history.history_file(survey), history.lines_file(survey)):
        assert file.stat().st_mode & 0o777 == 0o600
    with duckdb.connect(str(history.history_file(survey)), read_only=True) as connection:
        for table in ("runs", "deliveries", "changes"):
            assert "ansen" not in str(connection.execute(f"from {table}").fetchall())
    assert "ansen" not in history.lines_file(survey).read_text(encoding="utf-8")
