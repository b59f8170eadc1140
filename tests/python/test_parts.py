"""Parts of one file, counted apart and added up, are the package of the whole file.

The small survey, whose rows hold quoted line breaks, people who came in twice in different parts,
and a rule on speeders that needs the median of all rows.
"""

import csv
import itertools
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.csv
import pyarrow.parquet
import pytest
from conftest import here, places_in
from hypothesis import given, settings
from hypothesis import strategies as st
from peil.counting.tables import SELECTED
from peil.errors import DeliveryRejectedError, InputError
from peil.landing import land
from peil.nights import replay_parts
from peil.settings import Places
from peil.warehouse import open_warehouse
from peil.workers.count import count_delivery
from peil.workers.merge import merge_parts
from peil.workers.parts import Part
from peil.workers.slices import TABLES
from peil.workers.split import count_part, count_slice, split_delivery
from small_survey import REFERENCE, answered_together, edit, labelled, rows_of, with_items
from test_count_packages import started_once, states_of  # noqa: F401 (a fixture)

CLOSE = 1e-12
NAME = "small_survey.csv"


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Ten people of the first half come back in the second, with another grade."""
    places = labelled(tmp_path_factory.mktemp("survey"))
    answered_together(places)
    rows = [
        {**row, "channel": f"via {row['channel']}"}
        for row in with_items(rows_of(REFERENCE / "small_survey.csv"))
    ]
    rows = rows[:60] + [{**row, "grade": "9"} for row in rows[10:20]] + rows[60:]
    with (places.inbox / NAME).open("w", encoding="utf-8", newline="") as handle:
        # Every value quoted; a column of its own with line breaks, which a range must not cut.
        writer = csv.DictWriter(handle, [*rows[0], "remark"], quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows({**row, "remark": f"regel\n{n}\n"} for n, row in enumerate(rows))
    edit(
        places.seeds, "bindings",
        lambda found: [
            *found,
            dict.fromkeys(found[0], "") | {
                "source_code": found[0]["source_code"], "source_column": "remark",
                "binding": "ignored",
            },
        ],
    )  # fmt: skip
    return places


@pytest.fixture(scope="module")
def whole(survey: Places, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    return count_delivery(survey.seeds, survey.inbox / NAME, out).package


def tables(package: Path, folder: Path) -> dict[str, tuple[list, list]]:
    """Per table its rows without, and its rows with no more than, sums of weights."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    found = {}
    with duckdb.connect() as connection:
        for table in SELECTED:
            file = f"read_parquet('{folder / table}.parquet')"
            names = [row[0] for row in connection.execute(f"describe from {file}").fetchall()]
            loose = [name for name in names if name.startswith("sum_")]
            exact = ", ".join(name for name in names if name not in loose)
            rows = connection.execute(f"select {exact} from {file} order by all").fetchall()
            sums = connection.execute(
                f"select {', '.join([*loose, '0'])} from {file} order by {exact}"
            ).fetchall()
            found[table] = (rows, sums)
    return found


def same_counts(package: Path, whole: Path, folder: Path) -> dict[str, tuple[list, list]]:
    """Hold a package against that of the whole; returns the tables of the whole."""
    added, counted = tables(package, folder / "a"), tables(whole, folder / "b")
    for table in SELECTED:
        assert added[table][0] == counted[table][0], table
        for row, expected in zip(added[table][1], counted[table][1], strict=True):
            assert row == pytest.approx(expected, rel=CLOSE, abs=CLOSE), table
    return counted


def manifest(package: Path) -> dict:
    with zipfile.ZipFile(package) as archive:
        found = json.loads(archive.read("manifest.json"))
    for file in found["files"].values():
        del file["sha256"], file["sums"]
    return found


def write_groups(text: Path, file: Path) -> None:
    """The same rows as Parquet in four row groups, the last of which is short."""
    table = pyarrow.csv.read_csv(
        text,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(strings_can_be_null=True),
    )
    pyarrow.parquet.write_table(table, file, row_group_size=30)
    assert pyarrow.parquet.ParquetFile(file).num_row_groups == 4


def merged(survey: Places, file: Path, of: int, folder: Path) -> Path:
    """Read once; of the slices, and of nothing else, the parts are counted."""
    folder.mkdir(exist_ok=True)
    copy = Path(shutil.copy2(file, folder))
    slices, _ = split_delivery(survey.seeds, copy, folder / "slices", of)
    copy.unlink()
    parts = [count_slice(survey.seeds, rows, folder / "parts").package for rows in reversed(slices)]
    return merge_parts(survey.seeds, parts, folder / "merged").package


@settings(max_examples=2)
@given(st.integers(2, 7))
def test_parts_added_up_are_the_package_of_the_whole(survey, whole, tmp_path_factory, of):
    folder = tmp_path_factory.mktemp("parts")
    package = merged(survey, survey.inbox / NAME, of, folder)
    assert package.name == whole.name
    assert manifest(package) == manifest(whole)
    counted = same_counts(package, whole, folder)
    assert all(counted[table][0] for table in ("crosstabs", "item_products"))
    steps = {row[3]: row[-1] for row in counted["respondents"][0]}
    assert steps["duplicate"] == 10


