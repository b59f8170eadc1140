"""After a purge no file holds an answer or a respondent of the wave: each is opened and read."""

import shutil
import subprocess
from unittest import mock

import duckdb
import pyreadstat
import pytest
from conftest import options, peil, places_in
from hashes_in_bytes import in_bytes
from peil.export import run
from peil.nights import purge_files
from peil.warehouse import quoted


@pytest.fixture(scope="module")
def prepared(demo, tmp_path_factory):
    """The demo with a research file, two exports of respondents, and what killed runs leave.

    The warehouse knows its exports by their path: each test has its copy at the same one.
    """
    folder = tmp_path_factory.mktemp("purge")
    places = places_in(folder / "places")
    shutil.copytree(demo.published.parent, folder / "places", symlinks=True)
    assert peil("research", *options(places)).returncode == 0
    elsewhere = folder / "places" / "elsewhere"
    done = peil("export", "--research", *options(places))
    assert done.returncode == 0, done.stderr
    # The workbook holds what is published, and is looked through in the export above.
    with mock.patch.object(run, "write_workbook"):
        run.export(places, elsewhere, research=True)
    dead = subprocess.Popen(["true"])
    dead.wait()
    research = places.published / "research.duckdb"
    shutil.copy2(research, places.published / f".research-peil-draft-{dead.pid}.duckdb")
    shutil.copy2(places.warehouse, places.warehouse.parent / f".peil-peil-draft-{dead.pid}.duckdb")
    shutil.copytree(elsewhere, elsewhere.with_name(f".elsewhere-peil-draft-{dead.pid}"))
    spill = places.warehouse.with_name(f"{places.warehouse.name}.tmp")
    spill.mkdir()
    shutil.copy2(research, spill / "spilled")
    (folder / "places").rename(folder / "whole")
    return folder


@pytest.fixture
def places(prepared):
    shutil.rmtree(prepared / "places", ignore_errors=True)
    return places_in(shutil.copytree(prepared / "whole", prepared / "places", symlinks=True))


def respondents(places):
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        return {
            wave: {
                key
                for (key,) in connection.execute(
                    "select respondent_key from weighted.wgt_respondents where wave_code = ?",
                    [wave],
                ).fetchall()
            }
            for wave in ("2024", "staff_2024")
        }


def texts_in(path):
    """Every text in a file of data; for another file its bytes."""
    if path.suffix == ".sav":
        frame, _ = pyreadstat.read_sav(str(path))
        return set(frame["respondent_key"])
    with duckdb.connect() as connection:
        if path.suffix == ".parquet":
            connection.execute("create table t as select * from read_parquet(?)", [str(path)])
        else:
            connection.execute(f"attach '{path}' as file (read_only)")
            connection.execute("use file")
        return {
            value
            for schema, table, column in connection.execute(
                "select schema_name, table_name, column_name from duckdb_columns() inner join "
                "duckdb_tables() using (database_name, schema_name, table_name) where "
                "data_type = 'VARCHAR' and database_name = current_database() "
                "and (column_name like '%respondent%' or column_name = 'value')"
            ).fetchall()
            for (value,) in connection.execute(
                f"select distinct {quoted(column)} from {quoted(schema)}.{quoted(table)}"
            ).fetchall()
        }


def holding(places, keys):
    """The files that hold a respondent of these, the inbox left out."""
    found = []
    for path in sorted(places.inbox.parent.rglob("*")):
        if not path.is_file() or path.is_relative_to(places.inbox):
            continue
        is_data = path.suffix in {".sav", ".parquet", ".duckdb"}
        has_key = bool(texts_in(path) & keys) if is_data else False
        if has_key or in_bytes(keys, path.read_bytes()):
            found.append(path.relative_to(places.inbox.parent).as_posix())
    return found


def test_no_file_holds_a_purged_respondent(places):
    people = respondents(places)
    before = holding(places, people["2024"])
    assert len([name for name in before if name.endswith(".sav")]) == 3
    assert len([name for name in before if "research" in name]) >= 2
    done = peil("purge", "--wave", "2024", *options(places))
    assert done.returncode == 0, done.stderr
    assert holding(places, people["2024"]) == []
    staff = holding(places, people["staff_2024"])
    assert "warehouse/peil.duckdb" in staff
    assert "published/research.duckdb" in staff
    assert len([name for name in staff if name.endswith(".sav")]) == 2
    for place in ("research.duckdb", "elsewhere", "published/export", "warehouse/peil.duckdb"):
        assert f"{place}" in done.stdout
    with duckdb.connect(str(places.published / "research.duckdb"), read_only=True) as connection:
        for (table,) in connection.execute(
            "select table_name from duckdb_columns() where column_name = 'respondent_key'"
        ).fetchall():
            strangers = connection.execute(
                f"select count(*) from microdata.{table} where respondent_key not in "
                "(select respondent_key from microdata.respondents)"
            ).fetchone()
            assert strangers == (0,), table


def test_a_purge_that_was_killed_is_finished_by_the_next(places, monkeypatch):
    """Killed after the warehouse forgot the wave: the other files still hold it."""
    from peil.nights import purge

    people = respondents(places)
    monkeypatch.setattr(purge, "rewrite", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        purge.purge(places, "2024")
    monkeypatch.undo()
    assert holding(places, people["2024"])
    purge.purge(places, "2024")
    assert holding(places, people["2024"]) == []
    with pytest.raises(purge.InputError, match="nothing to purge"):
        purge.purge(places, "2024")


def test_an_export_that_was_killed_between_its_renames_is_purged_too(places):
    export = places.published / "export"
    export.rename(places.published / ".export-earlier")
    done = purge_files.exported({export}, {"kcc_staff_staff_2024"})
    assert len(done) == 1
    assert not list((places.published / ".export-earlier").rglob("kcc_staff_staff_2024*"))
