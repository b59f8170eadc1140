"""The Evidence project for analysts: its queries run on what is published and show nothing else."""

import json
import re

import duckdb
import pytest
from peil.settings import PROJECT

EVIDENCE = PROJECT / "evidence"
SOURCES = sorted((EVIDENCE / "sources" / "peil").glob("*.sql"))
PAGES = sorted((EVIDENCE / "pages").glob("*.md"))


def queries_of(page: str) -> dict[str, str]:
    return dict(re.findall(r"```sql (\w+)\n(.*?)```", page, re.S))


@pytest.fixture
def sources(published):
    """The sources as the pages see them, in a database of their own."""
    cursor = published.cursor()
    frames = {path.stem: cursor.sql(path.read_text("utf-8")).to_arrow_table() for path in SOURCES}
    cursor.close()
    with duckdb.connect() as connection:
        connection.execute("create schema peil")
        for name, frame in frames.items():
            connection.register("frame", frame)
            connection.execute(f"create table peil.{name} as select * from frame")
        yield connection


def test_every_source_has_rows_and_selects_from_marts_only(published):
    assert SOURCES
    for path in SOURCES:
        sql = path.read_text("utf-8")
        read = re.findall(r"(?<!distinct )\b(?:from|join) (\w+)\.", sql)
        assert set(read) == {"marts"}, path.name
        assert published.sql(sql).fetchone(), path.name


def test_figures_are_those_that_may_be_shown(published, sources):
    shown = published.execute(
        "select count(*) from marts.estimates where is_default_scheme and not is_withheld and "
        "wave_code in (select wave_code from marts.about where is_latest_wave)"
    ).fetchone()
    assert sources.sql("select count(*) from peil.figures").fetchone() == shown
    assert sources.sql("select count(*) from peil.figures where estimate is null").fetchone() == (
        0,
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_query_of_a_page_runs_on_the_sources(sources, page):
    queries = queries_of(page.read_text("utf-8"))
    assert queries
    chosen: dict[str, str] = {}
    for name, query in queries.items():
        for parameter in re.findall(r"\$\{inputs\.(\w+)\.value\}", query):
            query = query.replace(f"${{inputs.{parameter}.value}}", chosen[parameter])
        rows = sources.sql(query).fetchall()
        assert rows, f"{page.name}: {name}"
        chosen[name.removesuffix("s")] = str(rows[0][0])


def test_versions_are_pinned_and_nothing_is_reported_outside():
    package = json.loads((EVIDENCE / "package.json").read_text("utf-8"))
    pins = {**package["dependencies"], **package["devDependencies"], **package["overrides"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+(-r\.\d+)?", version) for version in pins.values())
    settings = json.loads((EVIDENCE / "evidence.settings.json").read_text("utf-8"))
    assert settings == {"send_anonymous_usage_stats": "no"}
    lock = json.loads((EVIDENCE / "package-lock.json").read_text("utf-8"))
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    patched = next(EVIDENCE.glob("patches/*.patch")).stem
    version = lock["packages"]["node_modules/@evidence-dev/universal-sql"]["version"]
    assert patched == f"@evidence-dev+universal-sql+{version}"