def test_a_file_that_is_counted_some_rows_at_a_time_has_the_same_counts(
    survey, whole, tmp_path, monkeypatch
):
    monkeypatch.setattr("peil.nights.replay_parts.ROWS_AT_ONCE", 33)
    ranges = []
    filled_in = replay_parts.with_deliveries

    def seen(code, keys, rows=None, **more):
        ranges.append(rows)
        return filled_in(code, keys, rows, **more)

    monkeypatch.setattr(replay_parts, "with_deliveries", seen)
    package = count_delivery(survey.seeds, survey.inbox / NAME, tmp_path).package
    assert set(ranges) - {None} == {(1, 33), (34, 66), (67, 99), (100, 132)}
    assert manifest(package) == manifest(whole)
    same_counts(package, whole, tmp_path)


def test_few_deliveries_beside_many_people_are_taken_one_by_one():
    small = {"a": 900, "b": 800}
    assert list(replay_parts.batches(["a", "b"], small)) == [(["a", "b"], None)]
    beside = small | {"standing": 600_000}
    assert list(replay_parts.batches(["a", "b"], beside)) == [(["a"], None), (["b"], None)]
    # What stands has to be read once for so many.
    many = {f"{key:03}": 900 for key in range(100)}
    keys = list(many)
    assert list(replay_parts.batches(keys, many | {"standing": 600_000})) == [(keys, None)]


def test_a_model_that_had_no_table_shows_the_many_rows_of_its_first_delivery(tmp_path):
    """DuckDB showed none of them before the next checkpoint: every count of the night was 0."""
    facts = json.dumps({"key": "delivery_key", "row": ""})
    with open_warehouse(tmp_path / "peil.duckdb") as connection:
        connection.execute(
            "create table raw.one as select 'a' as delivery_key, 0 as n from range(9)"
        )
        connection.execute("begin")
        code = f"select * from raw.one where true /* deliveries {facts} */ order by n"
        replay_parts.make_empty(connection, "many", code)
        connection.execute("insert into many select 'a', range from range(3000000) order by all")
        (found,) = connection.execute("select count(*) from many").fetchone()
        connection.execute("commit")
    assert found == 3_000_000


def test_a_parquet_file_in_parts_is_the_package_of_the_whole(survey, whole, tmp_path):
    """In row groups that no slice begins at; its counts are those of the text."""
    seeds = shutil.copytree(survey.seeds, tmp_path / "seeds")
    edit(seeds, "sources", lambda found: [
        {**row, "file_pattern": "small_survey.*", "file_format": "auto"} for row in found
    ])  # fmt: skip
    file = tmp_path / "small_survey.parquet"
    write_groups(survey.inbox / NAME, file)
    package = merged(replace(survey, seeds=seeds), file, 3, tmp_path / "parts")
    added, counted = tables(package, tmp_path / "a"), tables(whole, tmp_path / "b")
    for table in SELECTED:
        # A key is of the file, and so is the order of equal sums.
        if table != "keys":
            assert added[table][0] == counted[table][0], table


def test_parquet_files_of_several_row_groups_land_every_row_in_its_place(survey, tmp_path):
    """Two files in one night: each row has the answers and the number that it has in the text."""
    places = replace(places_in(tmp_path), seeds=shutil.copytree(survey.seeds, tmp_path / "seeds"))
    places.inbox.mkdir(parents=True, exist_ok=True)
    edit(places.seeds, "sources", lambda found: [
        {**row, "file_pattern": "small_survey*", "file_format": "auto"} for row in found
    ])  # fmt: skip
    shutil.copy2(survey.inbox / NAME, places.inbox)
    names = ["small_survey_a.parquet", "small_survey_b.parquet"]
    for name in names:
        write_groups(survey.inbox / NAME, places.inbox / name)
    assert sorted(land(places).landed) == sorted([NAME, *names])
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        text, *others = (
            connection.execute(
                "select row_number, column_name, value from raw.answers inner join raw.deliveries "
                "using (delivery_key) where file_name = ? order by all", [name],
            ).fetchall()
            for name in (NAME, *names)
        )  # fmt: skip
    assert max(row for row, *_ in text) == 100
    assert others == [text, text]


def test_a_slice_holds_its_own_rows_and_nothing_that_no_count_needs(survey, tmp_path):
    slices, _ = split_delivery(survey.seeds, survey.inbox / NAME, tmp_path / "slices", 3)
    rows = []
    for path in slices:
        with zipfile.ZipFile(path) as archive:
            assert {f"{table}.parquet" for table in TABLES} == {
                name for name in archive.namelist() if name != "manifest.json"
            }
            archive.extractall(tmp_path / path.name)
        rows += duckdb.sql(
            f"select max(row_number), count(distinct row_number) from "
            f"'{tmp_path / path.name}/answers.parquet'"
        ).fetchall()
        listed = duckdb.sql(f"select distinct column_name from '{tmp_path / path.name}/"
                            "value_counts.parquet'").fetchall()  # fmt: skip
        assert ("channel",) in listed and ("id",) not in listed
        assert path.stat().st_mode & 0o077 == 0
    assert len(slices) == 3 and "open_answers" not in TABLES
    assert all(last == n for last, n in rows)
    assert sum(n for _, n in rows) == 100


