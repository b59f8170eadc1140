"""Shared fixtures: a demo built once per session the way a user builds it, and `peil` runs."""

import contextlib
import csv
import hashlib
import io
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from unittest import mock

import duckdb
import pytest
import warm
from hypothesis import HealthCheck, settings
from made_once import copy_of
from nights_in_tests import runs_a_night, starts_one
from peil.cli import main
from peil.demo import write_demo
from peil.drafts import draft_of
from peil.gate import gate
from peil.gate.worker_client import Worker
from peil.kept import can_keep, kept_folder
from peil.nights.plans import PARSED
from peil.settings import PROJECT, Places
from playwright.sync_api import Browser, expect, sync_playwright
from site_pages import Page, pages_of
from watching import readable_during

SHARED = PROJECT.parent / "shared"
AWKWARD = PROJECT / "tests" / "python" / "awkward"
LONGEST_RUN = 600
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic",
]  # fmt: skip


warm.use_judge()
warm.use_reader()

# Examples are the same in every run, however busy the machine; `make fuzz` draws others. What
# fixtures give an example, the next may have too.
settings.register_profile(
    "same", deadline=None, derandomize="PEIL_FUZZ" not in os.environ, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
settings.load_profile("same")
# A page answers within milliseconds, but for a machine that does something else.
expect.set_options(timeout=30_000)

# Tests side by side (`-n`). The tests of one file run in one process, where they share what its
# fixtures build; the tests of these files share no more than copies of what is made once.
APART = {"test_nightly", "test_nights", "test_privacy", "test_raking_groups"}
FAST = "not night and not slow"
# Whole files are drafted, raked, backed up and written as workbooks here: seconds a test.
SLOW = (
    "test_draft.py", "test_rake_files.py", "test_codebook_workbook.py", "test_backup.py",
    "test_population.py",
)  # fmt: skip
# The longest start first, so that no worker is left with one at the end. The first of all makes the
# demo and compiles the plan of a night; what stands second needs neither, so that the other worker
# does not wait for the one or make the other as well.
LONGEST_FIRST = (
    "test_nightly.py::test_dbt_build_alone_builds_and_runs_every_unit_test_and_test_of_tests",
    "test_install.py",
    "test_replay.py",
    "test_count_packages.py",
    "test_tiny_inputs.py",
    "test_draft.py",
    "test_nightly.py::test_a_night_in_parts_on_another_machine_gives_the_figures_of_the_whole",
    "test_site_pages.py",
    "test_fuzz.py",
    "test_trends.py",
    "test_two_releases.py",
    "test_weighting_in_the_warehouse.py",
    "test_nightly.py::test_a_failed_test_stops_publication_and_leaves_the_published_file",
    "test_hostile.py",
    "test_other_surveys.py",
    "test_docs_tutorial.py",
    "test_upgrade.py",
    "test_purge.py",
    "test_privacy.py::test_a_purge_removes_the_microdata_and_keeps_the_published_figures",
    "test_codebook_upgrade.py",
    "test_landing.py",
    "test_recommendations.py",
    "test_real_deliveries.py",
    "test_awkward.py",
    "test_codebook.py",
    "test_r_parity.py",
    "test_research.py",
    "test_pew.py",
    "test_kpis.py",
    "test_export.py",
    "test_site_planted.py",
    "test_site.py",
)


def scope_of(nodeid: str) -> str:
    """What goes to one worker as a whole: a file of tests, or a test of a file in APART."""
    # What stands in brackets may hold anything, a slash too; those tests stay together.
    file, _, test = nodeid.partition("[")[0].rpartition("/")[2].partition("::")
    return f"{file}::{test}" if file.removesuffix(".py") in APART else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    config.option.loadscopereorder = False  # the order is that of LONGEST_FIRST
    return Groups(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """In the fast selection a night is refused, whatever starts it."""
    if config.getoption("markexpr") == FAST:
        sys.addaudithook(_refuse_nights)


def _refuse_nights(event: str, arguments: tuple) -> None:
    is_night = event == "import" and arguments[0] == "dbt.cli.main"
    if event in ("subprocess.Popen", "warm.run"):
        command = arguments[0] if event == "warm.run" else arguments[1]
        is_night = starts_one(command.split() if isinstance(command, str) else command)
    if is_night:
        raise RuntimeError("a test of the fast selection runs a night: see nights_in_tests.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Scopes are dealt in the order in which their tests stand here.
        places = {scope: place for place, scope in enumerate(LONGEST_FIRST)}
        items.sort(key=lambda item: places.get(scope_of(item.nodeid), len(places)))
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        fixtures = item._fixtureinfo.name2fixturedefs.values()
        if runs_a_night([item.function, *(known[-1].func for known in fixtures)]):
            item.add_marker("night")
        if item.path.name in SLOW:
            item.add_marker("slow")


def peil(*arguments: object, **environment: str) -> subprocess.CompletedProcess:
    """Run the `peil` command line as a user does, in a process of its own."""
    return _run("peil", arguments, environment)


def dbt(*arguments: object, target: Path, **environment: str) -> subprocess.CompletedProcess:
    """Run dbt in the project as a user does, in a process of its own.

    A parse is ten times what reading one takes: what the last run parsed of this checkout is put
    into the folder `target`, where dbt keeps its own, and dbt parses what differs.
    """
    checkout = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:8]
    kept = kept_folder("tests") / f"{checkout}-{PARSED}"
    parsed = target / PARSED
    if kept.exists() and not parsed.exists():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(kept, parsed)
    # Each statement in a log of the checkout is read by nobody.
    where = ["--target-path", target, "--log-level-file", "none"]
    done = _run("dbt.cli.main", [*arguments, *where], environment)
    if parsed.exists() and can_keep("tests"):
        draft = draft_of(kept)
        shutil.copy2(parsed, draft)
        draft.replace(kept)
    return done


def run_code(code: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess:
    """Python that uses dbt, in a process of its own."""
    return _run("dbt.cli.main", arguments, environment, code)


def _run(
    module: str, arguments: Iterable, environment: dict, code: str | None = None
) -> subprocess.CompletedProcess:
    words, variables = [*map(str, arguments)], {**os.environ, "COLUMNS": "200", **environment}
    done = warm.run(module, words, PROJECT, variables, LONGEST_RUN, code)
    started = ["-m", module] if code is None else ["-c", code]
    return done or subprocess.run(
        [sys.executable, *started, *words], cwd=PROJECT, env=variables, capture_output=True,
        text=True, check=False, timeout=LONGEST_RUN,
    )  # fmt: skip


def here(*arguments: object) -> subprocess.CompletedProcess:
    """Run `peil` in this process, where nothing depends on a process of its own: a second less."""
    words = ["peil", *map(str, arguments)]
    out, err, code = io.StringIO(), io.StringIO(), 0
    earlier, handlers = os.umask(0o022), logging.getLogger("peil").handlers
    os.umask(earlier)
    with (
        mock.patch.object(sys, "argv", words), contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err), mock.patch.dict(os.environ, COLUMNS="200"),
    ):  # fmt: skip
        try:
            main()
        except SystemExit as end:
            code = end.code
        finally:
            os.umask(earlier)
            logging.getLogger("peil").handlers = handlers
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


# Published figures are rounded: what must equal R to the last digit is read here.
UNROUNDED = (
    "(select * from estimates.est_estimates "
    "inner join estimates.est_measures using (measure_id, survey_code)) as unrounded"
)


def places_in(folder: Path, seeds: Path = PROJECT / "seeds") -> Places:
    return Places(
        seeds=seeds,
        inbox=folder / "inbox",
        warehouse=folder / "warehouse" / "peil.duckdb",
        published=folder / "published",
    )


def options(places: Places) -> list[object]:
    """The four places as options of `peil`."""
    return [
        "--seeds", places.seeds, "--inbox", places.inbox,
        "--warehouse", places.warehouse, "--published", places.published,
    ]  # fmt: skip


def shared(*parts: str) -> Path:
    """A reference file beside the repository; the test skips where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs {'/'.join(parts)} of the shared reference data, which is not here")
    return path


def connecting_example(language: str) -> str:
    """The example in a language, as it stands in docs/connecting.md."""
    guide = (PROJECT / "docs" / "connecting.md").read_text(encoding="utf-8")
    found = re.search(rf"```{language}\n(.*?)```", guide, re.S)
    assert found, f"docs/connecting.md has no example in {language}"
    return found[1]


def any_date(seeds: Path) -> None:
    """Widen the fieldwork of drafted seeds: a draft does not know when the answers were given."""
    waves = seeds / "waves.csv"
    with waves.open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle)
    start, end = header.index("fieldwork_start"), header.index("fieldwork_end")
    for row in rows:
        row[start], row[end] = "1990-01-01", "2030-12-31"
    with waves.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([header, *rows])


def ledger_agrees(connection: duckdb.DuckDBPyConnection) -> int:
    """Every delivery that landed has the rows the ledger counts, and no other row exists.

    Returns:
        How many deliveries landed.
    """
    tables = ("answers", "open_answers", "rejects", "population", "kpi_values", "user_missing")
    for table in tables:
        stray = connection.execute(
            f"select count(*) from raw.{table} where delivery_key not in "
            "(select delivery_key from raw.deliveries where status = 'landed')"
        ).fetchone()[0]
        assert stray == 0, f"raw.{table} holds {stray} rows of no delivery"
    deliveries = connection.execute(
        "select delivery_key, file_name, n_cells, n_open_answers, n_rejects, "
        "case when exists (select 1 from raw.population p where p.delivery_key = d.delivery_key) "
        "then 'population' "
        "when exists (select 1 from raw.kpi_values k where k.delivery_key = d.delivery_key) "
        "then 'kpi_values' else 'answers' end "
        "from raw.deliveries d where status = 'landed'"
    ).fetchall()
    for key, name, n_cells, n_open, n_rejects, stored_in in deliveries:
        counts = [
            connection.execute(
                f"select count(*) from raw.{table} where delivery_key = ?", [key]
            ).fetchone()[0]
            for table in (stored_in, "open_answers", "rejects")
        ]
        # Population and KPI values are stored four cells to a row, answers one.
        n_rows = n_cells if stored_in == "answers" else n_cells // 4
        assert counts == [n_rows, n_open, n_rejects], name
    names = [name for _, name, *_ in deliveries]
    assert len(names) == len(set(names)), "a file is in force twice"
    return len(deliveries)


# What other users might read while the demo was made, a path per line.
READABLE = "readable.txt"


def make_demo(folder: Path) -> None:
    places = places_in(folder)
    simulated = peil("demo", *options(places))
    assert simulated.returncode == 0, simulated.stderr
    readable = readable_during(places, "nightly", *options(places))
    listed = sorted(path.relative_to(folder).as_posix() for path in readable)
    (folder / READABLE).write_text("\n".join(listed), encoding="utf-8")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """The demo after one night: simulated, landed, built, tested, published. Do not change it."""
    folder = tmp_path_factory.mktemp("demo")
    return places_in(copy_of(tmp_path_factory, "demo", make_demo, folder))


@pytest.fixture
def copy_of_demo(demo: Places, tmp_path: Path) -> Places:
    """The demo's places, copied, for a test that changes them."""
    places = places_in(tmp_path)
    for name in ("inbox", "warehouse", "published"):
        shutil.copytree(demo.published.parent / name, tmp_path / name, symlinks=True)
    return places


def make_small(folder: Path) -> None:
    from small_survey import labelled, night

    done = night(labelled(folder))
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's six files, simulated once for all files of tests."""
    folder = tmp_path_factory.mktemp("deliveries")
    return copy_of(tmp_path_factory, "deliveries", make_deliveries, folder)


def make_deliveries(folder: Path) -> None:
    write_demo(folder, PROJECT / "seeds")


def make_awkward(folder: Path) -> None:
    places = places_in(folder, seeds=AWKWARD / "seeds")
    places.inbox.mkdir()
    for path in AWKWARD.glob("[dl]*_*.csv"):
        shutil.copy(path, places.inbox)
    done = peil("nightly", *options(places))
    assert done.returncode == 0, done.stderr


@pytest.fixture
def copy_of_small(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Places:
    """A survey of 90 respondents after one night, with its seeds, for a test that changes it."""
    copy_of(tmp_path_factory, "small", make_small, tmp_path)
    return places_in(tmp_path, seeds=tmp_path / "seeds")


@pytest.fixture(scope="session")
def published(demo: Places) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo's published file, opened as every reader opens it."""
    with duckdb.connect(str(demo.published_file), read_only=True) as connection:
        yield connection


@pytest.fixture
def warehouse(demo: Places) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo's working database, read only."""
    with duckdb.connect(str(demo.warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture
def reader(demo: Places, tmp_path: Path) -> Path:
    """A folder in which `published/peil.duckdb` is the demo's, as the examples expect."""
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "peil.duckdb").symlink_to(demo.published_file)
    return tmp_path


@pytest.fixture(scope="session")
def site(demo: Places) -> Path:
    """The site of the demo's release."""
    return demo.published / "site"


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, Page]:
    """The pages of that site, read."""
    return pages_of(site)


@pytest.fixture
def empty_places(tmp_path: Path) -> Places:
    """Places of a user who has nothing yet, with an empty inbox."""
    places = places_in(tmp_path)
    places.inbox.mkdir()
    return places


@pytest.fixture
def estimate(published: duckdb.DuckDBPyConnection) -> Callable[..., float]:
    """Look one figure up in the published file."""

    def look_up(
        question: str,
        statistic: str = "share",
        *,
        option: str | None = None,
        segment: str = "total",
        value: str = "total",
        scheme: str = "gender_age",
    ) -> float:
        rows = published.execute(
            "select estimate from marts.estimates where question_code = ? and statistic = ? "
            "and option_code is not distinct from ? and segment_code = ? and segment_value = ? "
            "and weighting_scheme = ?",
            [question, statistic, option, segment, value, scheme],
        ).fetchall()
        assert len(rows) == 1, f"{len(rows)} rows for {question} {statistic} {option} {value}"
        return rows[0][0]

    return look_up


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One process with Great Expectations per file of tests."""
    worker = gate.Worker()
    yield worker
    worker.close()


@pytest.fixture
def one_worker(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every gate of this test asks the worker that runs already, and leaves it running."""
    monkeypatch.setattr(gate, "Worker", lambda: worker)
    monkeypatch.setattr(worker, "close", lambda: None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium to test the pages")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
