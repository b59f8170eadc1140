"""After a purge no file holds an answer or a respondent of the wave: each is opened and read.

Of 400 residents and 60 employees, as files of thousands take a minute to look through. That the
bytes of the warehouse tell without the rewrite, a purge that was killed before it shows.
"""

import shutil
from unittest import mock

import duckdb
import pyreadstat
import pytest
from conftest import options, peil, places_in
from hashes_in_bytes import in_bytes
from peil.export import run
from peil.nights import purge_files
from peil.warehouse import quoted
from small_survey import deliver, night
from test_tiny_inputs import residents, staff, tiny

RESIDENTS, STAFF = "small_wave", "staff_wave"
# No system numbers its processes so high: the number of one that ended may be given to another.
NOBODY = 2**22 + 1


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Two surveys with a research file, two exports of respondents, and what killed runs leave.

    The warehouse knows its exports by their path: each test has its copy at the same one.
    """
    folder = tmp_path_factory.mktemp("purge")
    places = tiny(folder / "places", 2)
    deliver(places, residents(*(
        ("man" if i % 3 else "vrouw", 1 + i % 2, 1 + i % 10, 1 + i % 7) for i in range(400)
    )))  # fmt: skip
    deliver(places, staff(*((1 + i % 2, 1 + i % 10) for i in range(60))), "staff.csv")
    done = night(places)
    assert done.returncode == 0, done.stderr
    assert peil("research", *options(places)).returncode == 0
    elsewhere = folder / "places" / "elsewhere"
    done = peil("export", "--research", *options(places))
    assert done.returncode == 0, done.stderr
    # The workbook holds what is published, and is looked through in the export above.
    with mock.patch.object(run, "write_workbook"):
        run.export(places, elsewhere, research=True)
    research = places.published / "research.duckdb"
    shutil.copy2(research, places.published / f".research-peil-draft-{NOBODY}.duckdb")
    shutil.copy2(places.warehouse, places.warehouse.parent / f".peil-peil-draft-{NOBODY}.duckdb")
    shutil.copytree(elsewhere, elsewhere.with_name(f".elsewhere-peil-draft-{NOBODY}"))
    spill = places.warehouse.with_name(f"{places.warehouse.name}.tmp")
    spill.mkdir()
    shutil.copy2(research, spill / "spilled")
    (folder / "places").rename(folder / "whole")
    return folder


@pytest.fixture
def places(prepared):
    shutil.rmtree(prepared / "places", ignore_errors=True)
    shutil.copytree(prepared / "whole", prepared / "places", symlinks=True)
    return places_in(prepared / "places", seeds=prepared / "places" / "seeds")


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
            for wave in (RESIDENTS, STAFF)
        }


def texts_in(connection, path):
    """Every text in a file of data."""
    if path.suffix == ".sav":
        frame, _ = pyreadstat.read_sav(str(path))
        return set(frame["respondent_key"])
    if path.suffix == ".parquet":
        described = connection.execute("describe from read_parquet(?)", [str(path)]).fetchall()
        columns = [("", "", *column[:2]) for column in described]
    else:
        connection.execute(f"attach '{path}' as file (read_only)")
        columns = connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "inner join duckdb_tables() using (database_name, schema_name, table_name) "
            "where database_name = 'file'"
        ).fetchall()
    found = set()
    for schema, table, column, kind in columns:
        if kind == "VARCHAR" and ("respondent" in column or column == "value"):
            source = f"file.{quoted(schema)}.{quoted(table)}"
            if path.suffix == ".parquet":
                source = f"read_parquet('{path}')"
            rows = connection.execute(f"select distinct {quoted(column)} from {source}").fetchall()
            found |= {value for (value,) in rows}
    if path.suffix == ".duckdb":
        connection.execute("detach file")
    return found


def holding(places, keys):
    """The files that hold a respondent of these, the inbox left out."""
    found = []
    with duckdb.connect() as connection:
        for path in sorted(places.inbox.parent.rglob("*")):
            if not path.is_file() or path.is_relative_to(places.inbox):
                continue
            is_data = path.suffix in {".sav", ".parquet", ".duckdb"}
            has_key = bool(texts_in(connection, path) & keys) if is_data else False
            if has_key or in_bytes(keys, path.read_bytes()):
                found.append(path.relative_to(places.inbox.parent).as_posix())
    return found


def test_no_file_holds_a_purged_respondent(places):
    people = respondents(places)
    before = holding(places, people[RESIDENTS])
    assert len([name for name in before if name.endswith(".sav")]) == 3
    assert len([name for name in before if "research" in name]) >= 2
    done = peil("purge", "--wave", RESIDENTS, *options(places))
    assert done.returncode == 0, done.stderr
    assert holding(places, people[RESIDENTS]) == []
    staff = holding(places, people[STAFF])
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
        purge.purge(places, RESIDENTS)
    monkeypatch.undo()
    assert holding(places, people[RESIDENTS])
    purge.purge(places, RESIDENTS)
    assert holding(places, people[RESIDENTS]) == []
    with pytest.raises(purge.InputError, match="nothing to purge"):
        purge.purge(places, RESIDENTS)


def test_an_export_that_was_killed_between_its_renames_is_purged_too(places):
    export = places.published / "export"
    export.rename(places.published / ".export-earlier")
    done = purge_files.exported({export}, {f"staff_{STAFF}"})
    assert len(done) == 1
    assert not list((places.published / ".export-earlier").rglob(f"staff_{STAFF}*"))
