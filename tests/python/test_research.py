"""The research file keeps waves apart and says what every number means, in DuckDB and in SPSS."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pyreadstat
import pytest
import yaml
from conftest import places_in
from peil.errors import PeilError
from peil.export import wide
from peil.export.research import write_research
from peil.nights.research import GRAIN, build_research
from peil.settings import PROJECT, Places
from small_survey import build
from two_waves import SCHEMES, WAVES, write_seeds


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Both waves, built. Do not change it."""
    folder = tmp_path_factory.mktemp("waves")
    places = places_in(folder, seeds=folder / "seeds")
    write_seeds(places.seeds)
    places.inbox.mkdir()
    for wave, text in WAVES.items():
        (places.inbox / f"{wave}.csv").write_text(text)
    build(places)
    return places


@pytest.fixture(scope="module")
def file(places: Places) -> Path:
    return build_research(places)


@pytest.fixture(scope="module")
def exported(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "files"
    write_research(file, folder)
    return folder


@pytest.fixture
def research(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(file), read_only=True) as connection:
        yield connection


@pytest.fixture
def warehouse_copy(places: Places, tmp_path: Path) -> Places:
    """The same places with a warehouse that may be changed."""
    copy = places_in(tmp_path, seeds=places.seeds)
    copy.warehouse.parent.mkdir()
    shutil.copy(places.warehouse, copy.warehouse)
    return copy


def read(exported: Path, wave: str, *, with_missing: bool = False):
    data, meta = pyreadstat.read_sav(str(exported / f"trial_{wave}.sav"), user_missing=with_missing)
    return data.set_index("respondent_key"), meta


@pytest.fixture(scope="module")
def people(file: Path) -> dict[str, str]:
    """The respondent keys of the first wave by respondent number."""
    with duckdb.connect() as connection:
        return {
            f"p{n}": connection.execute(f"select md5('panel:p{n}')").fetchone()[0]
            for n in range(1, 7)
        }


def test_a_row_is_a_respondent_of_one_wave(exported: Path, people: dict[str, str]):
    """p1 gave 7 in the first wave and 1 in the second, and said so as a man and as a woman."""
    first, second = read(exported, "w1")[0], read(exported, "w2")[0]
    assert sorted(first.index) == sorted(people[f"p{n}"] for n in (1, 2, 3, 4, 5))
    assert sorted(second.index) == sorted(people[f"p{n}"] for n in (1, 2, 6))
    assert set(first["wave_code"]) == {"w1"}
    assert set(second["wave_code"]) == {"w2"}
    p1 = people["p1"]
    assert (first.loc[p1, "grade"], second.loc[p1, "grade"]) == (7, 1)
    assert (first.loc[p1, "sex"], second.loc[p1, "sex"]) == (1, 2)
    assert first["grade"].dropna().tolist().count(1) == 0
    assert second["grade"].tolist() == [1, 1, 1]


def test_every_table_of_respondents_has_the_wave_in_its_key(research):
    both = research.sql(
        "select wave_code, value_number from microdata.answers where question_code = 'grade' "
        "and respondent_key = md5('panel:p1') order by 1"
    ).fetchall()
    assert both == [("w1", 7.0), ("w2", 1.0)]
    for table in ("respondents", "weights", "attributes", "answers"):
        assert {"survey_code", "wave_code", "respondent_key"} <= set(GRAIN[table])


def test_numbers_of_scales_and_lists_are_labelled_and_ordered(exported: Path):
    _, meta = read(exported, "w1")
    labels = meta.variable_value_labels
    assert labels["agree"] == {1: "Helemaal eens", 3: "Neutraal", 5: "Helemaal oneens",
                               6: "Weet niet"}  # fmt: skip
    assert labels["words"] == {1: "Eens", 2: "Oneens", -1: "Weet niet"}
    assert labels["sex"] == {1: "Man", 2: "Vrouw", 3: "Anders"}
    assert labels["grade"] == {11: "Weet niet"}
    assert {name: meta.variable_measure[name] for name in
            ("grade", "agree", "words", "channels_phone", "sex", "weight")} == {
        "grade": "scale", "agree": "ordinal", "words": "ordinal", "channels_phone": "nominal",
        "sex": "nominal", "weight": "scale",
    }  # fmt: skip
    assert meta.column_names_to_labels["agree"] == "Vraag agree?"
    assert meta.column_names_to_labels["sex"] == "Geslacht"


def test_no_answer_is_user_missing_with_its_label(exported: Path, people: dict[str, str]):
    answered, _ = read(exported, "w1")
    kept, meta = read(exported, "w1", with_missing=True)
    ranges = meta.missing_ranges
    for person, name, code in (("p2", "grade", 11), ("p2", "agree", 6), ("p3", "words", -1),
                               ("p3", "channels_phone", 9)):  # fmt: skip
        row = people[person]
        assert kept.loc[row, name] == code
        assert pd.isna(answered.loc[row, name])
        assert code in meta.variable_value_labels[name]
        assert ranges[name] == [{"lo": code, "hi": code}]


def test_four_reasons_are_one_range_below_the_answers(exported: Path):
    """SPSS keeps at most three separate missing values per variable."""
    kept, meta = read(exported, "w1", with_missing=True)
    assert meta.missing_ranges["v_all"] == [{"lo": -4, "hi": -1}]
    assert meta.variable_value_labels["v_all"] == {
        1: "Een", -1: "Weet niet", -2: "Niet gevraagd", -3: "Wil niet zeggen", -4: "Overgeslagen",
    }  # fmt: skip
    assert sorted(kept["v_all"]) == [-4, -3, -2, -1, 1]
    assert read(exported, "w1")[0]["v_all"].dropna().tolist() == [1]


def test_several_answers_are_a_response_set(exported: Path, people: dict[str, str]):
    """p5 chose nothing and belongs to the base; p3 would not say and does not."""
    data, meta = read(exported, "w1")
    assert meta.mr_sets == {
        "channels": {
            "type": "D", "is_dichotomy": True, "counted_value": 1, "label": "Vraag channels?",
            "variable_list": ["channels_phone", "channels_desk"],
        }
    }  # fmt: skip
    assert meta.column_names_to_labels["channels_desk"].endswith("Balie (op één plek)")
    known = {person: data.loc[key, "channels_phone"] for person, key in people.items()
             if key in data.index}  # fmt: skip
    assert {p: v for p, v in known.items() if not pd.isna(v)} == {"p1": 1, "p2": 0, "p4": 1,
                                                                 "p5": 0}  # fmt: skip


def test_answers_off_route_are_not_there(exported: Path, people: dict[str, str]):
    """p2 graded the telephone without having used it; p4 used it and does not know."""
    kept, _ = read(exported, "w1", with_missing=True)
    routed = kept["routed"].dropna()
    assert routed.to_dict() == {people["p1"]: 8, people["p4"]: 11}


def test_every_scheme_has_its_weights_and_leaves_out_nobody_else(
    exported: Path, research, people: dict[str, str]
):
    data, meta = read(exported, "w1")
    names = {"raked": "", "flat": "_flat", "known": "_known"}
    assert set(names) == set(SCHEMES)
    assert meta.column_names[:4] == ["weight", "respondent_key", "wave_code", "population_weight"]
    for scheme, after in names.items():
        for kind in ("weight", "population_weight"):
            wanted = dict(research.execute(
                f"select respondent_key, {kind} from microdata.weights "
                "where wave_code = 'w1' and weighting_scheme = ?", [scheme],
            ).fetchall())  # fmt: skip
            assert data[kind + after].dropna().to_dict() == pytest.approx(wanted)
        assert scheme in meta.column_names_to_labels[f"weight{after}"]
    # The scheme on known levels leaves out p4 (anders), the file does not. In it 100 men are
    # spread over p1 and p5, 300 women over p2 and p3.
    assert data["population_weight_known"].isna().sum() == 1
    assert pd.isna(data.loc[people["p4"], "weight_known"])
    assert data.loc[people["p1"], "population_weight_known"] == pytest.approx(50)
    assert data.loc[people["p2"], "population_weight_known"] == pytest.approx(150)
    assert data["base_weight"].tolist() == [1] * 5


def test_a_question_named_like_a_weight_gets_a_name_of_its_own(
    exported: Path, people: dict[str, str]
):
    data, meta = read(exported, "w1")
    assert meta.column_names_to_labels["weight_2"] == "Vraag weight?"
    assert data.loc[people["p4"], "weight_2"] == 6
    assert data["weight"].mean() == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "label", "wanted"), [("Hoe?", "Oordeel", "Hoe?"), (None, "Oordeel", "Oordeel"),
                                  (None, None, "q1")],
)  # fmt: skip
def test_a_question_without_its_text_has_the_label_of_its_codebook(text, label, wanted):
    frame = pd.DataFrame({"question_code": ["q1"], "text_nl": [text], "label_nl": [label]})
    (question,) = frame.itertuples()
    assert wide.text_of(question) == wanted


