"""Model estimates of small areas: equal to R, honest in simulation, refused where none fits."""

from collections.abc import Callable
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pytest
from peil.statistics.intervals import normal_interval
from peil.statistics.small_areas import (
    Areas,
    NoModelError,
    fay_herriot,
    smoothed_variance,
)
from peil.tables.areas import MEASURE, area_models

Y = [6.71, 6.43, 6.38, 6.85, 6.22, 6.30, 7.18, 6.15, 6.90, 6.47, 6.04, 6.69, 6.91, 6.15, 6.96]
V = [.0100, .0225, .0049, .0625, .0144, .0081, .0900, .0400, .0121, .0256, .0064, .0169, .0484,
     .0100, .0196]  # fmt: skip
X = [4.1, 4.9, 3.8, 5.2, 4.4, 4.0, 5.0, 3.7, 4.6, 4.7, 3.9, 4.3, 5.1, 4.2, 4.5]


def areas(y=Y, v=V, x=X) -> Areas:
    n = len(y)
    return Areas(np.array(y), np.array(v), np.column_stack([np.ones(n), x]), np.full(n, 1 / n))


def test_estimates_equal_metafor():
    """R 4.2 with metafor 3.8-1.

    m <- rma(yi = Y, vi = V, mods = ~X, method = "REML",
             control = list(threshold = 1e-14, maxiter = 1000))
    m$tau2; coef(m); b <- blup(m); b$pred; b$se   # its se is sqrt(g1 + g2)
    """
    model = fay_herriot(areas())
    assert model.sigma2 == pytest.approx(0.0545149089348049, rel=1e-9)
    np.testing.assert_allclose(
        model.coefficients, [4.413091265611206, 0.4821361537172389], rtol=1e-9
    )
    np.testing.assert_allclose(
        model.estimate,
        [6.660375733387202, 6.530955315420284, 6.368883638330325, 6.887494829494312,
         6.285713805536765, 6.305386107520182, 6.958150800090131, 6.169888940229486,
         6.851123593467802, 6.536825993889124, 6.066625706662878, 6.641789852120628,
         6.892122176661305, 6.194650626650455, 6.860222471531809],
        rtol=1e-9,
    )  # fmt: skip
    np.testing.assert_allclose(
        np.sqrt(model.g1 + model.g2),
        [0.09280516945765102, 0.1305074699073447, 0.06772080271679122, 0.1896969991270896,
         0.1077654657105811, 0.084810593932881, 0.2005116075032539, 0.1613244027581954,
         0.100603623968578, 0.1351216903279732, 0.07644766077003688, 0.1148365466727075,
         0.1732752976371218, 0.09266328872881674, 0.1216887299407385],
        rtol=2e-8,
    )  # fmt: skip


def test_the_third_part_of_the_error_is_that_of_the_variance_between_areas():
    """By hand: ψ² (σ² + ψ)⁻³ · 2 / Σ (σ² + ψ)⁻² (Datta & Lahiri 2000), which blup leaves out."""
    model, v = fay_herriot(areas()), np.array(V)
    total = model.sigma2 + v
    by_hand = v**2 / total**3 * 2 / np.sum(total**-2.0)
    np.testing.assert_allclose(model.g3, by_hand, rtol=1e-12)
    np.testing.assert_allclose(model.mse, model.g1 + model.g2 + 2 * model.g3)
    assert np.all(model.g3 > 0)


def test_areas_that_differ_by_chance_follow_the_register():
    """σ² is 0: R rma gives tau2 = 0 for these values, and every estimate is x'β."""
    y = [6.41, 6.73, 6.18, 6.95, 6.52, 6.30, 6.88, 6.05, 6.60, 6.77, 6.24, 6.49, 6.91, 6.35, 6.66]
    model = fay_herriot(areas(y))
    assert model.sigma2 == 0
    assert not model.shrinkage.any()
    np.testing.assert_allclose(
        model.estimate[:3], [6.35265917760697, 6.802392180185919, 6.184009301639865], rtol=1e-9
    )
    np.testing.assert_allclose(model.coefficients, [4.04777753938986, 0.56216625322368], rtol=1e-9)
    # REML says 0, the posterior does not: it was found, not known.
    assert np.all(model.posterior_se > np.sqrt(model.g1 + model.g2))


def test_they_add_up_to_the_direct_total():
    share = np.arange(1.0, 16) / 120
    given = Areas(np.array(Y), np.array(V), areas().covariates, share)
    model = fay_herriot(given)
    assert share @ model.benchmarked == pytest.approx(share @ np.array(Y), rel=1e-12)
    assert share @ model.difference == pytest.approx(0, abs=1e-12)
    assert np.ptp(model.benchmarked - model.estimate) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"y": Y[:9], "v": V[:9], "x": X[:9]}, "9 areas have an estimate"),
        ({"v": [0.0, *V[1:]]}, "variance is not above 0"),
        ({"v": [np.nan, *V[1:]]}, "variance is not above 0"),
        ({"x": [4.0] * 15}, "say the same as one another"),
    ],
)
def test_no_model_is_made_of_what_cannot_bear_one(wrong, says):
    with pytest.raises(NoModelError, match=says):
        fay_herriot(areas(**wrong))


class Simulated(NamedTuple):
    """Of simulated surveys: how often intervals hold the truth, and how far estimates are off.

    `difference` and `own` are shares of areas, the errors mean squares, the widths standard errors.
    """

    difference: float
    own: float
    error: float
    direct_error: float
    width: float
    direct_width: float


