"""Real files: each lands by a codebook drafted from it, or is refused; Kansas City is published."""

import shutil

import duckdb
import pandas as pd
import pytest
from conftest import UNROUNDED, any_date, ledger_agrees, options, peil, places_in, shared
from peil.drafting.draft import Names, draft
from peil.errors import DeliveryRejectedError
from peil.landing import land
from peil.settings import PROJECT
from small_survey import working

SURVEYS = ("data", "surveys")
# File, format, rows, and what the reader must have found out.
FILES = {
    "kcmo_resident_survey/FY2022_RS_Cleaned_safe.csv": ("csv", 1033, "separator comma"),
    "kcmo_resident_survey/kcmo_mar_2022_safe.csv": ("csv", 984, "separator comma"),
    "r_community_survey/2019_english.xlsx": ("google_forms_xlsx", 1838, ""),
    "r_community_survey/2019_spanish_gforms.xlsx": ("google_forms_xlsx", 338, ""),
    "r_community_survey/2019_spanish_gforms.csv": (
        "google_forms_csv", 338, "dates of 'Timestamp' read as %m/%d/%Y",
    ),
    "r_community_survey/2019_spanish_cp1252_semicolon_DERIVED.csv": (
        "google_forms_csv", 338, "encoding windows-1252; separator semicolon; decimal comma in "
        "weegfactor",
    ),
    "qualtrics_3header/sample.csv": ("qualtrics_csv", 1, ""),
    "qualtrics_3header/sample_legacy.csv": ("qualtrics_csv", 1, ""),
    "surveymonkey_demo_2header.csv": ("surveymonkey_csv", 7, ""),
    "sav_samples/ordered_category.sav": ("sav", 4, ""),
    "sav_samples/sample_missing.sav": ("sav", 7, "encoding windows-1252"),
    "sav_samples/simple_alltypes.sav": ("sav", 6, "multiple-response sets"),
    "pew_dec13/dec13_excerpt.csv": ("csv", 2001, ""),
}  # fmt: skip


@pytest.fixture
def landing(tmp_path, one_worker, monkeypatch):
    """Draft a codebook from a file and land the file with it."""
    monkeypatch.setenv("PEIL_HASH_KEY", "test")

    def run(path, wave="2019"):
        seeds = tmp_path / "seeds"
        draft(path, seeds, Names("onderzoek", wave, "bron"))
        any_date(seeds)
        places = places_in(tmp_path, seeds=seeds)
        places.inbox.mkdir()
        shutil.copy(path, places.inbox)
        landed = land(places)
        assert landed.landed == [path.name], landed.rejected
        return places

    return run


@pytest.mark.parametrize("name", FILES)
def test_a_real_file_lands_by_a_codebook_drafted_from_it(landing, name):
    path = shared(*SURVEYS, *name.split("/"))
    file_format, n_rows, note = FILES[name]
    places = landing(path)
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        ledger_agrees(connection)
        row = connection.execute("select file_format, n_rows, notes from raw.deliveries")
        assert row.fetchone()[:2] == (file_format, n_rows)
        notes = connection.execute("select notes from raw.deliveries").fetchone()[0]
    assert note in notes


def test_no_person_of_a_real_file_is_stored(landing):
    """The fictitious people of SurveyMonkey's demo: nothing of them is in the database file."""
    path = shared(*SURVEYS, "surveymonkey_demo_2header.csv")
    places = landing(path)
    stored = places.warehouse.read_bytes()
    for secret in (b"Franklin", b"jemisonm", b"mjemison@nasa.gov", b"215-555-4444", b"19104"):
        assert secret not in stored
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        n_dropped = connection.execute("select n_identifier_cells from raw.deliveries").fetchone()[
            0
        ]
    assert n_dropped >= 5 * 7


def test_the_burgerpeiling_format_lands(landing):
    path = shared("data", "burgerpeiling", "Burgerpeling-dataformat-2022.sav")
    places = landing(path)
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        assert connection.execute("select n_columns from raw.deliveries").fetchone() == (178,)


def test_what_is_no_delivery_is_left_alone_and_named(tmp_path):
    places = places_in(tmp_path, seeds=PROJECT / "examples" / "pew_2013" / "seeds")
    places.inbox.mkdir()
    for name in ("dec13_excerpt.csv", "acs_2017_excerpt.csv", "oracle_targets.csv"):
        shutil.copy(shared(*SURVEYS, "pew_dec13", name), places.inbox)
    run = peil("land", *options(places))
    assert run.returncode == 0, run.stderr
    assert "1 landed, 0 unchanged, 0 rejected, 2 without a source" in run.stdout
    assert "acs_2017_excerpt.csv: matches no file_pattern" in run.stderr


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = shared("data", "cbs", "odata4_03759ned", "dimensions.json")
    with pytest.raises(DeliveryRejectedError, match=r"files '\.json' are not deliveries"):
        draft(path, tmp_path / "seeds", Names("s", "1", "b"))


@pytest.fixture(scope="module")
def kansas_city(tmp_path_factory):
    """Both waves of real respondents, from file to published."""
    folder = shared(*SURVEYS, "kcmo_resident_survey")
    places = places_in(
        tmp_path_factory.mktemp("kansas"), seeds=PROJECT / "examples" / "kansas_city" / "seeds"
    )
    shutil.copytree(folder, places.inbox)
    night = peil("nightly", *options(places))
    assert night.returncode == 0, night.stderr
    return places


def test_kansas_city_is_published_with_both_waves(kansas_city):
    """Every satisfaction question against pandas on the file as delivered."""
    with duckdb.connect(str(kansas_city.published_file), read_only=True) as connection:
        about = dict(
            connection.execute("select wave_code, n_respondents from marts.about").fetchall()
        )
    # Published figures are rounded for people: every digit stands in the working database.
    figures = working(
        kansas_city,
        "select wave_code, question_code, estimate, n_answers "
        f"from {UNROUNDED} where segment_code = 'total' and statistic = 'top2'",
    )
    assert about == {"kcmo_2021_09": 1033, "kcmo_2022_03": 984}
    files = {
        "kcmo_2021_09": "FY2022_RS_Cleaned_safe.csv", "kcmo_2022_03": "kcmo_mar_2022_safe.csv",
    }  # fmt: skip
    frames = {w: pd.read_csv(kansas_city.inbox / f) for w, f in files.items()}
    assert len(figures) > 150
    for wave, question, estimate, n in figures:
        answers = pd.to_numeric(frames[wave][question], errors="coerce")
        valid = answers[answers.between(1, 5)]
        assert n == len(valid)
        assert estimate == pytest.approx((valid >= 4).mean(), abs=1e-12), (wave, question)


def test_kansas_city_says_what_it_is(kansas_city):
    with duckdb.connect(str(kansas_city.published_file), read_only=True) as connection:
        rows = connection.execute("select is_simulated, method_nl from marts.about").fetchall()
    assert all(not simulated and "Ongewogen" in method for simulated, method in rows)
