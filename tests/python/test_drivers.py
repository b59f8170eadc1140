"""Relative weights are those of the textbook, and the mart's are those of its respondents."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest

from scripts.drivers import correlations, driver_importance, importance, relative_weights
from scripts.errors import InputError

# Outcome, then three correlated drivers.
EXAMPLE = np.array(
    [
        [1.00, 0.50, 0.40, 0.30],
        [0.50, 1.00, 0.30, 0.20],
        [0.40, 0.30, 1.00, 0.40],
        [0.30, 0.20, 0.40, 1.00],
    ]
)


def r_squared(correlation, drivers):
    if not drivers:
        return 0.0
    r = correlation[0, list(drivers)]
    return float(r @ np.linalg.solve(correlation[np.ix_(drivers, drivers)], r))


def shapley(correlation):
    """General dominance (LMG): what a driver adds to R², averaged over all orders of entry."""
    k = len(correlation) - 1
    weights = []
    for driver in range(1, k + 1):
        others = [other for other in range(1, k + 1) if other != driver]
        weights.append(
            sum(
                factorial(size) * factorial(k - size - 1) / factorial(k)
                * (r_squared(correlation, (*before, driver)) - r_squared(correlation, before))
                for size in range(k)
                for before in combinations(others, size)
            )
        )  # fmt: skip
    return weights


def people(n, seed, *, noise_only=False):
    """Outcome and three drivers with a common mood; the third may be pure noise."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=n)
    drivers = [mood + rng.normal(size=n) for _ in range(3)]
    if noise_only:
        drivers[2] = rng.normal(size=n)
    outcome = mood + 0.5 * drivers[0] + rng.normal(size=n)
    return np.column_stack([outcome, *drivers]), rng.uniform(0.5, 2, size=n)


def group_sums(answers, weights, n_groups=50):
    a = np.column_stack([np.ones(len(answers)), answers])
    group = np.arange(len(answers)) % n_groups
    return np.stack(
        [(a[group == g] * weights[group == g, None]).T @ a[group == g] for g in range(n_groups)]
    )


def test_orthogonal_drivers_get_their_squared_correlations():
    correlation = np.eye(4)
    correlation[0, 1:] = correlation[1:, 0] = [0.6, -0.3, 0.2]
    assert relative_weights(correlation) == pytest.approx([0.36, 0.09, 0.04], abs=1e-14)


@pytest.mark.parametrize("overlap", [-0.5, 0.1, 0.5, 0.9])
def test_two_drivers_get_exactly_what_shapley_gives(overlap):
    correlation = np.array([[1, 0.5, 0.4], [0.5, 1, overlap], [0.4, overlap, 1]])
    assert relative_weights(correlation) == pytest.approx(shapley(correlation), abs=1e-12)


def test_weights_equal_the_textbook_steps():
    """Tonidandel & LeBreton (2011), step by step, with the eigenvectors written out as sums."""
    predictors, outcome = EXAMPLE[1:, 1:], EXAMPLE[1:, 0]
    eigenvalues, vectors = np.linalg.eig(predictors)
    loadings = np.zeros((3, 3))
    for value, vector in zip(eigenvalues, vectors.T, strict=True):
        loadings += np.sqrt(value) * np.outer(vector, vector)
    assert loadings @ loadings == pytest.approx(predictors)
    beta = np.linalg.inv(loadings) @ outcome
    by_hand = [sum(loadings[j, k] ** 2 * beta[k] ** 2 for k in range(3)) for j in range(3)]
    assert relative_weights(EXAMPLE) == pytest.approx(by_hand, abs=1e-13)


def test_two_drivers_by_hand():
    """Λ of an overlap of 0.6: (√1.6 ± √0.4) / 2 = 3/√10 and 1/√10, so Λ² is 0.9 and 0.1.

    r = (0.5, 0.3): β = Λ⁻¹ r = (3·0.5 - 0.3, 3·0.3 - 0.5) √10 / 8, so β² is 0.225 and 0.025:
    0.9·0.225 + 0.1·0.025 = 0.205 and 0.1·0.225 + 0.9·0.025 = 0.045; R² is 0.25.
    """
    correlation = np.array([[1, 0.5, 0.3], [0.5, 1, 0.6], [0.3, 0.6, 1]])
    assert relative_weights(correlation) == pytest.approx([0.205, 0.045], abs=1e-14)


def test_three_drivers_come_close_to_shapley_but_are_not_it():
    """Johnson's weights approximate general dominance: within 0.01 of R² in this example."""
    difference = relative_weights(EXAMPLE) - np.array(shapley(EXAMPLE))
    assert np.abs(difference).max() < 0.01
    assert np.abs(difference).max() > 1e-6