def test_parquet_holds_answers_only(exported: Path):
    """Parquet knows no user-missing values: a mean over it must not take 11 for a grade."""
    data, _ = read(exported, "w1")
    other = pd.read_parquet(exported / "trial_w1.parquet").set_index("respondent_key")
    assert other["grade"].max() == 9
    pd.testing.assert_frame_equal(
        other.sort_index(), data.sort_index(), check_dtype=False, check_names=False
    )


def test_tables_and_columns_are_described(research):
    silent = research.sql(
        "select table_name, null from duckdb_tables() where coalesce(trim(comment), '') = '' "
        "union all select table_name, column_name from duckdb_columns() "
        "where schema_name = 'microdata' and coalesce(trim(comment), '') = ''"
    ).fetchall()
    assert silent == []
    grain = research.sql(
        "select comment from duckdb_tables() where table_name = 'answers'"
    ).fetchone()[0]
    assert grain.startswith("One row per survey × wave × respondent")


def test_the_grain_of_the_file_is_that_of_the_models():
    """Tests of the models do not run at night; the copy holds itself to the same columns."""
    read = yaml.safe_load((PROJECT / "models/research/_research.yml").read_text())
    tested = {
        model["name"].removeprefix("research_"): tuple(
            test["rows_are_unique"]["arguments"]["columns"]
        )
        for model in read["models"]
        for test in model["data_tests"]
        if "rows_are_unique" in test
    }
    assert {table: grain for table, grain in GRAIN.items() if table != "about"} == tested


