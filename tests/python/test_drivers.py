"""Relative weights are those of the textbook, and their errors those of R and of samples."""

import dataclasses
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from driver_samples import importance_of, r_squared, sample_of, shapley, tables_of
from peil.errors import InputError
from peil.settings import PROJECT
from peil.statistics.design import People, covariances, variances
from peil.statistics.drivers import (
    chances_to_be_first,
    importance,
    relative_weights,
    share_gradients,
    share_interval,
    standardise,
)
from peil.tables.designs import numbered_design
from peil.tables.drivers import driver_figures
from scipy import special
from scipy.stats import t

# Outcome, then three correlated drivers.
EXAMPLE = np.array(
    [
        [1.00, 0.50, 0.40, 0.30],
        [0.50, 1.00, 0.30, 0.20],
        [0.40, 0.30, 1.00, 0.40],
        [0.30, 0.20, 0.40, 1.00],
    ]
)


def people(n, seed, *, noise_only=False):
    """Outcome and three drivers with a common mood; the third may be pure noise."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=n)
    drivers = [mood + rng.normal(size=n) for _ in range(3)]
    if noise_only:
        drivers[2] = rng.normal(size=n)
    outcome = mood + 0.5 * drivers[0] + rng.normal(size=n)
    return np.column_stack([outcome, *drivers]), rng.uniform(0.5, 2, size=n)


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
    assert np.isnan(standardise(answers, weights)[:, 2]).all()
    with pytest.raises(InputError, match="everybody gave the same answer"):
        importance(answers, weights)


def test_standardised_answers_give_weighted_correlations():
    answers, weights = people(300, 2)
    covariance = np.cov(answers.T, aweights=weights)
    deviation = np.sqrt(np.diag(covariance))
    z = standardise(answers, weights)
    found = z.T @ (z * weights[:, None]) / weights.sum()
    assert found == pytest.approx(covariance / np.outer(deviation, deviation), abs=1e-12)


@pytest.mark.parametrize("repeat", ["none", "a driver twice", "a driver that is a sum"])
def test_the_influence_is_what_one_person_more_changes(repeat):
    """Against central differences of the shares in the weight of every tenth person."""
    answers, weights = people(200, 4)
    if repeat == "a driver twice":
        answers = np.column_stack([answers, 10 - 2 * answers[:, 1]])
    if repeat == "a driver that is a sum":
        answers = np.column_stack([answers, answers[:, 1] - 0.5 * answers[:, 3]])
    found = importance(answers, weights)
    for person in range(0, 200, 10):
        step = np.zeros(200)
        step[person] = 1e-4
        more, less = (importance(answers, weights + sign * step).shares for sign in (1, -1))
        assert found.influence[person] == pytest.approx((more - less) / 2e-4, abs=2e-9)
    assert np.abs(found.influence).max() > 1e-4
    assert weights @ found.influence == pytest.approx(np.zeros(len(found.shares)), abs=1e-12)


def test_the_gradient_is_that_of_the_shares():
    """Against central differences in every correlation of the example."""
    gradients = share_gradients(EXAMPLE)
    for i, j in combinations(range(4), 2):
        step = np.zeros((4, 4))
        step[i, j] = step[j, i] = 1e-5
        more, less = (relative_weights(EXAMPLE + sign * step) for sign in (1, -1))
        slope = (more / more.sum() - less / less.sum()) / 2e-5
        assert gradients[:, i, j] + gradients[:, j, i] == pytest.approx(slope, abs=1e-8)
    assert (np.diagonal(gradients, axis1=1, axis2=2) == 0).all()


def test_the_error_is_as_wide_as_samples_differ():
    """The linearised error of one survey against the spread over 600 surveys of that size."""
    shares = [importance(*people(800, 100 + seed)).shares for seed in range(600)]
    found = importance(*people(800, 7))
    _, weights = people(800, 7)
    se = np.sqrt(((weights[:, None] * found.influence) ** 2).sum(axis=0))
    assert se == pytest.approx(np.std(shares, axis=0), rel=0.2)


def test_an_interval_of_a_share_by_hand():
    """0.5 and se 0.1: logit 0, se 0.4; t of 0.975 at 10 df is 2.228139: ±0.891255."""
    low, high = share_interval(np.array([0.5, 0.5]), np.array([0.1, 0.0]), 10, 0.95)
    end = 1 / (1 + np.exp(0.8912554))
    assert low == pytest.approx([end, 0.5], abs=1e-7)
    assert high == pytest.approx([1 - end, 0.5], abs=1e-7)
    assert (low <= 0.5).all() and (high >= 0.5).all()


def test_where_the_error_says_nothing_there_is_no_interval():
    shares, se = np.array([0.0, 0.3, 0.7]), np.array([0.0, 0.1, 0.1])
    low, high = share_interval(shares, se, 30, 0.95)
    assert np.isnan([low[0], high[0]]).all()
    assert np.isfinite([low[1:], high[1:]]).all()
    assert np.isnan(share_interval(shares, se, 0, 0.95)).all()
    assert np.isnan(share_interval(np.array([1.0, 0.0]), np.zeros(2), 30, 0.95)).all()
    assert np.isnan(share_interval(np.full(2, 0.5), np.full(2, np.nan), 30, 0.95)).all()


def test_the_only_driver_has_everything_for_certain():
    answers, weights = people(100, 3)
    found = importance(answers[:, :2], weights)
    assert found.shares == pytest.approx([1])
    assert found.influence == pytest.approx(np.zeros((100, 1)))
    assert np.array(share_interval(found.shares, np.array([0.0]), 0, 0.95)).ravel().tolist() == [
        1,
        1,
    ]


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_never_important(seed):
    found = importance_of(*people(1000, seed, noise_only=True))
    assert (found["share_ci_low"] <= found["importance_share"]).all()
    assert (found["importance_share"] <= found["share_ci_high"]).all()
    assert found["share_ci_high"][2] < 1 / 3 < found["share_ci_low"][0]


REFERENCE = PROJECT / "tests" / "python" / "reference"
SIZES = {"noord": (900, 20), "zuid": (500, 12), "west": (40, 4)}


@pytest.mark.parametrize(
    "design", ["flat", "stratified", "clustered", "clustered_fpc", "uncalibrated"]
)
def test_importance_and_gaps_equal_r(design):
    """Rows of reference/make_drivers.R, that differentiates the shares of raked moments itself.

        d <- calibrate(svydesign(ids, strata, weights, fpc), ~ sex + age, calfun = "raking")
        totals <- svytotal(~products, d); slope %*% vcov(totals) %*% t(slope)

    West has one cluster: a lonely unit. A tenth of the answers is missing.
    """
    people = pd.read_csv(REFERENCE / "small_drivers.csv")
    wanted = pd.read_csv(REFERENCE / "small_drivers_estimates.csv")
    answers = people[["overall", "contact", "handling", "status"]].to_numpy(dtype=float)
    by_cluster = design in ("clustered", "clustered_fpc", "uncalibrated")
    sizes = people.groupby("region").agg(n=("id", "size"), clusters=("place", "nunique"))
    corrections = {
        region: 1 - (row.clusters / SIZES[region][1] if by_cluster else row.n / SIZES[region][0])
        for region, row in sizes.iterrows()
    }
    sample = sample_of(
        answers, people["base_weight"],
        stratum="all" if design == "flat" else people["region"],
        cluster_code=people["place"].astype(str), sex=people["sex"], age=people["age"],
        factor=people[f"weight_{design}"] / people["base_weight"],
    )  # fmt: skip
    tables = tables_of(
        sample,
        margins=() if design == "uncalibrated" else ("sex", "age"),
        unit="cluster" if by_cluster else "respondent",
        corrections=corrections if design in ("stratified", "clustered_fpc") else None,
        clusters=by_cluster,
    )
    found = driver_figures(tables, 0.95)
    for statistic, names in {
        "share": ("importance_share", "share_se", "share_ci_low", "share_ci_high"),
        "gap": ("unsatisfied_gap", "gap_se", "gap_ci_low", "gap_ci_high"),
    }.items():
        rows = wanted[(wanted["design"] == design) & (wanted["statistic"] == statistic)]
        value, se, df = (rows[column].to_numpy() for column in ("value", "se", "df"))
        estimate, error, low, high = (found[name].to_numpy() for name in names)
        assert estimate == pytest.approx(value, rel=1e-9)
        assert error == pytest.approx(se, rel=1e-7)
        if statistic == "share":
            half = t.ppf(0.975, df) * se / (value * (1 - value))
            assert special.logit(low) == pytest.approx(special.logit(value) - half, rel=1e-6)
            assert special.logit(high) == pytest.approx(special.logit(value) + half, rel=1e-6)
        else:
            assert (high - low) / 2 == pytest.approx(t.ppf(0.975, df - 1) * se, rel=1e-7)


def raked(weights, codes, targets):
    for _ in range(25):
        for code, target in zip(codes, targets, strict=True):
            weights = weights * (target / np.bincount(code, weights, len(target)))[code]
    return weights


def test_a_bootstrap_that_rakes_again_gives_the_same_errors():
    """400 samples per stratum, each raked again, know an error to 3.5 %: four times that.

    Dissatisfaction follows age: without the margins the errors of gaps are a quarter too large.
    What matters differs between strata: without them the errors of shares are too large.
    """
    rng = np.random.default_rng(11)
    n = 1200
    stratum, age, sex = np.repeat([0, 1], [900, 300]), rng.integers(0, 3, n), rng.integers(0, 2, n)
    mood = rng.normal(size=n)
    contact = mood + 2 * age + rng.normal(size=n)
    handling = mood - 2 * age + 2 * stratum + rng.normal(size=n)
    outcome = np.where(stratum, contact, handling) + 2 * rng.normal(size=n)
    answers = np.column_stack([outcome, contact, handling])
    targets = [np.array([500.0, 400, 300]), np.array([580.0, 620])]
    weights = raked(np.ones(n), (age, sex), targets)
    replicates = []
    for _ in range(400):
        drawn = np.concatenate([
            rng.choice(np.flatnonzero(stratum == h), (stratum == h).sum()) for h in (0, 1)
        ])  # fmt: skip
        again = raked(np.ones(n), (age[drawn], sex[drawn]), targets)
        low = answers[drawn, 1:] <= 1
        share = again @ low / again.sum()
        replicates.append([*importance(answers[drawn], again).shares, *(share - share.mean())])
    bootstrap = np.std(replicates, axis=0, ddof=1)
    sample = sample_of(
        answers, np.ones(n), stratum=pd.Series(stratum).map({0: "a", 1: "b"}),
        sex=pd.Series(sex).astype(str), age=pd.Series(age).astype(str), factor=weights,
    )  # fmt: skip
    tables = tables_of(sample, margins=("sex", "age"), low=1)
    tables.questions["unsatisfied_from"] = -99
    found = driver_figures(tables, 0.95)
    linearised = [*found["share_se"], *found["gap_se"]]
    assert linearised == pytest.approx(bootstrap, rel=0.14)
    not_raked = tables_of(sample, low=1)
    not_raked.questions["unsatisfied_from"] = -99
    assert driver_figures(not_raked, 0.95)["gap_se"][0] > 1.2 * bootstrap[2]
    no_strata = tables_of(sample.assign(stratum="all"), margins=("sex", "age"))
    assert driver_figures(no_strata, 0.95)["share_se"][0] > 1.05 * found["share_se"][0]


def test_a_bootstrap_that_rakes_again_gives_the_same_chance_to_be_first():
    """400 samples know a chance near 0.75 to 0.022: three times that."""
    rng = np.random.default_rng(5)
    n = 600
    sex, mood = rng.integers(0, 2, n), rng.normal(size=n)
    drivers = mood[:, None] + rng.normal(size=(n, 3)) + 0.3 * sex[:, None]
    answers = np.column_stack([drivers @ [0.5, 0.44, 0.1] + rng.normal(size=n), drivers])
    targets = [np.array([350.0, 250])]
    weights = raked(np.ones(n), (sex,), targets)
    first = np.zeros(3)
    for _ in range(400):
        drawn = rng.choice(n, n)
        again = raked(np.ones(n), (sex[drawn],), targets)
        low = again @ (answers[drawn, 1:] <= 0) / again.sum()
        first[np.argmax(importance(answers[drawn], again).shares * low)] += 1 / 400
    sample = sample_of(answers, np.ones(n), sex=pd.Series(sex).astype(str), factor=weights)
    tables = tables_of(sample, margins=("sex",), low=0)
    tables.questions["unsatisfied_from"] = -99
    found = driver_figures(tables, 0.95)["first_probability"].to_numpy()
    assert 0.55 < first.max() < 0.95
    assert found == pytest.approx(first, abs=0.066)


def test_the_chance_to_be_first_of_two_is_that_of_their_difference():
    """P(A > B) = T((a - b) / sqrt(Vaa + Vbb - 2 Vab)); 10,000 samples know it to 0.005.

    R: pt((0.30 - 0.25) / sqrt(0.0016 + 0.0025 - 2 * 0.0012), df = 12)     # 0.8759
    """
    covariance = np.array([[0.0016, 0.0012], [0.0012, 0.0025]])
    found = chances_to_be_first(np.array([0.30, 0.25]), covariance, 12, 1)
    expected = t.cdf(0.05 / np.sqrt(0.0017), 12)
    assert expected == pytest.approx(0.8759, abs=5e-4)
    assert found == pytest.approx([expected, 1 - expected], abs=0.015)
    again = chances_to_be_first(np.array([0.30, 0.25]), covariance, 12, 1)
    assert (found == again).all()


def test_chances_of_equal_certain_and_single_drivers():
    three = chances_to_be_first(np.full(3, 0.2), 0.01 * np.eye(3), 500, 7)
    assert three == pytest.approx([1 / 3] * 3, abs=0.015)
    assert chances_to_be_first(np.array([0.3, 0.2]), np.zeros((2, 2)), 5, 7).tolist() == [1, 0]
    repeated = np.full((2, 2), 0.01)
    assert chances_to_be_first(np.full(2, 0.2), repeated, 5, 7).tolist() == [0.5, 0.5]
    assert chances_to_be_first(np.array([0.4]), np.array([[0.1]]), 5, 7).tolist() == [1]


def test_covariances_are_those_of_the_same_residuals():
    """Of a sum: V(a + 2b) = Vaa + 4 Vab + 4 Vbb, with strata, margins and unequal weights."""
    answers, weights = people(300, 8)
    rng = np.random.default_rng(8)
    sample = sample_of(
        answers, weights, stratum=pd.Series(rng.integers(0, 3, 300)).astype(str),
        sex=pd.Series(rng.integers(0, 2, 300)).astype(str),
    )  # fmt: skip
    tables = tables_of(sample, margins=("sex",))
    numbered = numbered_design(tables.design, ("x", "w"), tables.places)
    cell = numbered.cell_position[tables.places["cell_id"]].to_numpy()
    d = rng.uniform(0.5, 2, len(cell))
    everybody = People(cell, np.ones(len(cell)), d, d**2)
    e = rng.normal(size=(len(cell), 2))
    matrix = covariances(numbered.design, everybody, e)
    assert np.diag(matrix) == pytest.approx(variances(numbered.design, everybody, e), rel=1e-12)
    assert matrix[0, 1] == matrix[1, 0] != 0
    (combined,) = variances(numbered.design, everybody, e @ np.array([[1.0], [2.0]]))
    assert combined == pytest.approx(matrix[0, 0] + 4 * matrix[0, 1] + 4 * matrix[1, 1], rel=1e-10)


def test_one_cluster_knows_no_error_and_clusters_are_the_units():
    answers, weights = people(120, 5)
    cluster = pd.Series(np.arange(120) % 6).astype(str)
    several = tables_of(
        sample_of(answers, weights, cluster_code=cluster), unit="cluster", clusters=True
    )
    assert driver_figures(several, 0.95)["share_se"].notna().all()
    one = tables_of(sample_of(answers, weights), unit="cluster", clusters=True)
    found = driver_figures(one, 0.95)
    assert found["importance_share"].sum() == pytest.approx(1)
    errors = ["share_se", "share_ci_low", "share_ci_high", "gap_se", "gap_ci_low", "gap_ci_high"]
    assert found[errors].isna().all(axis=None)
    assert found["unsatisfied_gap"].notna().all()


def test_who_skipped_a_driver_counts_in_the_gaps_only():
    answers, weights = people(200, 6)
    answers = (6 + answers).round()
    answers[:30, 2] = np.nan
    answers[30:50, 0] = np.nan
    tables = tables_of(sample_of(answers, weights), low=5)
    tables.questions["unsatisfied_from"] = 4
    found = driver_figures(tables, 0.95)
    assert found["n_answers"].tolist() == [150] * 3
    complete = importance(answers[50:], weights[50:])
    assert found["importance"].to_numpy() == pytest.approx(complete.weights, abs=1e-12)
    low = np.where(np.isnan(answers), np.nan, (answers >= 4) & (answers <= 5))[:, 1:]
    share = np.nansum(weights[:, None] * low, axis=0) / (weights @ ~np.isnan(low))
    assert found["unsatisfied_gap"].to_numpy() == pytest.approx(share - share.mean(), abs=1e-12)
    assert len(set(share)) == 3


def test_the_order_of_rows_is_irrelevant_to_the_last_digit():
    answers, weights = people(400, 8)
    tables = tables_of(sample_of(answers.round(1), weights))
    first = driver_figures(tables, 0.95)
    shuffled = tables.counts.order("hash(profile_key, sum_d)")
    assert shuffled.fetchall() != tables.counts.fetchall()
    again = dataclasses.replace(tables, counts=shuffled)
    pd.testing.assert_frame_equal(first, driver_figures(again, 0.95), check_exact=True)


def test_a_set_that_cannot_be_computed_gets_a_reason_and_leaves_the_others_alone():
    answers, weights = people(200, 1)
    good = tables_of(sample_of(answers, weights), model="good")
    answers[:, 0] = 6
    bad = tables_of(sample_of(answers, weights), model="bad")
    both = dataclasses.replace(
        good,
        counts=good.counts.union(bad.counts),
        questions=pd.concat([good.questions, bad.questions]),
    )
    found = driver_figures(both, 0.95).set_index("driver_model_code")
    assert found.loc["bad", "withheld_reason"].tolist() == ["not_computable"] * 3
    assert found.loc["bad", "importance"].isna().all()
    assert found.loc["good", "withheld_reason"].isna().all()
    assert found.loc["good", "position"].tolist() == [1, 2, 3]
    assert found.loc["good", "n_answers"].tolist() == [200] * 3
    alone = driver_figures(good, 0.95).set_index("driver_model_code")
    pd.testing.assert_frame_equal(found.loc[["good"]], alone)


def test_a_survey_without_drivers_gives_a_typed_empty_table():
    tables = tables_of(sample_of(*people(20, 1)))
    found = driver_figures(
        dataclasses.replace(
            tables, counts=tables.counts.limit(0), questions=tables.questions.head(0)
        ),
        0.95,
    )
    assert found.empty
    assert found["importance"].dtype == float
    no_people = driver_figures(dataclasses.replace(tables, counts=tables.counts.limit(0)), 0.95)
    assert no_people.empty