def test_weights_add_up_to_r_squared():
    assert relative_weights(EXAMPLE).sum() == pytest.approx(r_squared(EXAMPLE, (1, 2, 3)))


def test_the_order_of_drivers_is_irrelevant():
    order = [0, 3, 1, 2]
    shuffled = relative_weights(EXAMPLE[np.ix_(order, order)])
    assert shuffled == pytest.approx(relative_weights(EXAMPLE)[[2, 0, 1]], abs=1e-14)


def test_turning_a_scale_around_changes_no_weight():
    turned = np.diag([1, 1, -1, 1])
    assert relative_weights(turned @ EXAMPLE @ turned) == pytest.approx(relative_weights(EXAMPLE))


def test_a_driver_twice_shares_its_weight_equally():
    """R is singular: together they weigh what the one alone would, beside nothing else."""
    correlation = np.array([[1, 0.5, 0.5], [0.5, 1, 1], [0.5, 1, 1]])
    assert relative_weights(correlation) == pytest.approx([0.125, 0.125], abs=1e-12)


def test_many_matrices_at_once_are_weighed_as_one_by_one():
    order = [0, 2, 3, 1]
    both = np.stack([EXAMPLE, EXAMPLE[np.ix_(order, order)]])
    together = relative_weights(both)
    for one, alone in zip(together, both, strict=True):
        assert one == pytest.approx(relative_weights(alone), abs=1e-14)


@pytest.mark.parametrize("matrix", [np.ones((2, 3)), np.ones((1, 1)), np.ones(3)])
def test_what_is_no_correlation_matrix_is_refused(matrix):
    with pytest.raises(InputError, match="square correlation matrix"):
        relative_weights(matrix)


def test_a_question_without_spread_is_refused():
    answers, weights = people(200, 1)
    answers[:, 2] = 7.1
    assert np.isnan(correlations(group_sums(answers, weights).sum(axis=0))[0, 2])
    with pytest.raises(InputError, match="everybody gave the same answer"):
        importance(group_sums(answers, weights), 10, 1, 0.95)


def test_correlations_from_sums_are_weighted_ones():
    answers, weights = people(300, 2)
    covariance = np.cov(answers.T, aweights=weights)
    deviation = np.sqrt(np.diag(covariance))
    expected = covariance / np.outer(deviation, deviation)
    found = correlations(group_sums(answers, weights).sum(axis=0))
    assert found == pytest.approx(expected, abs=1e-12)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not():
    groups = group_sums(*people(1000, 3))
    first, again, other = (importance(groups, 200, seed, 0.95) for seed in (5, 5, 6))
    assert first.ci_low.tobytes() == again.ci_low.tobytes()
    assert first.ci_high.tobytes() == again.ci_high.tobytes()
    assert first.ci_low.tobytes() != other.ci_low.tobytes()
    assert first.weights.tobytes() == other.weights.tobytes()


@pytest.mark.parametrize("seed", range(5))
def test_the_interval_holds_its_figure_and_noise_is_never_important(seed):
    found = importance(group_sums(*people(1000, seed, noise_only=True)), 300, 1, 0.95)
    assert found.n_replicates == 300
    assert (found.ci_low <= found.shares).all()
    assert (found.shares <= found.ci_high).all()
    assert found.ci_high[2] < 1 / 3 < found.ci_low[0]


def test_the_interval_is_as_wide_as_samples_differ():
    """The bootstrap's spread of one survey against the spread over 400 surveys of that size."""
    shares = [
        importance(group_sums(*people(800, 100 + seed)), 2, 1, 0.95).shares[0]
        for seed in range(400)
    ]
    found = importance(group_sums(*people(800, 7), n_groups=200), 500, 1, 0.95)
    width = found.ci_high[0] - found.ci_low[0]
    assert width == pytest.approx(2 * 1.96 * np.std(shares), rel=0.25)