@pytest.mark.parametrize("table", sorted(set(GRAIN) - {"about"}))
def test_a_row_too_many_is_refused(warehouse_copy: Places, table: str):
    with duckdb.connect(str(warehouse_copy.warehouse)) as connection:
        connection.execute(f"create table twice as from research.research_{table}")
        connection.execute(
            f"create or replace view research.research_{table} as "
            "from main.twice union all (from main.twice order by all limit 1)"
        )
    with pytest.raises(PeilError, match=f"^{table}: 2 rows for .*there should be one"):
        build_research(warehouse_copy)
    assert [p.name for p in warehouse_copy.published.iterdir()] == [".lock"]


def test_two_answers_to_one_question_are_refused(file: Path, tmp_path: Path):
    copy = tmp_path / "research.duckdb"
    shutil.copy(file, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "insert into microdata.answers by name select * replace (3 as value_number) "
            "from microdata.answers where question_code = 'grade' and value_number = 7"
        )
    with pytest.raises(PeilError, match="wave w1, question grade: 1 respondents have more than"):
        write_research(copy, tmp_path / "files")


def test_without_a_build_there_is_no_file(empty_places: Places):
    with pytest.raises(PeilError, match=r"not built and tested: .*Run `peil nightly`"):
        build_research(empty_places)
    assert [p.name for p in empty_places.published.iterdir()] == [".lock"]


def test_nobody_else_can_read_it_while_it_is_written(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Looks at the folder whenever a table has been copied, write-ahead log included."""
    seen: dict[str, int] = {}
    own = Places(places.seeds, places.inbox, places.warehouse, tmp_path / "published")
    refuse = "peil.nights.research._refuse_repeats"

    def look(*_: object) -> None:
        seen.update({f.name: stat.S_IMODE(f.stat().st_mode) for f in own.published.iterdir()})

    monkeypatch.setattr(refuse, look)
    earlier = os.umask(0o022)
    try:
        build_research(own)
        left = os.umask(0o022)
    finally:
        os.umask(earlier)
    assert left == 0o022
    assert any(name.endswith(".wal") for name in seen), seen
    assert set(seen.values()) == {0o600}
