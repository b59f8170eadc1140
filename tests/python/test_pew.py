"""A real survey from file to figures: Pew, December 2013, against R and its own weights."""

import shutil

import duckdb
import pandas as pd
import pytest
from conftest import UNROUNDED, places_in, shared
from peil.settings import PROJECT
from small_survey import build


@pytest.fixture(scope="module")
def pew(tmp_path_factory):
    source = shared("data", "surveys", "pew_dec13", "dec13_excerpt.csv")
    places = places_in(
        tmp_path_factory.mktemp("pew"), seeds=PROJECT / "examples" / "pew_2013" / "seeds"
    )
    places.inbox.mkdir()
    shutil.copy(source, places.inbox)
    build(places)
    return places


def test_approval_equals_r(pew):
    """R: svyciprop(~I(q1 == "Approve"), svydesign(ids = ~1, weights = ~w_rake), "xlogit")."""
    with duckdb.connect(str(pew.warehouse), read_only=True) as connection:
        row = connection.sql(
            "select estimate, se, ci_low, ci_high, n_effective, n_answers / n_effective "
            f"from {UNROUNDED} where segment_code = 'total' and question_code = 'q1' "
            "and option_code = 'Approve'"
        ).fetchone()
    assert row == pytest.approx(
        (0.42777791932818830, 0.011731646911705, 0.4049419336424953, 0.45092582884325205,
         1786.00519, 1.097981), rel=1e-6,
    )  # fmt: skip


def test_weights_equal_the_oracle(pew):
    oracle = pd.read_csv(
        shared("data", "surveys", "pew_dec13", "oracle_rake_sex_recage.csv"), dtype={"psraid": str}
    ).set_index("psraid")["w_rake"]
    with duckdb.connect(str(pew.warehouse), read_only=True) as connection:
        weights = dict(
            connection.sql(
                "select respondent_id, weight from weighted.wgt_respondent_weights"
            ).fetchall()
        )
    assert set(weights) == set(oracle.index)
    assert pd.Series(weights)[oracle.index].to_numpy() == pytest.approx(oracle.to_numpy(), rel=1e-6)
