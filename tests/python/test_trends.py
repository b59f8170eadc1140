"""Two waves: what changed, with its test, and no change where the question changed."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import options, peil, places_in
from part_nights import land_and_build


@pytest.fixture(scope="module")
def two_waves(tmp_path_factory):
    """What changes are made of; test_linear_trends.py builds all of a survey of waves."""
    places = places_in(tmp_path_factory.mktemp("waves"))
    simulated = peil("demo", "--waves", 2, *options(places))
    assert simulated.returncode == 0, simulated.stderr
    assert "burgerpanel_2025.sav" in simulated.stdout
    wanted = {"trends", "estimates", "est_comparison_tests", "est_cluster_influence"}
    land_and_build(places, lambda step: step.name in wanted)
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        yield connection


def test_a_change_stands_beside_both_figures(two_waves):
    change, now, earlier, low, high, significant = two_waves.sql(
        "select change, estimate, earlier_estimate, ci_low, ci_high, is_significant "
        "from marts.trends where is_default_scheme and segment_code = 'total' "
        "and question_code = 'overall_grade' and statistic = 'mean'"
    ).fetchone()
    assert change == pytest.approx(now - earlier, abs=1e-9)
    assert low < change < high
    assert change == pytest.approx(0.15, abs=0.02)
    assert significant


def test_a_question_that_changed_has_figures_but_no_change(two_waves):
    waves = two_waves.sql(
        "select count(distinct wave_code) from marts.estimates "
        "where question_code = 'accessibility_mobile' and not is_withheld"
    ).fetchone()
    assert waves == (2,)
    changes = two_waves.sql(
        "select count(*) filter (where question_code = 'accessibility_mobile'), count(*) "
        "from marts.trends"
    ).fetchone()
    assert changes[0] == 0
    assert changes[1] > 100


def test_the_error_of_a_change_is_that_of_two_samples(two_waves):
    """Two waves are drawn apart: V = V_now + V_earlier; df = n_now + n_earlier - 2 - 1."""
    rows = two_waves.sql(
        "select c.se, c.df, a.se as se_a, b.se as se_b, a.n_answers + b.n_answers as n "
        "from estimates.est_comparison_tests as c "
        "inner join estimates.est_estimates as a on c.point_id_a = a.point_id "
        "inner join estimates.est_estimates as b on c.point_id_b = b.point_id "
        "where c.comparison_kind = 'waves' and c.withheld_reason is null"
    ).df()
    assert len(rows) > 100
    assert rows["se"].to_numpy() == pytest.approx(np.hypot(rows["se_a"], rows["se_b"]), rel=1e-6)
    assert (rows["df"] == rows["n"] - 3).all()


def test_a_municipality_in_both_waves_is_one_cluster(two_waves):
    """Σ over municipalities of (u_now - u_earlier)²: computed here from the warehouse."""
    pair = two_waves.sql(
        "select pair_id, point_id_a, point_id_b, se_clustered, df_clustered "
        "from estimates.est_comparison_tests inner join estimates.est_measures "
        "using (measure_id) where comparison_kind = 'waves' and scheme_code = 'gender_age' "
        "and segment_code = 'total' and question_code = 'overall_grade' "
        "and statistic = 'mean'"
    ).fetchone()
    u = two_waves.execute(
        "select point_id, cluster_code, sum_u from estimates.est_cluster_influence "
        "where point_id in (?, ?)", [pair[1], pair[2]],
    ).df()  # fmt: skip
    table = u.pivot(index="cluster_code", columns="point_id", values="sum_u").fillna(0)
    difference = (table[pair[1]] - table[pair[2]]).to_numpy()
    n = len(difference)
    variance = n / (n - 1) * ((difference - difference.mean()) ** 2).sum()
    assert n == 29
    assert pair[3] == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert pair[4] == 27


def test_the_first_wave_is_untouched_by_the_second(two_waves, published):
    query = (
        "select segment_value, question_code, statistic, option_code, estimate, se from "
        "marts.estimates where wave_code = '2024' and is_default_scheme and not is_withheld "
        "order by all"
    )
    pd.testing.assert_frame_equal(two_waves.sql(query).df(), published.sql(query).df())
