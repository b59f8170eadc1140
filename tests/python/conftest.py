"""Shared fixtures: a demo built once per session the way a user builds it, and `peil` runs."""

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from nights_in_tests import runs_a_night, starts_one
from peil.gate import gate
from peil.gate.worker_client import Worker
from peil.settings import PROJECT, Places
from playwright.sync_api import Browser, sync_playwright

SHARED = PROJECT.parent / "shared"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic",
]  # fmt: skip


# Tests side by side (`-n`). The tests of one file run in one process, where they share what its
# fixtures build; the tests of these share no more than the demo.
APART = {
    "test_nightly", "test_nights", "test_privacy", "test_raking_groups", "test_upgrade",
    "test_weighting_in_the_warehouse",
}  # fmt: skip


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = Path(nodeid.split("::")[0]).stem
            return nodeid if file in APART else file

    return Groups(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """In the fast selection a night is refused, whatever starts it."""
    if config.getoption("markexpr") == "not night":
        sys.addaudithook(_refuse_nights)


def _refuse_nights(event: str, arguments: tuple) -> None:
    is_night = event == "import" and arguments[0] == "dbt.cli.main"
    if event == "subprocess.Popen":
        command = arguments[1]
        is_night = starts_one(command.split() if isinstance(command, str) else command)
    if is_night:
        raise RuntimeError("a test of the fast selection runs a night: see nights_in_tests.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        fixtures = item._fixtureinfo.name2fixturedefs.values()
        if runs_a_night([item.function, *(known[-1].func for known in fixtures)]):
            item.add_marker("night")


def peil(*arguments: object, **environment: str) -> subprocess.CompletedProcess:
    """Run the `peil` command line as a user does, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "peil", *map(str, arguments)],
        cwd=PROJECT,
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


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


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """The demo after one night: simulated, landed, built, tested, published. Do not change it."""
    places = places_in(tmp_path_factory.mktemp("demo"))
    simulated = peil("demo", *options(places))
    assert simulated.returncode == 0, simulated.stderr
    night = peil("nightly", *options(places))
    assert night.returncode == 0, night.stderr
    return places


@pytest.fixture
def copy_of_demo(demo: Places, tmp_path: Path) -> Places:
    """The demo's places, copied, for a test that changes them."""
    places = places_in(tmp_path)
    for name in ("inbox", "warehouse", "published"):
        shutil.copytree(demo.published.parent / name, tmp_path / name, symlinks=True)
    return places


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
    """One process with Great Expectations per file of tests; starting it takes seconds."""
    worker = Worker()
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


class _Tables(HTMLParser):
    """The cells of the tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list) -> None:  # noqa: ARG002
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            self.tables[-1][-1][-1] += data


def tables_of_page(page: str) -> list[list[list[str]]]:
    """Rows of cells of every table of an HTML page, as text."""
    reader = _Tables()
    reader.feed(page)
    return reader.tables
