"""A night with nothing new leaves the release; whatever could change a figure makes a new one."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import options, peil
from peil import built
from peil.nights.unchanged import release_in_force
from peil.settings import PROJECT, Places


def sql(places: Places, statement: str) -> None:
    with duckdb.connect(str(places.warehouse)) as connection:
        connection.execute(statement)


def a_seed(places: Places) -> None:
    flags = places.seeds / "flags.csv"
    flags.write_text(flags.read_text(encoding="utf-8").replace("Te", "Veel te", 1))


def a_manifest(places: Places) -> None:
    path = places.published / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["built"]["tested_at"] = "2000-01-01T00:00:00+00:00"
    path.write_text(json.dumps(manifest), encoding="utf-8")


def a_byte(places: Places) -> None:
    with places.published_file.open("ab") as handle:
        handle.write(b"\0")


CHANGES = {
    "a seed": a_seed,
    "a build that did not end": lambda p: sql(p, "update nights.build set tested_at = null"),
    "a later build by hand": lambda p: sql(
        p, "update nights.build set tested_at = tested_at + interval 1 minute"
    ),
    "a delivery that is gone": lambda p: sql(p, "update raw.deliveries set status = 'purged'"),
    "a delivery that came": lambda p: sql(
        p, "insert into raw.deliveries (delivery_key, status) values ('x', 'landed')"
    ),
    "a manifest of another build": a_manifest,
    "no manifest": lambda p: (p.published / "manifest.json").unlink(),
    "a published file that is not whole": a_byte,
    "no published file": lambda p: p.published_file.unlink(),
    "a page that is gone": lambda p: (p.published / "site" / "index.html").unlink(),
    "a page that was edited": lambda p: (p.published / "site" / "index.html").write_text("x"),
    "no link to the site": lambda p: (p.published / "site").unlink(),
    "no documents": lambda p: shutil.rmtree((p.published / "documents").resolve()),
    "no warehouse": lambda p: p.warehouse.unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_could_change_a_figure_makes_a_new_release(copy_of_small, change):
    assert release_in_force(copy_of_small)
    CHANGES[change](copy_of_small)
    assert not release_in_force(copy_of_small)


@pytest.mark.parametrize("changed", ["a library", "the package", "a model"])
def test_other_code_makes_a_new_release(copy_of_small, monkeypatch, tmp_path, changed):
    if changed == "a library":
        monkeypatch.setattr(built, "LIBRARIES", ("click", "duckdb"))
    elif changed == "the package":
        package = tmp_path / "package"
        shutil.copytree(PROJECT / "scripts" / "peil", package)
        (package / "site" / "static" / "site.css").write_text("body { color: red }")
        monkeypatch.setattr(built, "_PACKAGE", package)
    else:
        monkeypatch.setattr(built, "CODE", (*built.CODE, "README.md"))
    assert not release_in_force(copy_of_small)


def test_a_night_with_nothing_new_builds_nothing(copy_of_small):
    def releases() -> list[Path]:
        return sorted((copy_of_small.published / "releases").iterdir())

    before, file = releases(), copy_of_small.published_file.stat().st_mtime_ns
    shutil.rmtree(copy_of_small.dbt_target)
    night = peil("nightly", *options(copy_of_small), PEIL_HASH_KEY="test")
    assert night.returncode == 0, night.stderr
    assert "Nothing changed since the release of 20" in night.stderr
    assert "`--force` builds it anew" in night.stderr
    assert releases() == before
    assert copy_of_small.published_file.stat().st_mtime_ns == file
    assert "steps done" not in night.stderr