def test_a_slice_that_was_cut_otherwise_is_refused(survey, tmp_path):
    out = tmp_path / "slices"
    done = here(
        "count", "--seeds", survey.seeds, "--delivery", survey.inbox / NAME, "--split", 2, "--out",
        out,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second = map(Path, done.stdout.split())
    seeds = shutil.copytree(survey.seeds, tmp_path / "seeds")
    edit(seeds, "attributes", lambda found: found[:-1])
    done = here("count", "--seeds", seeds, "--slice", first, "--out", tmp_path)
    assert done.returncode == 2
    assert "was not cut as it would be here. What differs: attributes.csv" in done.stderr
    second.write_bytes(second.read_bytes()[:5000])
    done = here("count", "--seeds", survey.seeds, "--slice", second, "--out", tmp_path)
    assert done.returncode != 0
    assert "is no whole count package" in done.stderr
    done = here("count", "--seeds", survey.seeds, "--slice", first, "--part", "1/2")
    assert done.returncode == 2
    assert "--slice is cut and judged already" in done.stderr
    assert not list(tmp_path.glob("*.counts.zip"))


def test_a_merged_package_lands_as_one_delivery_and_a_correction_replaces_it(
    survey, whole, tmp_path
):
    package = merged(survey, survey.inbox / NAME, 2, tmp_path)
    places = replace(places_in(tmp_path / "here"), seeds=survey.seeds)
    places.inbox.mkdir(parents=True)
    shutil.copy2(package, places.inbox)
    assert land(places).landed == [package.name]
    corrected = tmp_path / "corrected" / NAME
    corrected.parent.mkdir()
    corrected.write_bytes((survey.inbox / NAME).read_bytes().replace(b'"9"', b'"8"', 1))
    again = merged(survey, corrected, 2, tmp_path / "again")
    shutil.copy2(again, places.inbox / package.name)
    assert land(places).landed == [package.name]
    assert states_of(places) == [("landed", True), ("replaced", False)]


def test_what_is_no_whole_set_of_parts_is_refused(survey, whole, tmp_path):
    file = survey.inbox / NAME
    one, two = (count_part(survey.seeds, file, tmp_path, part).package for part in Part.all(2))
    with pytest.raises(InputError, match=r"of 2 parts 2/2 is missing.*--part 2/2"):
        merge_parts(survey.seeds, [one], tmp_path / "out")
    with pytest.raises(InputError, match="part 1/2 was given before"):
        merge_parts(survey.seeds, [one, one, two], tmp_path / "out")
    with pytest.raises(InputError, match="is a whole package and no part"):
        merge_parts(survey.seeds, [whole], tmp_path / "out")
    corrected = tmp_path / "corrected" / NAME
    corrected.parent.mkdir()
    corrected.write_bytes(file.read_bytes().replace(b'"9"', b'"8"', 1))
    other = count_part(survey.seeds, corrected, tmp_path / "other", Part(2, 2)).package
    with pytest.raises(InputError, match="delivery differs from that of"):
        merge_parts(survey.seeds, [one, other], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    # A part by itself is no delivery.
    places = replace(places_in(tmp_path / "here"), seeds=survey.seeds)
    places.inbox.mkdir(parents=True)
    shutil.copy2(one, places.inbox)
    landed = land(places)
    assert "is part 1/2 of small_survey.csv" in landed.rejected[one.name]


def test_a_part_is_refused_where_the_file_would_be(survey, tmp_path):
    """Too many rows come again, all of them behind the part that is counted."""
    bad = tmp_path / NAME
    content = (survey.inbox / NAME).read_bytes()
    bad.write_bytes(content + content.split(b"\n", 1)[1])
    with pytest.raises(DeliveryRejectedError) as whole:
        count_delivery(survey.seeds, bad, tmp_path / "out")
    with pytest.raises(DeliveryRejectedError) as part:
        count_part(survey.seeds, bad, tmp_path / "out", Part(1, 3))
    assert str(part.value) == str(whole.value)


@given(st.integers(0, 10**7), st.integers(1, 1000))
def test_every_row_is_in_one_part(n_rows, of):
    ranges = [Part(number, of).rows(n_rows) for number in range(1, of + 1)]
    assert ranges[0][0] == 1
    assert ranges[-1][1] == n_rows
    assert all(a[1] + 1 == b[0] for a, b in itertools.pairwise(ranges))
    sizes = [last - first + 1 for first, last in ranges]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "-1/2"])
def test_a_part_that_is_none_is_named(text, survey):
    done = here("count", "--seeds", survey.seeds, "--delivery", survey.inbox / NAME, "--part", text)
    assert done.returncode == 2
    assert f"--part {text}: give which part of how many" in done.stderr
