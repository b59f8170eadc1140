"""Differences between figures that share people, computed again person by person from the demo.

u_i = w_i (e_i - x_i'B) with e = e_a - e_b per person and B = (X'DX)⁻ X'D e: whoever counts on both
sides needs no formula of its own here. The engine works on sums per cell and on joint counts.
"""

import duckdb
import numpy as np
import pandas as pd
import pytest

SCHEME = "gender_age"
# Kind, segment, then question, statistic and option on each side.
UNROUNDED_DIFFERENCES = """
(
    select
        tests.* exclude (wave_code, compared_wave_code), measures.question_code,
        measures.statistic, measures.option_code, compared.question_code as compared_question_code,
        compared.option_code as compared_option_code
    from estimates.est_comparison_tests as tests
    inner join estimates.est_measures as measures using (measure_id)
    left join estimates.est_measures as compared
        on tests.compared_measure_id = compared.measure_id
) as unrounded
"""
PAIRS = [
    ("total", "municipality", ("overall_grade", "mean", None), ("overall_grade", "mean", None)),
    (
        "total", "municipality",
        ("channels_used", "share", "digital"), ("channels_used", "share", "digital"),
    ),
    (
        "answers", "total",
        ("contact_grade_digital", "mean", None), ("contact_grade_telephone", "mean", None),
    ),
    (
        "answers", "participation",
        ("channels_used", "share", "digital"), ("channels_used", "share", "telephone"),
    ),
    (
        "answers", "age_group",
        ("handling_grade_digital", "share_insufficient", None),
        ("handling_grade_desk", "share_insufficient", None),
    ),
]  # fmt: skip


@pytest.fixture
def people(warehouse: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Everybody who counts: weights, raking cell and the group in each segment."""
    people = warehouse.execute(
        "select delivery_key || row_number as person, cell_key, base_weight as d, "
        "population_weight as w, profile_key, wave_code from weighted.wgt_respondent_weights "
        "where scheme_code = ? order by person", [SCHEME],
    ).df()  # fmt: skip
    segments = warehouse.sql(
        "pivot (from estimates.est_profile_segments) on segment_code using first(segment_value) "
        "group by profile_key, wave_code"
    ).df()
    return people.merge(segments, on=["profile_key", "wave_code"]).set_index("person")


def outcome(warehouse, question: str, statistic: str, option: str | None) -> pd.Series:
    """Per person who answered the question: the grade, or 1 and 0 for a share."""
    answers = warehouse.execute(
        "select delivery_key || row_number as person, option_code, value_number, is_selected "
        "from estimates.est_valid_answers where question_code = ?", [question],
    ).df()  # fmt: skip
    if statistic == "mean":
        y = answers["value_number"]
    elif statistic == "share_insufficient":
        y = (answers["value_number"] <= 5).astype(float)
    else:
        y = ((answers["option_code"] == option) & answers["is_selected"]).astype(float)
    return y.groupby(answers["person"]).max()


def linearised(people: pd.DataFrame, y: pd.Series, in_domain: pd.Series) -> tuple[float, pd.Series]:
    """The weighted mean in the domain, and e per person: 0 outside it."""
    y = y.reindex(people.index)
    inside = in_domain & y.notna()
    w = people["w"].where(inside, 0)
    mean = (w * y.fillna(0)).sum() / w.sum()
    return mean, ((y - mean) / w.sum()).where(inside, 0)


@pytest.mark.parametrize(("kind", "segment", "a", "b"), PAIRS)
def test_a_difference_with_shared_people_is_that_of_the_people(
    warehouse, people, kind, segment, a, b
):
    pair = warehouse.execute(
        "select segment_value_a, segment_value_b, difference, se, se_clustered "
        f"from {UNROUNDED_DIFFERENCES} where scheme_code = ? and comparison_kind = ? "
        "and segment_code = ? and withheld_reason is null and question_code = ? and statistic = ? "
        "and option_code is not distinct from ? "
        "and coalesce(compared_question_code, question_code) = ? "
        "and (comparison_kind = 'total' or compared_option_code is not distinct from ?) "
        "order by segment_value_a limit 1",
        [SCHEME, kind, segment, *a, b[0], b[2]],
    ).fetchone()
    assert pair, "the demo has no such pair"
    value_a, value_b, difference, se, se_clustered = pair
    in_b = people["total"] == "total" if kind == "total" else people[segment] == value_b
    mean_a, e_a = linearised(people, outcome(warehouse, *a), people[segment] == value_a)
    mean_b, e_b = linearised(people, outcome(warehouse, *b), in_b)
    e = (e_a - e_b).to_numpy()
    assert ((e_a != 0) & (e_b != 0)).sum() > 50, "people on both sides"
    levels = warehouse.execute(
        "select cell_key, attribute_code || '=' || level_code as level "
        "from weighted.wgt_cell_levels where scheme_code = ?", [SCHEME],
    ).df()  # fmt: skip
    X = pd.crosstab(levels["cell_key"], levels["level"]).loc[people["cell_key"]].to_numpy()
    d, w = people["d"].to_numpy(), people["w"].to_numpy()
    B = np.linalg.pinv(X.T @ (d[:, None] * X)) @ (X.T @ (d * e))
    u = w * (e - X @ B)
    assert difference == pytest.approx(mean_a - mean_b, rel=1e-9)
    assert se == pytest.approx(np.sqrt(len(u) * u.var(ddof=1)), rel=1e-8)
    if segment == "municipality":
        assert se_clustered is None, "one cluster against 29"
    else:
        clusters = pd.Series(u, people.index).groupby(people["municipality"]).sum()
        assert len(clusters) == 29
        assert se_clustered == pytest.approx(np.sqrt(29 * clusters.var(ddof=1)), rel=1e-8)
