"""What analysts use: example queries, the documentation, every way to connect that runs here."""

import os
import re
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from conftest import connecting_example, options, peil
from peil.settings import PROJECT, Places
from playwright.sync_api import Browser

ALL = sorted((PROJECT / "analyses").glob("*.sql"))
# The demo has one wave; test_linear_trends.py runs this one on three.
ANALYSES = [path for path in ALL if path.stem != "changes_since_the_base_wave"]
REF = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")


def test_there_are_at_least_ten_example_queries():
    assert len(ANALYSES) >= 10


@pytest.mark.parametrize("query", ANALYSES, ids=lambda path: path.stem)
def test_example_query_answers_its_question_from_the_published_file(published, query: Path):
    text = query.read_text()
    assert text.startswith("-- "), "begins with the question it answers"
    rows = published.sql(REF.sub(r"marts.\1", text)).fetchall()
    assert rows, "finds nothing in the demo"


def test_every_table_and_column_is_described_in_the_file(published):
    undescribed = published.sql(
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'marts' and comment is null "
        "union all select table_name, null from duckdb_tables() where comment is null"
    ).fetchall()
    assert undescribed == []


def test_exposures_name_every_published_table_and_what_the_site_reads(published):
    exposures = {
        exposure["name"]: set(re.findall(r"ref\('(\w+)'\)", " ".join(exposure["depends_on"])))
        for exposure in yaml.safe_load((PROJECT / "models" / "exposures.yml").read_text())[
            "exposures"
        ]
    }
    tables = {
        name for (name,) in published.sql("select table_name from duckdb_tables()").fetchall()
    }
    assert exposures["published_file"] == tables
    assert exposures["workbook"] == tables
    read = {
        folder: {
            table
            for path in (PROJECT / "scripts" / "peil" / folder).rglob("*.py")
            for table in re.findall(r"\bmarts\.(\w+)", path.read_text())
        }
        for folder in ("site", "report")
    }
    assert exposures["site"] == read["site"]
    assert exposures["summary"] == read["site"] | read["report"]


def test_python_example_runs_with_the_locked_duckdb(reader: Path):
    done = subprocess.run(
        [sys.executable, "-c", connecting_example("python")],
        cwd=reader,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Totaal" in done.stdout


@pytest.mark.parametrize("series", ["1.1", "1.4", "2.0"])
def test_python_example_runs_with_other_duckdbs(reader: Path, series: str, tmp_path: Path):
    """Readers have other versions than we; each is installed apart, from the package index."""
    target = tmp_path / "packages"
    installed = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:",
         "--disable-pip-version-check", "--target", target, f"duckdb=={series}.*"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if installed.returncode:
        pytest.skip(f"DuckDB {series} cannot be installed here")
    check = f"import duckdb; assert duckdb.__version__.startswith('{series}.')\n"
    program = check + connecting_example("python") + (
        "with duckdb.connect('published/peil.duckdb', read_only=True) as connection:\n"
        "    assert connection.sql(\"from marts.crosstab('overall_grade', 'gender')\").fetchall()\n"
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=reader,
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Totaal" in done.stdout


def test_r_example_runs(reader: Path):
    has_r = (
        shutil.which("Rscript")
        and not subprocess.run(
            ["Rscript", "-e", "library(duckdb)"], capture_output=True, check=False
        ).returncode
    )
    if not has_r:
        pytest.skip("R with the package duckdb is not here")
    done = subprocess.run(
        ["Rscript", "-e", connecting_example("r")],
        cwd=reader,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def docs(demo: Places) -> Path:
    done = peil("docs", *options(demo))
    assert done.returncode == 0, done.stderr
    return demo.published / "docs"


def test_documentation_is_one_page_with_every_table(docs: Path, published):
    page = (docs / "index.html").read_text()
    assert [path.name for path in docs.iterdir()] == ["index.html"]
    for (table,) in published.sql("select table_name from duckdb_tables()").fetchall():
        assert f"model.peil.{table}" in page
    for exposure in ("site", "summary", "workbook", "published_file"):
        assert f"exposure.peil.{exposure}" in page


def test_documentation_opens_on_our_overview_and_fits_a_telephone(docs: Path, browser: Browser):
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto((docs / "index.html").as_uri())
    page.wait_for_selector("text=Where to start")
    text = page.locator(".app-content").bounding_box()
    search = page.locator("input:visible").first
    search.fill("rapportcijfer dienstverlening")
    search.press("Enter")
    page.wait_for_selector("text=search results")
    found = page.inner_text(".app-content")
    page.close()
    assert text is not None
    assert text["x"] == 0 and text["width"] == 360
    # The label of a question, which stands in no description of dbt.
    assert "report_grades" in found


def test_documentation_asks_nothing_of_other_addresses(docs: Path, browser: Browser):
    handler = partial(SimpleHTTPRequestHandler, directory=str(docs))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        own = f"http://127.0.0.1:{server.server_port}/"
        page, requests = browser.new_page(), []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(f"{own}#!/model/model.peil.estimates", wait_until="networkidle")
        page.get_by_text("significantly_higher_than").first.wait_for()
        page.close()
        server.shutdown()
    assert [url for url in requests if not url.startswith((own, "data:", "blob:"))] == []
