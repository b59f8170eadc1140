"""The wheel in an empty environment, and a survey folder that needs no clone."""

import shutil
import stat
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import duckdb
import pytest
from conftest import peil
from made_once import copy_of
from peil.drafting.folder import project_name
from peil.errors import InputError
from peil.migrations import MIGRATIONS
from peil.project import PARTS
from peil.settings import PROJECT, default_place, section
from small_survey import labelled

# A space and a letter beyond ASCII: what paths of real offices hold.
NAME = "mijn enquête"
OWN_MODEL = "select question_code, estimate from {{ ref('estimates') }} where statistic = 'mean'\n"
OWN_TEST = "select * from {{ ref('grades_of_ours') }} where estimate > 11\n"
# A night in which dbt makes no more than what is ours; all the rest stands from the night before.
ONLY_OURS = """
import sys
from peil import quick_dbt
from peil.cli import main

class Runner(quick_dbt.dbtRunner):
    def invoke(self, arguments):
        return super().invoke([*arguments, "--select", "package:mijn_enquete"])

quick_dbt.dbtRunner = Runner
sys.argv = ["peil", "nightly"]
main()
"""


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False, timeout=600
    )


def make_wheel(folder: Path) -> None:
    """The wheel as `make release` builds it, from the files that git knows."""
    source = folder / "source"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=PROJECT,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, source / name)
    built = run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--wheel-dir", folder / "dist", source, cwd=folder,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    shutil.rmtree(source)


def wheel_of_checkout(factory: pytest.TempPathFactory, folder: Path) -> Path:
    """A copy of the wheel in this folder."""
    (wheel,) = (copy_of(factory, "wheel", make_wheel, folder) / "dist").glob("peil-*.whl")
    return wheel


