"""A codebook and a warehouse of the version before are brought to this one, with equal figures."""

import csv
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import options, peil
from peil.codebook.complete import absent
from peil.codebook.version import VERSION, VERSION_FILE
from peil.drafting.upgrade import STEPS, upgrade
from peil.errors import InputError
from peil.settings import PROJECT, Places
from small_survey import build

Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write(path: Path, rows: Rows, *without: str) -> None:
    columns = [column for column in rows[0] if column not in without]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def earlier(tmp_path) -> Path:
    """The default seeds as version 1 had them; other groups of municipalities came by hand."""
    seeds = tmp_path / "earlier" / "seeds"
    shutil.copytree(PROJECT / "seeds", seeds)
    (seeds / VERSION_FILE).unlink()
    moved = {row["attribute_code"] for row in read(seeds / "contrasts.csv")}
    every = read(seeds / "region_groups.csv")
    groups = {
        row["municipality_code"]: row["level_code"]
        for row in every if row["attribute_code"] in moved
    }  # fmt: skip
    write(seeds / "region_groups.csv", [r for r in every if r["attribute_code"] not in moved])
    (seeds / "kpi_units.csv").unlink()
    municipalities = read(seeds / "municipalities.csv")
    for row in municipalities:
        row["participation"] = groups[row["municipality_code"]]
    write(seeds / "municipalities.csv", municipalities)
    attributes = read(seeds / "attributes.csv")
    kinds = {"region": "municipality", "region_group": "participation"}
    for row in attributes:
        if row["kind"] == "region" or row["attribute_code"] in moved:
            row["kind"] = kinds[row["kind"]]
    write(seeds / "attributes.csv", attributes)
    write(seeds / "segments.csv", read(seeds / "segments.csv"), "shows_kpis")
    write(seeds / "surveys.csv", read(seeds / "surveys.csv"), "language", "has_headlines")
    topics = read(seeds / "topics.csv")
    for row in topics:
        row["topic"] = row.pop("topic_code")
    write(seeds / "topics.csv", topics, "introduction_nl", "introduction_en", "has_group_headlines")
    rules = [
        row for row in read(seeds / "thresholds.csv")
        if row["threshold_code"] != "min_new_respondents"
    ]  # fmt: skip
    write(seeds / "thresholds.csv", rules)
    return seeds


def test_there_is_a_step_to_every_version():
    assert len(STEPS) == VERSION - 1


def test_an_earlier_codebook_is_whole_after_the_upgrade_and_what_changed_is_said(earlier):
    said = upgrade(earlier)
    assert "municipalities.csv: column participation moved to region_groups.csv (58 rows)." in said
    assert "topics.csv: column topic is now topic_code." in said
    assert any("row 'min_new_respondents' added" in sentence for sentence in said)
    assert absent(earlier) == []
    for name in ("region_groups", "attributes", "municipalities", "kpi_units"):
        now, ours = (
            sorted(read(folder / f"{name}.csv"), key=str) for folder in (earlier, PROJECT / "seeds")
        )
        assert now == ours, name
    assert upgrade(earlier) == [], "a second time there is nothing to do"


def test_a_codebook_of_this_version_stays_as_it_is(tmp_path):
    seeds = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", seeds)
    assert upgrade(seeds) == []
    for path in seeds.iterdir():
        if path.is_file():
            assert path.read_bytes() == (PROJECT / "seeds" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"version = {VERSION + 1}\n", f"a codebook of version {VERSION + 1}; this peil knows"),
        ("version = 'two'\n", "'version = 'two'' is no version"),
        ("version =\n", "cannot be read as TOML"),
    ],
)
def test_a_version_that_is_newer_or_none_is_refused_and_nothing_is_written(earlier, text, words):
    (earlier / VERSION_FILE).write_text(text)
    before = {path.name: path.read_bytes() for path in earlier.iterdir() if path.is_file()}
    with pytest.raises(InputError) as raised:
        upgrade(earlier)
    assert words in str(raised.value)
    assert {p.name: p.read_bytes() for p in earlier.iterdir() if p.is_file()} == before
    night = peil("nightly", "--seeds", earlier, "--warehouse", earlier.parent / "w.duckdb")
    assert night.returncode == 2
    assert words in night.stderr


def test_a_broken_row_stops_the_upgrade_before_anything_is_written(earlier):
    with (earlier / "topics.csv").open("a") as handle:
        handle.write("short,row\n")
    before = {path.name: path.read_bytes() for path in earlier.iterdir() if path.is_file()}
    with pytest.raises(InputError, match=r"topics\.csv: a row has more or fewer cells"):
        upgrade(earlier)
    assert {p.name: p.read_bytes() for p in earlier.iterdir() if p.is_file()} == before


def test_codebook_and_warehouse_of_an_earlier_version_give_the_same_figures(copy_of_demo, earlier):
    places = Places(earlier, copy_of_demo.inbox, copy_of_demo.warehouse, copy_of_demo.published)
    figures = "select count(*), sum(hash(columns(*)::varchar)) from marts.estimates"
    with duckdb.connect(str(places.published_file), read_only=True) as connection:
        before = connection.execute(figures).fetchall()
    with duckdb.connect(str(places.warehouse)) as connection:
        connection.execute("drop table raw.schema_versions")
    refused = peil("nightly", *options(places))
    assert refused.returncode == 2
    assert "`peil codebook upgrade` adds what is absent" in refused.stderr
    upgraded = peil("upgrade", *options(places))
    assert upgraded.returncode == 0, upgraded.stderr
    assert f"{VERSION_FILE}: version {VERSION}." in upgraded.stdout
    assert ", step 1: raw tables." in upgraded.stdout
    build(places)
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        assert connection.execute(figures).fetchall() == before
