"""CI, hooks and templates call the Makefile and nothing else; the fast selection runs no night."""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import made_once
import pytest
import warm
import yaml
from conftest import APART, FAST, LONGEST_FIRST, scope_of
from hashes_in_bytes import in_bytes
from made_once import copy_of
from nights_in_tests import functions_with_a_night, starts_one
from peil.settings import PROJECT

MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.M))
GITHUB = PROJECT / ".github" / "workflows" / "ci.yml"
GITLAB = PROJECT / ".gitlab-ci.yml"
HOOKS = PROJECT / ".pre-commit-config.yaml"
FORMS = sorted((PROJECT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def commands() -> dict[str, list[str]]:
    """What every file of CI and hooks runs."""
    github = [
        step["run"] for job in read(GITHUB)["jobs"].values() for step in job["steps"]
        if "run" in step
    ]  # fmt: skip
    gitlab = [line for job in read(GITLAB).values() if "script" in job for line in job["script"]]
    hooks = [hook["entry"] for repo in read(HOOKS)["repos"] for hook in repo["hooks"]]
    return {"github": github, "gitlab": gitlab, "hooks": hooks}


@pytest.mark.parametrize("where", ["github", "gitlab", "hooks"])
def test_every_command_is_a_target_of_the_makefile(where):
    found = commands()[where]
    assert found
    for command in found:
        program, target, *variables = command.split()
        assert program == "make" and target in TARGETS, command
        assert all(re.fullmatch(r"PYTHON=\S+( \}\})?|matrix\.python|\}\}", v) for v in variables)


def test_hooks_download_nothing():
    assert {repo["repo"] for repo in read(HOOKS)["repos"]} == {"local"}
    assert {h["language"] for repo in read(HOOKS)["repos"] for h in repo["hooks"]} == {"system"}


def test_both_ci_test_the_same_versions_of_python():
    github = read(GITHUB)["jobs"]["test"]["strategy"]["matrix"]["python"]
    gitlab = read(GITLAB)["test"]["parallel"]["matrix"][0]["PYTHON_VERSION"]
    assert github == gitlab
    assert len(github) >= 3


def test_help_shows_every_target():
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=PROJECT, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.M)
    assert phony
    assert set(phony[1].split()) == TARGETS
    assert {line.split("\t")[0] for line in shown.splitlines()} == TARGETS


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_an_issue_form_is_one(form):
    held = read(form)
    if form.stem == "config":
        assert set(held) == {"blank_issues_enabled", "contact_links"}
        return
    assert {"name", "description", "body"} <= set(held)
    kinds = [part["type"] for part in held["body"]]
    assert set(kinds) <= {"markdown", "textarea", "input", "dropdown", "checkboxes"}
    asked = [part for part in held["body"] if part["type"] != "markdown"]
    assert len({part["id"] for part in asked}) == len(asked)
    assert all(part["attributes"]["label"] for part in asked)
    assert any(part.get("validations", {}).get("required") for part in asked)


def test_both_forges_show_the_same_template():
    github = PROJECT / ".github" / "PULL_REQUEST_TEMPLATE.md"
    gitlab = PROJECT / ".gitlab" / "merge_request_templates" / "Default.md"
    assert github.read_bytes() == gitlab.read_bytes()


SOURCES = {
    "helpers": """
def peil(*words): ...
def night(places): return peil("nightly", places)
def build(): return run([sys.executable, "-m", "dbt.cli.main", "build"])
def check(places): return peil("codebook", "check", places)
""",
    "test_one": """
from helpers import night as one_night, check
def made(folder):
    def later(): return one_night(folder)
    return later
def test_through_a_helper(): made(1)()
def test_that_lands(): return land(1)
def test_that_checks(): check(1)
def test_that_speaks_of_it(): assert "nightly" == "nightly"
def test_with_another_of_that_name(places): places.night()
""",
    "test_two": """
def made(): return 1
def test_with_its_own_helper(): made()
def test_in_this_process(): dbt_build(1)
""",
}


def test_what_runs_a_night_is_found_through_helpers_and_imports():
    assert functions_with_a_night(SOURCES) == {
        ("helpers", "night"), ("helpers", "build"), ("test_one", "made"), ("test_one", "later"),
        ("test_one", "test_that_lands"),
        ("test_one", "test_through_a_helper"), ("test_two", "test_in_this_process"),
    }  # fmt: skip
    assert starts_one(["python", "-m", "peil", "nightly", "--seeds", Path("seeds")])
    assert not starts_one(["python", "-m", "peil", "codebook", "check"])


NIGHTS = '''
import subprocess, sys
import pytest
from conftest import peil

def test_hidden():
    """A night that no reading of the code finds."""
    subprocess.run([sys.executable, "-c", "0", "night" + "ly"], check=True)

def test_forked():
    peil("night" + "ly", "--help")

@pytest.fixture
def warm():
    return ["nightly"]

def test_marked(warm):
    assert warm
'''


@pytest.mark.slow
def test_the_fast_selection_refuses_a_night_that_was_not_seen(tmp_path):
    (tmp_path / "test_planted.py").write_text(NIGHTS, encoding="utf-8")
    run = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider",
            "-c", str(PROJECT / "pyproject.toml"), "-m", FAST, str(tmp_path),
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    # At the start of a line: a wide screen has it once more, in the summary.
    refusal = r"^E +RuntimeError: a test of the fast selection runs a night"
    assert len(re.findall(refusal, run.stdout, re.MULTILINE)) == 2, run.stdout + run.stderr
    assert "2 failed" in run.stdout


def test_the_demo_is_not_in_the_fast_selection(request):
    """The tests of this run, marked by conftest: who uses the demo or its release is marked."""
    for item in request.session.items:
        used = set(getattr(item, "fixturenames", ()))
        if used & {"demo", "published", "warehouse", "site", "copy_of_demo"}:
            assert item.get_closest_marker("night"), item.nodeid


def test_the_longest_tests_start_first_and_are_there():
    """A test that was renamed would start last, and a worker would wait for it."""
    for scope in LONGEST_FIRST:
        file, _, test = scope.partition("::")
        source = (PROJECT / "tests" / "python" / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in source, scope
        assert bool(test) == (file.removesuffix(".py") in APART), scope
    assert scope_of("tests/python/test_nightly.py::test_x[a/b::c]") == "test_nightly.py::test_x"
    assert scope_of("tests/python/test_site.py::test_x[a/b::c]") == "test_site.py"


def test_what_is_made_once_is_made_by_the_first_who_asks(tmp_path_factory, tmp_path, monkeypatch):
    """Also when it failed before, and anew when what it is made of is other."""
    monkeypatch.setenv("PEIL_TEST_WAREHOUSES", str(tmp_path / "kept"))
    made = []

    def make(folder):
        made.append(folder)
        (folder / "part").touch()
        time.sleep(0.2)
        if len(made) == 1:
            raise OSError("half made")
        (folder / "rest").touch()

    def ask(number):
        return copy_of(tmp_path_factory, "thing", make, tmp_path / str(number))

    with pytest.raises(OSError, match="half made"):
        ask(0)
    with ThreadPoolExecutor(2) as pool:
        copies = list(pool.map(ask, (1, 2)))
    assert len(made) == 2
    for folder in copies:
        assert {path.name for path in folder.iterdir()} == {"part", "rest"}
    (copies[0] / "part").unlink()
    assert (ask(3) / "part").exists(), "a copy of one test is not that of another"
    monkeypatch.setattr(made_once, "_digest", lambda: "other code")
    ask(4)
    assert len(made) == 3


@pytest.mark.skipif(not warm.IS_POSSIBLE, reason="processes are forked on Linux")
def test_a_fork_ends_and_says_what_a_process_from_nothing_does(tmp_path):
    seen = {**os.environ, "COLUMNS": "90"}
    for words, code in (["summary", "--help"], 0), (["codebook", "check", "--seeds", "x"], 2):
        forked = warm.run("peil", words, tmp_path, seen, 60)
        plain = subprocess.run(
            [sys.executable, "-m", "peil", *words], cwd=tmp_path, env=seen, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        ends = [(run.returncode, run.stdout, run.stderr) for run in (forked, plain)]
        assert ends[0] == ends[1]
        assert forked.returncode == code
    assert warm.run("peil", ["--help"], tmp_path, seen | {"OMP_NUM_THREADS": "3"}, 60) is None
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run("peil", ["--help"], tmp_path, seen, 1e-6)


def test_hashes_are_found_wherever_they_stand_in_bytes():
    texts = {f"{number:032x}" for number in range(100)}
    content = b"x%032xyabc%032x\0%031x;0%032xff" % (3, 5, 7, 9)
    found = in_bytes(texts, content)
    assert found == {text for text in texts if text.encode() in content}
    assert {f"{number:032x}" for number in (3, 5, 9)} <= found
