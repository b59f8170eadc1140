"""What cron, systemd, GitHub and GitLab would start, as `peil init` writes it, run here."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from string import Template
from xml.etree import ElementTree

import pytest
import yaml
from docs_blocks import DOCS, blocks
from lxml import etree
from peil.drafting.folder import schedule_values
from peil.settings import PROJECT

PAGE = DOCS / "operations.md"
OPERATIONS = PROJECT / "scripts" / "peil" / "drafting" / "new_survey" / "operations"
NAMES = ["survey", 'it\'s 50% of "our" $HOME\\t & <more>']
TASK_SCHEMA = etree.XMLSchema(file=Path(__file__).with_name("task_schema.xsd"))


def written(folder: Path, program: Path) -> dict[str, str]:
    """The files of `operations/` for this folder and program."""
    values = schedule_values(folder, program, "peil")
    return {
        file.name: Template(file.read_text(encoding="utf-8")).substitute(values)
        for file in OPERATIONS.iterdir()
    }


def test_the_page_shows_the_schedules_as_they_are_written():
    shown = {block.rest: block.text for block in blocks(PAGE) if block.rest}
    assert shown == written(Path("/srv/peil/survey"), Path("/srv/peil/env/bin/peil"))


class Server:
    """A survey folder, and a program in the place of `peil` that says how it was started."""

    def __init__(self, home: Path, name: str) -> None:
        self.home, self.folder, self.said = home, home / name, home / "said.jsonl"
        self.program = self.folder / "env" / "bin" / "peil"
        self.program.parent.mkdir(parents=True)
        self.program.write_text(
            '#!/bin/sh\nprintf "%s\\n" "$PWD" "$PEIL_HASH_KEY" "$@" > "$HOME/said"\n'
        )
        self.program.chmod(0o755)
        (home / ".peil.env").write_text("PEIL_HASH_KEY='a key'\n")
        self.files = written(self.folder, self.program)

    def run(self, command: list[str], cwd: Path, **environment: str) -> list[str]:
        """Where it ran, with which key and words; nothing but this is in its environment."""
        (self.home / "said").unlink(missing_ok=True)
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60,
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin", **environment},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return (self.home / "said").read_text().splitlines()


@pytest.fixture(params=NAMES, ids=["plain", "hard"])
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Server:
    return Server(tmp_path, request.param)


def test_cron_starts_the_night_in_its_folder_with_its_secrets(server):
    text = server.files["crontab"]
    if shutil.which("crontab"):
        file = server.home / "crontab"
        file.write_text(text)
        subprocess.run(["crontab", "-n", file], check=True, capture_output=True)
    lines = [line for line in text.splitlines() if line[:1].isdigit()]
    started = []
    for line in lines:
        command = line.split(maxsplit=5)[5]
        # As cron reads it: a bare % ends the command.
        assert not re.search(r"(?<!\\)%", command)
        command = command.replace(r"\%", "%")
        started.append(server.run(["/bin/sh", "-c", command], server.home))
    folder = str(server.folder)
    assert started == [
        [folder, "a key", "nightly"],
        [folder, "a key", "status", "--max-age", "26", "--notify"],
    ]


def test_github_and_gitlab_start_the_night_in_its_folder(server):
    job = yaml.safe_load(server.files["github-schedule.yml"])["jobs"]["nightly"]
    (step,) = job["steps"]
    assert {"self-hosted", "peil"} == set(job["runs-on"])
    assert step["env"]["PEIL_HASH_KEY"] == "${{ secrets.PEIL_HASH_KEY }}"
    started = [
        server.run(["bash", "-e", "-c", step["run"]], Path(step["working-directory"]),
                   PEIL_HASH_KEY="theirs")
    ]  # fmt: skip
    script = yaml.safe_load(server.files["gitlab-schedule.yml"])["peil"]["script"]
    command = ["bash", "-e", "-c", "\n".join(script)]
    started.append(server.run(command, server.home, PEIL_HASH_KEY="theirs"))
    assert started == [[str(server.folder), "theirs", "nightly"]] * 2


def test_systemd_and_windows_name_the_folder_and_the_program(server):
    task = ElementTree.fromstring(server.files["peil-nightly.xml"])
    found = {e.tag.partition("}")[2]: e.text for e in task.iter()}
    assert found["Command"] == str(server.program)
    assert found["WorkingDirectory"] == str(server.folder)
    assert found["Arguments"] == "nightly"
    for name, words in (
        ("peil-nightly.service", ["nightly"]),
        ("peil-status.service", ["status", "--max-age", "26", "--notify"]),
    ):
        lines = dict(
            line.split("=", 1) for line in server.files[name].splitlines() if "=" in line[:30]
        )
        assert lines["WorkingDirectory"].replace("%%", "%") == str(server.folder)
        # systemd reads quotes and escapes as a shell does, then its own signs for % and $.
        _, program, *rest = shlex.split(lines["ExecStart"])
        assert program.replace("%%", "%").replace("$$", "$") == str(server.program)
        assert rest == words


@pytest.mark.parametrize(
    "folder",
    [
        r"C:\survey", r"C:\Program Files\R&D 'enquête' 100% (één)", r"\\server\share$\onderzoek",
        "D:\\" + 240 * "n",
    ],
    ids=["plain", "hard", "share", "long"],
)  # fmt: skip
def test_windows_takes_the_task_of_any_folder(folder):
    values = schedule_values(Path(folder), Path(rf"{folder}\peil.exe"), "peil")
    text = Template((OPERATIONS / "peil-nightly.xml").read_text(encoding="utf-8"))
    text = text.substitute(values)
    # PowerShell hands Windows a text in UTF-16, which contradicts a declaration of anything else.
    assert text.isascii()
    assert "<?xml" not in text
    task = etree.fromstring(text)
    TASK_SCHEMA.assertValid(task)
    found = {etree.QName(e).localname: e.text for e in task.iter()}
    assert found["Command"] == rf"{folder}\peil.exe"
    assert found["WorkingDirectory"] == folder


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<StartBoundary>2026-01-01T02:30:00", "<StartBoundary>2026-01-01 02:30"),
        ("PT6H", "6H"),
        ("<Command>/program</Command>", ""),
        ("<Command>/program", "<Command>"),
        ("IgnoreNew", "Ignore"),
        ("<DaysInterval>1<", "<DaysInterval>0<"),
        ("<CalendarTrigger>", "<CalendarTrigger><ScheduleByDay/>"),
        ("WorkingDirectory>", "Folder>"),
        ("/program", 261 * "p"),
        ("2004/02/mit/task", "2004/02/task"),
    ],
)
def test_the_schema_of_a_task_refuses(right, wrong):
    text = written(Path("/survey"), Path("/program"))["peil-nightly.xml"]
    TASK_SCHEMA.assertValid(etree.fromstring(text))
    assert right in text
    with pytest.raises(etree.DocumentInvalid):
        TASK_SCHEMA.assertValid(etree.fromstring(text.replace(right, wrong)))


def test_systemd_verifies_the_units_of_any_folder(server):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here: apt-get install systemd to verify the units")
    units = [name for name in server.files if name.endswith((".service", ".timer"))]
    assert len(units) == 4
    for name in units:
        (server.home / name).write_text(server.files[name])
    verified = subprocess.run(
        ["systemd-analyze", "verify", *(server.home / name for name in units)],
        capture_output=True, text=True, check=False, env=os.environ | {"SYSTEMD_LOG_LEVEL": "err"},
    )  # fmt: skip
    assert (verified.returncode, verified.stderr) == (0, "")
