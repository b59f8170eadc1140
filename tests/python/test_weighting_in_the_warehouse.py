"""What weighting refuses in a real night names group, numbers and the way out."""

import shutil

import duckdb
import pytest
from conftest import options, peil, places_in
from peil.settings import PROJECT

REFERENCE = PROJECT / "tests" / "python" / "reference"


@pytest.fixture
def places(tmp_path):
    """The committed small survey with its own copy of the reference seeds."""
    shutil.copytree(REFERENCE / "seeds", tmp_path / "seeds")
    places = places_in(tmp_path, seeds=tmp_path / "seeds")
    places.inbox.mkdir()
    shutil.copy(REFERENCE / "small_survey.csv", places.inbox)
    return places


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_base_weights_that_are_none_are_counted_and_their_respondents_named(places):
    change(
        places.inbox / "small_survey.csv", "1,vrouw,40-64,noord,1,0.665", "1,vrouw,40-64,noord,1,0"
    )
    night = peil("nightly", *options(places))
    assert night.returncode == 1
    assert "base weight is missing, 0, negative or not finite for 1 respondents" in night.stderr
    assert "first respondent keys:" in night.stderr
    assert "correct the delivery" in night.stderr
    assert not places.published_file.exists()


def test_bounds_that_cannot_be_kept_name_level_target_and_reach(places):
    change(
        places.seeds / "weighting_schemes.csv",
        "weighted,small,weighted,weighted,,,,respondent,own_level,calibrated,logit,,,g",
        "weighted,small,weighted,weighted,,,,respondent,own_level,calibrated,logit,0.95,1.05,g",
    )
    night = peil("nightly", *options(places))
    assert night.returncode == 1
    for part in ("scheme weighted", "wave small_wave", "margin", "level", "target", "reachable"):
        assert part in night.stderr


def test_bounds_on_the_weight_are_kept_by_every_respondent(places):
    """w between 0.4 and 1.9, mean 1: kept per respondent, margins met, deff before and after."""
    change(
        places.seeds / "weighting_schemes.csv",
        "weighted,small,weighted,weighted,,,,respondent,own_level,calibrated,logit,,,g",
        "weighted,small,weighted,weighted,,,,respondent,own_level,calibrated,logit,0.4,1.9,w",
    )
    night = peil("nightly", *options(places))
    assert night.returncode == 0, night.stderr
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        low, high = connection.sql(
            "select min(weight), max(weight) from weighted.wgt_respondent_weights "
            "where scheme_code = 'weighted'"
        ).fetchone()
        free = connection.sql(
            "select max(weight) from weighted.wgt_respondent_weights "
            "where scheme_code = 'weighted_beta'"
        ).fetchone()[0]
        quality = connection.sql(
            "select deff, deff_before_bounds, n_at_upper from marts.weighting_quality "
            "where weighting_scheme = 'weighted'"
        ).fetchone()
    assert free > 1.9
    assert low >= 0.4 - 1e-9
    assert high == pytest.approx(1.9)
    assert quality[0] < quality[1]
    assert quality[2] is None or quality[2] > 0
