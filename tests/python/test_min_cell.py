"""`peil count --min-cell K`: no profile of fewer people, and everybody still counts."""

import csv
import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from conftest import here, places_in
from hypothesis import given, settings
from hypothesis import strategies as st
from peil.codebook.seeds import seed_columns
from peil.counting.tables import SELECTED, columns_of
from peil.errors import InputError
from peil.landing import land
from peil.migrations import migrate
from peil.nights.build import build_warehouse
from peil.settings import Places
from peil.workers.coarsen import coarsen
from peil.workers.count import count_delivery
from peil.workers.merge import merge_parts
from peil.workers.parts import Part
from peil.workers.split import count_part
from small_survey import answered_together, deliver, labelled, rows_of, with_items
from test_count_packages import started_once  # noqa: F401 (a fixture)

NAME = "small_survey.csv"
K = 5


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Places:
    places = labelled(tmp_path_factory.mktemp("survey"))
    answered_together(places)
    deliver(places, with_items(rows_of(places.inbox / NAME)))
    return places


def unpacked(package: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    connection = duckdb.connect()
    for table in SELECTED:
        connection.execute(f"create view {table} as from '{folder / table}.parquet'")
    return connection


SIZES = (
    "select sum(n_respondents)::int from respondents where response_status = 'eligible' "
    "group by profile_key order by 1"
)


def test_no_profile_is_smaller_and_the_counts_of_everybody_stay(survey, tmp_path):
    file = survey.inbox / NAME
    plain = count_delivery(survey.seeds, file, tmp_path / "plain").package
    coarse = count_delivery(survey.seeds, file, tmp_path / "coarse", min_cell=K).package
    before, after = unpacked(plain, tmp_path / "a"), unpacked(coarse, tmp_path / "b")
    assert before.execute(SIZES).fetchall()[0][0] < K
    assert after.execute(SIZES).fetchall()[0][0] >= K
    totals = (
        "select response_status, base_weight, sum(n_respondents) from respondents group by all "
        "order by all",
        "select question_code, is_base, option_code, value_number, sum(n_answers), "
        "round(sum(sum_d), 9) from answers group by all order by all",
        "select question_code, answers, sum(n_respondents), round(sum(sum_d), 9) from crosstabs "
        "group by all order by all",
        "select question_code, item_a, item_b, sum(n_answers), round(sum(sum_dab), 9) "
        "from item_products group by all order by all",
        "from items order by all",
        "from keys order by all",
    )
    for query in totals:
        assert before.execute(query).fetchall() == after.execute(query).fetchall(), query
    # Part by part and then coarsened: the same bytes but for what differs in the last digits.
    parts = [count_part(survey.seeds, file, tmp_path, part).package for part in Part.all(2)]
    merged = unpacked(
        merge_parts(survey.seeds, parts, tmp_path / "merged", min_cell=K).package, tmp_path / "c"
    )
    for table in ("profiles", "respondents"):
        query = f"from {table} order by all"
        assert merged.execute(query).fetchall() == after.execute(query).fetchall(), table
    # It lands, is built and tested as any package, and says what it is.
    places = replace(places_in(tmp_path / "here"), seeds=survey.seeds)
    places.inbox.mkdir(parents=True)
    coarse.rename(places.inbox / coarse.name)
    assert land(places).landed == [coarse.name]
    assert build_warehouse(places).failures == []
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        notes = connection.execute("select notes from raw.deliveries").fetchone()
    assert f"profiles of fewer than {K} people coarsened" in notes[0]


def test_a_place_with_too_few_people_is_named(survey, tmp_path):
    done = here(
        "count", "--seeds", survey.seeds, "--delivery", survey.inbox / NAME, "--out", tmp_path,
        "--min-cell", 95,
    )  # fmt: skip
    assert done.returncode == 2
    assert "fewer than 95 people who count in 1 place (this file: 90)" in done.stderr
    assert not list(tmp_path.iterdir())


LEVELS = st.tuples(st.sampled_from("AB"), st.sampled_from("mv"), st.sampled_from("12345"))
ATTRIBUTES = ("place", "sex", "age")


def counted(profiles: dict[tuple[str, ...], int], folder: Path) -> None:
    """The tables of a package in which these profiles have so many people, and nothing else."""
    with duckdb.connect() as connection:
        migrate(connection)
        for levels, n in profiles.items():
            key = "-".join(levels)
            connection.execute(
                "insert into raw.counted_respondents by name select ? as profile_key, "
                "'eligible' as response_status, 1 as base_weight, ? as n_respondents",
                [key, n],
            )
            for attribute, level in zip(ATTRIBUTES, levels, strict=True):
                connection.execute(
                    "insert into raw.counted_profiles by name select ? as profile_key, "
                    "? as attribute_code, ? as level_code",
                    [key, attribute, level],
                )
        for table in SELECTED:
            names = ", ".join(columns_of(connection, table))
            connection.execute(
                f"copy (select {names} from raw.counted_{table}) to '{folder / table}.parquet'"
            )


def write_seed(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(seed_columns()[name]), restval="")
        writer.writeheader()
        writer.writerows(rows)


@settings(max_examples=8)
@given(st.dictionaries(LEVELS, st.integers(1, 9), min_size=1), st.integers(2, 12), st.booleans())
def test_any_package_is_coarsened_or_refused(tmp_path_factory, profiles, k, is_design):
    """A place is refused only where all its people are too few."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "in").mkdir()
    (folder / "out").mkdir()
    place = {"attribute_code": "place", "kind": "question" if is_design else "region"}
    sex = {"attribute_code": "sex", "kind": "question"}
    age = {"attribute_code": "age", "kind": "number_band"}
    write_seed(folder, "attributes", [place, sex, age])
    scheme = {"scheme_code": "a", "survey_code": "small"}
    if is_design:
        scheme["stratum_attribute_code"] = "place"
    write_seed(folder, "weighting_schemes", [scheme])
    counted(profiles, folder / "in")
    places: dict[str, int] = {}
    for (place, *_), n in profiles.items():
        places[place] = places.get(place, 0) + n
    ledger = {"survey_code": "small", "notes": []}
    if min(places.values()) < k:
        with pytest.raises(InputError, match=f"fewer than {k} people who count in . place"):
            coarsen(folder, folder / "in", folder / "out", k, ledger)
        return
    coarsen(folder, folder / "in", folder / "out", k, ledger)
    after = duckdb.connect()
    for table in ("respondents", "profiles"):
        after.execute(f"create view {table} as from '{folder}/out/{table}.parquet'")
    assert after.execute(SIZES).fetchall()[0][0] >= k
    kept = after.execute(
        "select level_code, sum(n_respondents)::int from profiles "
        "inner join respondents using (profile_key) where attribute_code = 'place' group by 1"
    ).fetchall()
    assert dict(kept) == places


def test_weights_that_are_bounded_themselves_are_refused(tmp_path):
    scheme = {"scheme_code": "a", "survey_code": "small", "bounds_on": "w"}
    write_seed(tmp_path, "weighting_schemes", [scheme])
    with pytest.raises(InputError, match="scheme 'a' of survey 'small' bounds weights themselves"):
        coarsen(tmp_path, tmp_path, tmp_path, 5, {"survey_code": "small"})