def borrow_libraries(environment: Path) -> None:
    """Let an environment find what the environment of the tests holds."""
    packages = next((environment / "lib").glob("python3*")) / "site-packages"
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The folder with the programs of an environment that holds the wheel and what it needs.

    What it needs is borrowed from the environment of the tests, the checkout is not.
    """
    folder = tmp_path_factory.mktemp("installed")
    wheel = wheel_of_checkout(tmp_path_factory, folder)
    venv.create(folder / "env", symlinks=True)
    python = folder / "env" / "bin" / "python"
    done = run(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel,
        cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    borrow_libraries(folder / "env")
    where = run(python, "-c", "import peil; print(peil.__file__)", cwd=folder)
    assert where.stdout.startswith(str(folder)), where.stdout + where.stderr
    return folder / "env" / "bin"


@pytest.fixture(scope="module")
def survey(installed, tmp_path_factory) -> Path:
    """A survey folder with a model and a test of its own, after its first night.

    With models of its own dbt builds it: a small survey takes a fraction of what the demo takes.
    """
    folder = tmp_path_factory.mktemp("surveys") / NAME
    assert run(installed / "peil", "init", NAME, cwd=folder.parent).returncode == 0
    demo = run(installed / "peil", "demo", cwd=folder)
    assert demo.returncode == 0, demo.stderr
    deliveries = list((folder / "inbox").iterdir())
    assert len(deliveries) == 6
    for delivery in deliveries:
        delivery.unlink()
    small = labelled(tmp_path_factory.mktemp("small"))
    shutil.rmtree(folder / "seeds")
    shutil.copytree(small.seeds, folder / "seeds")
    shutil.copy(small.inbox / "small_survey.csv", folder / "inbox")
    (folder / "models" / "grades_of_ours.sql").write_text(OWN_MODEL)
    (folder / "tests" / "assert_grades_are_grades.sql").write_text(OWN_TEST)
    night = run(installed / "peil", "nightly", cwd=folder / "models")
    assert night.returncode == 0, night.stderr
    return folder


def test_a_night_in_a_survey_folder_publishes(survey):
    with duckdb.connect(str(survey / "published" / "peil.duckdb"), read_only=True) as connection:
        (n,) = connection.execute("select count(*) from marts.estimates").fetchone()
    assert n > 50
    assert stat.S_IMODE((survey / "inbox").stat().st_mode) == 0o700
    assert stat.S_IMODE(survey.stat().st_mode) == 0o755


def test_models_of_ones_own_refer_to_those_of_peil(survey):
    with duckdb.connect(str(survey / "warehouse" / "peil.duckdb"), read_only=True) as connection:
        (n,) = connection.execute("select count(*) from own.grades_of_ours").fetchone()
    assert n > 10


def test_nothing_is_written_into_the_installation(survey, installed):
    """Every file in it is one that the wheel brought, apart from bytecode."""
    site = next((installed.parent / "lib").glob("python3*")) / "site-packages"
    (record,) = site.glob("peil-*.dist-info/RECORD")
    brought = {line.split(",")[0] for line in record.read_text(encoding="utf-8").splitlines()}
    files = {
        str(path.relative_to(site))
        for path in (site / "peil").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files <= brought
    assert {p for p in PARTS if not (site / "peil" / "project" / p).exists()} == set()
    assert not (site / "peil" / "project" / "tests" / "python").exists()


def test_dbt_alone_builds_there_as_well(survey, installed):
    shutil.rmtree(survey / "dbt_packages")
    dbt = [installed / "python", "-c", "from dbt.cli.main import cli; cli()"]
    deps = run(*dbt, "deps", cwd=survey)
    assert deps.returncode == 0, deps.stdout
    built = run(*dbt, "build", "--select", "dim_flags", "grades_of_ours", cwd=survey)
    assert built.returncode == 0, built.stdout[-3000:]


def test_a_test_of_ones_own_stops_publication(survey, installed):
    before = (survey / "published" / "manifest.json").read_bytes()
    own = survey / "tests" / "assert_grades_are_grades.sql"
    own.write_text(OWN_TEST.replace("> 11", "> 1"))
    night = run(installed / "python", "-c", ONLY_OURS, cwd=survey)
    own.write_text(OWN_TEST)
    assert night.returncode == 1, night.stderr
    assert "assert_grades_are_grades" in night.stderr
    assert (survey / "published" / "manifest.json").read_bytes() == before


def test_a_newer_warehouse_is_refused(survey, tmp_path):
    warehouse = tmp_path / "peil.duckdb"
    shutil.copy(survey / "warehouse" / "peil.duckdb", warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        newer = len(MIGRATIONS) + 1
        connection.execute(
            f"insert into raw.schema_versions values ({newer}, now()::timestamp, '9')"
        )
    places = ["--warehouse", warehouse, "--inbox", survey / "inbox", "--published", tmp_path / "p"]
    run = peil("nightly", *places)
    assert run.returncode == 2
    assert f"a newer version of peil made this warehouse (schema version {newer};" in run.stderr
    assert "pip install -U peil" in run.stderr


def test_init_refuses_a_folder_with_files_and_an_example_that_is_none(tmp_path):
    (tmp_path / "note.txt").touch()
    refused = peil("init", tmp_path)
    assert refused.returncode == 2
    assert "is not empty" in refused.stderr
    unknown = peil("init", tmp_path / "new", "--example", "nowhere")
    assert unknown.returncode == 2
    assert "is not one of demo, " in unknown.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["note.txt"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('inbox = "in"', "'inbox' is none of its tables, [places], [notify]"),
        ("[notfy]\nwebhook = true", "'notfy' is none of its tables"),
        ('[places]\ninbox = ""', "is no place. Places are seeds, inbox"),
        ("[places]\nwarehouse = 7", "'warehouse = 7' is no place"),
        ("places = 7", "'places' is no table"),
        ("[[notify]]", "'notify' is no table"),
    ],
)
def test_a_line_of_peil_toml_that_says_nothing_is_named(tmp_path, monkeypatch, text, why):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "peil.toml").write_text(text)
    with pytest.raises(InputError) as error:
        default_place("inbox")
        section(tmp_path / "peil.toml", "notify")
    assert why in str(error.value)


def test_a_peil_toml_of_notepad_and_a_home_are_read(tmp_path, monkeypatch):
    (tmp_path / "peil.toml").write_text(
        '[places]\nwarehouse = "~/w/peil.duckdb"\n', encoding="utf-8-sig"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert default_place("warehouse") == tmp_path / "home" / "w" / "peil.duckdb"
    assert default_place("inbox") == tmp_path / "inbox"


def test_a_peil_toml_that_cannot_be_used_is_named(tmp_path, monkeypatch):
    from click.testing import CliRunner
    from peil.cli.main import peil as group

    (tmp_path / "peil.toml").write_text('[places]\ninbx = "in"\n')
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(group, ["land"])
    assert isinstance(run.exception, InputError)
    assert "peil.toml, [places]: 'inbx = 'in'' is no place" in str(run.exception)


@pytest.mark.parametrize(
    ("folder", "name"),
    [(NAME, "mijn_enquete"), ("2024", "survey_2024"), ("peil", "survey_peil"), ("Ä-b", "a_b")],
)
def test_a_folder_gives_a_project_name_that_dbt_takes(folder, name):
    assert project_name(folder) == name