def as_frame(groups, **key):
    rows = [
        {
            **key, "bootstrap_group": g, "first_position": i, "second_position": j,
            "n_answers": 4, "sum_wxy": groups[g, i, j],
        }
        for g in range(len(groups))
        for i in range(groups.shape[1])
        for j in range(i, groups.shape[1])
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_set_that_cannot_be_computed_gets_a_reason_and_leaves_the_others_alone():
    key = {
        "scheme_code": "x", "wave_code": "w", "segment_code": "total", "segment_value": "total",
        "survey_code": "s",
    }  # fmt: skip
    answers, weights = people(200, 1)
    good = as_frame(group_sums(answers, weights), driver_model_code="good", **key)
    answers[:, 0] = 6
    bad = as_frame(group_sums(answers, weights), driver_model_code="bad", **key)
    found = driver_importance(pd.concat([good, bad]), 50, 1, 0.95).set_index("driver_model_code")
    assert found.loc["bad", "withheld_reason"].tolist() == ["not_computable"] * 3
    assert found.loc["bad", "importance"].isna().all()
    assert found.loc["good", "withheld_reason"].isna().all()
    assert found.loc["good", "position"].tolist() == [1, 2, 3]
    assert found.loc["good", "n_answers"].tolist() == [200] * 3
    alone = driver_importance(good, 50, 1, 0.95).set_index("driver_model_code")
    pd.testing.assert_frame_equal(found.loc[["good"]], alone)


def test_a_survey_without_drivers_gives_a_typed_empty_table():
    empty = as_frame(np.ones((1, 3, 3)), **dict.fromkeys(
        ["scheme_code", "wave_code", "segment_code", "segment_value", "survey_code",
         "driver_model_code"], "x",
    )).head(0)  # fmt: skip
    found = driver_importance(empty, 50, 1, 0.95)
    assert found.empty
    assert found["importance"].dtype == float


def test_the_published_importance_is_that_of_the_respondents(published, warehouse):
    """From the mart back to microdata: weights and answers of every complete case, in NumPy."""
    sets = published.sql(
        "select distinct wave_code, weighting_scheme, segment_code, segment_value, "
        "driver_model_code, outcome_question_code from marts.priority_matrix order by all"
    ).fetchall()
    assert len(sets) == 18
    answers = warehouse.sql(
        "select answers.delivery_key || ':' || answers.row_number as person, "
        "question_code, value_number from estimates.est_valid_answers as answers "
        "where value_number is not null"
    ).df()
    wide = answers.pivot(index="person", columns="question_code", values="value_number")
    weights = warehouse.sql(
        "select weights.delivery_key || ':' || weights.row_number as person, "
        "weights.wave_code, scheme_code, population_weight, attributes.level_code as participation "
        "from weighted.wgt_respondent_weights as weights "
        "left join weighted.wgt_respondent_attributes as attributes "
        "on weights.delivery_key = attributes.delivery_key "
        "and weights.row_number = attributes.row_number "
        "and attributes.attribute_code = 'participation'"
    ).df()
    for wave, scheme, segment, value, model, outcome in sets:
        mart = published.execute(
            "select question_code, correlation, importance, importance_share, r_squared, n_answers "
            "from marts.priority_matrix where wave_code = ? and weighting_scheme = ? "
            "and segment_value = ? and driver_model_code = ? order by sort_order",
            [wave, scheme, value, model],
        ).df()
        here = weights[(weights["wave_code"] == wave) & (weights["scheme_code"] == scheme)]
        if segment == "participation":
            here = here[here["participation"] == value]
        data = wide[[outcome, *mart["question_code"]]].dropna()
        data = data.join(here.set_index("person")["population_weight"], how="inner")
        w = data.pop("population_weight").to_numpy()
        covariance = np.cov(data.to_numpy().T, aweights=w)
        deviation = np.sqrt(np.diag(covariance))
        correlation = covariance / np.outer(deviation, deviation)
        drivers = tuple(range(1, len(correlation)))
        assert mart["n_answers"].tolist() == [len(data)] * len(mart)
        assert mart["correlation"].to_numpy() == pytest.approx(correlation[0, 1:], abs=1e-6)
        assert mart["r_squared"][0] == pytest.approx(r_squared(correlation, drivers), abs=1e-6)
        assert mart["importance"].sum() == pytest.approx(mart["r_squared"][0], abs=1e-5)
        # Shapley needs no relative weights: an independent figure close by.
        assert mart["importance"].to_numpy() == pytest.approx(shapley(correlation), abs=0.01)


def test_the_published_satisfaction_is_that_of_estimates(published):
    differing = published.sql(
        "select * from marts.priority_matrix as matrix "
        "inner join marts.estimates as estimates "
        "using (survey_code, wave_code, weighting_scheme, segment_code, segment_value, "
        "question_code) where estimates.statistic = matrix.unsatisfied_statistic "
        "and (matrix.share_unsatisfied, matrix.share_unsatisfied_ci_low) "
        "is distinct from (estimates.estimate, estimates.ci_low)"
    ).fetchall()
    assert differing == []


def test_who_agrees_that_the_website_works_gives_a_higher_grade(published):
    """Statements run from 1 fully agree to 5: their correlation with a grade is negative."""
    signs = published.sql(
        "select distinct unsatisfied_statistic, sign(correlation) from marts.priority_matrix"
    ).fetchall()
    assert sorted(signs) == [("bottom2", -1), ("share_insufficient", 1)]