def simulated(sigma: Callable[[np.random.Generator], float], n_surveys: int = 300) -> Simulated:
    """Surveys of 29 areas, of 50 to 400 respondents each, with this spread between the areas."""
    rng = np.random.default_rng(2024)
    rows = []
    for _ in range(n_surveys):
        x = rng.normal(size=29)
        share = rng.dirichlet(np.full(29, 3.0))
        variance = 1.7**2 / rng.uniform(50, 400, 29)
        truth = 6.5 + 0.1 * x + sigma(rng) * rng.normal(size=29)
        direct = truth + np.sqrt(variance) * rng.normal(size=29)
        model = fay_herriot(Areas(direct, variance, np.column_stack([np.ones(29), x]), share))
        held = [
            np.mean((low <= true) & (true <= high))
            for (low, high), true in (
                (normal_interval(model.difference, model.difference_se, 0.95),
                 truth - share @ truth),
                (normal_interval(model.benchmarked, model.posterior_se, 0.95), truth),
            )
        ]  # fmt: skip
        errors = [np.mean((x - truth) ** 2) for x in (model.benchmarked, direct)]
        rows.append([*held, *errors, model.posterior_se.mean(), np.sqrt(variance).mean()])
    return Simulated(*np.mean(rows, axis=0))


@pytest.mark.parametrize("sigma", [0.1, 0.3])
def test_intervals_hold_the_truth_as_often_as_they_say(sigma):
    found = simulated(lambda _: sigma)
    assert 0.93 <= found.difference <= 0.97
    assert 0.93 <= found.own <= 0.97
    assert found.error < found.direct_error


def test_intervals_hold_the_truth_as_often_as_they_say_over_all_spreads_together():
    """Spreads drawn from the flat prior of the interval: then its coverage is exact on average.

    Where areas hardly differ intervals hold the truth nearly always (below), and where they do not
    much less often than they say (above).
    """
    found = simulated(lambda rng: np.sqrt(rng.uniform(0, 0.1)))
    assert 0.94 <= found.difference <= 0.96
    assert 0.94 <= found.own <= 0.96


def test_where_areas_hardly_differ_intervals_hold_the_truth_and_are_half_of_the_direct_ones():
    """No upper bound on the coverage here: σ² is an eighth of the error with which it is known.

    That error is √(2 / Σψ⁻²) = 0.003. Any interval that takes σ² as unknown is wider than that of a
    known 0. What that costs is bounded: it is still hardly more than half of that without a model.
    """
    found = simulated(lambda _: 0.02)
    assert min(found.difference, found.own) >= 0.95
    assert found.width < 0.6 * found.direct_width
    assert found.error < found.direct_error


def test_one_variance_per_person_for_all_areas():
    """Two areas of 100 and 300: variances per person 4 and 1, so (100·4 + 300·1) / 400 = 1.75."""
    se, n = np.array([0.2, np.sqrt(1 / 300)]), np.array([100.0, 300.0])
    np.testing.assert_allclose(smoothed_variance(se, n), [0.0175, 1.75 / 300])


def frame(estimates, kind="mean", n=100.0, **more) -> pd.DataFrame:
    own = pd.DataFrame({"estimate": estimates}).assign(
        survey_code="s", wave_code="w", segment_code="place", question_code="q", statistic="m",
        option_code=None, kind=kind, se=0.15, n_effective=n,
        n_residents=np.linspace(1e4, 9e4, len(estimates)),
        mean_age=45 + np.sin(np.arange(len(estimates))),
    )  # fmt: skip
    return own.assign(segment_value=[f"GM{i}" for i in range(len(own))], **more)


def test_shares_stay_shares_and_add_up_and_what_has_no_register_shrinks_to_the_mean():
    rng = np.random.default_rng(3)
    shares = rng.uniform(0.01, 0.25, 20)
    shares[0] = 0.0
    own = frame(shares, kind="option", n=60.0)
    made = area_models(own, 0.95)
    assert set(made["model_status"]) == {"fits"}
    assert made["model_estimate"].between(0, 1).all()
    weight = own["n_residents"] / own["n_residents"].sum()
    assert (weight * made["model_estimate"]).sum() == pytest.approx((weight * shares).sum())
    without = area_models(own.assign(n_residents=np.nan, mean_age=np.nan), 0.95)
    assert set(without["model_status"]) == {"fits"}
    pulled = without["model_estimate"] - np.mean(shares)
    assert (np.abs(pulled) <= np.abs(shares - np.mean(shares)) + 0.01).all()


def test_every_area_keeps_its_row_and_the_reason_that_it_has_no_model():
    few, many = frame([6.0, 6.5, 7.0]), frame(list(np.linspace(6, 7, 12)), question_code="r")
    made = area_models(pd.concat([few, many]), 0.95)
    assert len(made) == 15
    assert set(made.loc[made["question_code"] == "q", "model_status"]) == {"too_few_areas"}
    assert made.loc[made["question_code"] == "q", "model_estimate"].isna().all()
    assert made.loc[made["question_code"] == "r", "model_estimate"].notna().all()
    none = area_models(few.iloc[:0], 0.95)
    assert list(none.columns) == list(made.columns)
    assert len(none) == 0


def test_without_areas_the_columns_are_texts_to_the_database_as_well():
    """The mart has a contract, and a survey without groups of areas has no row to tell by."""
    empty = pd.DataFrame(columns=[*MEASURE, "kind"])
    models = duckdb.from_df(area_models(empty, 0.95))
    types = dict(zip(models.columns, map(str, models.types), strict=True))
    assert types["model_status"] == types["survey_code"] == "VARCHAR"
    assert types["n_areas"] == "BIGINT"
