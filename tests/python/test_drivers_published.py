"""Published importance, errors and quadrants of drivers are those of the respondents."""

import numpy as np
import pandas as pd
import pytest
from driver_samples import r_squared, shapley
from scipy import linalg, special
from scipy.stats import t

# Half of the last published digit.
ROUNDED = 0.00051


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
        assert mart["correlation"].to_numpy() == pytest.approx(correlation[0, 1:], abs=ROUNDED)
        assert mart["r_squared"][0] == pytest.approx(r_squared(correlation, drivers), abs=ROUNDED)
        assert mart["importance"].sum() == pytest.approx(
            mart["r_squared"][0], abs=ROUNDED * (len(mart) + 1)
        )
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


def test_the_errors_are_those_of_the_respondents(published, warehouse):
    """Person by person: e, what the margins explain of it by least squares, u, and their spread.

    Gaps: everybody who answered a driver; digital, in the whole and in a group. The e of a share
    is what one person more changes: a difference of the shares in the weight of that person.
    """
    persons = warehouse.sql(
        "select weights.delivery_key || ':' || weights.row_number as person, "
        "respondents.profile_key, respondents.base_weight as d, "
        "weights.population_weight / respondents.base_weight as g "
        "from weighted.wgt_respondent_weights as weights "
        "inner join weighted.wgt_respondents as respondents using (delivery_key, row_number) "
        "where weights.scheme_code = 'gender_age' order by person"
    ).df()
    levels = warehouse.sql(
        "select profile_key, attribute_code || '=' || level_code as level "
        "from weighted.wgt_profile_levels where scheme_code = 'gender_age'"
    ).df()
    x = pd.crosstab(levels["profile_key"], levels["level"])
    assert x.shape[1] > 5
    x = x.loc[persons["profile_key"]].to_numpy(dtype=float)
    answers = (
        warehouse.sql(
            "select delivery_key || ':' || row_number as person, question_code, value_number "
            "from estimates.est_valid_answers where question_code like '%_grade_digital' "
            "or question_code = 'overall_grade'"
        )
        .df()
        .pivot(index="person", columns="question_code", values="value_number")
        .reindex(persons["person"])
    )
    group = warehouse.sql(
        "select profile_key from weighted.wgt_profiles where attribute_code = 'participation' "
        "and level_code = 'participant'"
    ).df()["profile_key"]
    d, w = persons["d"].to_numpy(), (persons["d"] * persons["g"]).to_numpy()

    def error(e):
        """R's calibrated variance of Σ w e with respondents as units and one stratum."""
        root = np.sqrt(d)
        b = np.linalg.lstsq(x * root[:, None], e * root, rcond=None)[0]
        return np.sqrt(len(e) * np.var(w * (e - x @ b), ddof=1))

    n_rows = 0
    for value, inside in {
        "total": np.ones(len(persons), dtype=bool),
        "participant": persons["profile_key"].isin(group).to_numpy(),
    }.items():
        mart = published.execute(
            "select * from marts.priority_matrix where driver_model_code = 'digital' "
            "and segment_value = ? order by sort_order", [value],
        ).df()  # fmt: skip
        drivers = mart["question_code"].tolist()
        given = answers[drivers].to_numpy()
        e = np.zeros(given.shape)
        for i in range(len(drivers)):
            base = inside & ~np.isnan(given[:, i])
            low = given[base, i] <= 5
            e[base, i] = (low - np.average(low, weights=w[base])) / w[base].sum()
        n_units = (inside & ~np.isnan(given).all(axis=1)).sum()
        complete = inside & answers.notna().all(axis=1).to_numpy()
        whole = answers[["overall_grade", *drivers]].to_numpy()[complete]
        change = np.zeros((len(persons), len(drivers)))
        for row, person in enumerate(np.flatnonzero(complete)):
            step = np.zeros(len(whole))
            step[row] = 1e-3 * w[complete].mean()
            more, less = (shares(whole, w[complete] + sign * step) for sign in (1, -1))
            change[person] = (more - less) / (2 * step[row])
        for i, published_row in mart.iterrows():
            gap = error(e[:, i] - e.mean(axis=1)) * t.ppf(0.975, n_units - 2)
            assert published_row["unsatisfied_gap_ci_high"] == pytest.approx(
                published_row["unsatisfied_gap"] + gap, abs=2 * ROUNDED
            )
            share = published_row["importance_share"]
            half = t.ppf(0.975, len(whole) - 1) * error(change[:, i]) / (share * (1 - share))
            assert published_row["importance_share_ci_low"] == pytest.approx(
                special.expit(special.logit(share) - half), abs=3 * ROUNDED
            )
            # The interval of the share moved by the average is another interval.
            moved = published_row["share_unsatisfied_ci_high"] - published_row["share_unsatisfied"]
            assert gap < 0.95 * moved
            n_rows += 1
    assert n_rows == 6


def shares(answers, weights):
    """Relative weights over R² from weighted covariances, with the root by SciPy."""
    covariance = np.cov(answers.T, aweights=weights)
    deviation = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviation, deviation)
    root = linalg.sqrtm(correlation[1:, 1:]).real
    found = root**2 @ np.linalg.solve(root, correlation[1:, 0]) ** 2
    return found / found.sum()


def test_the_published_quadrant_follows_from_the_published_intervals(published):
    rows = published.sql("select * from marts.priority_matrix").df()
    shown = rows[~rows["is_withheld"]]
    important = np.select(
        [shown["importance_share_ci_low"] > shown["equal_share"],
         shown["importance_share_ci_high"] < shown["equal_share"]], [1, -1], 0,
    )  # fmt: skip
    low, high = shown["unsatisfied_gap_ci_low"], shown["unsatisfied_gap_ci_high"]
    unsatisfied = np.select([low > 0, high < 0], [1, -1], 0)
    names = {
        (1, 1): "improve_first", (1, -1): "keep_up", (-1, 1): "low_priority", (-1, -1): "no_action",
    }  # fmt: skip
    wanted = [names.get(pair, "unclear") for pair in zip(important, unsatisfied, strict=True)]
    assert shown["quadrant_code"].tolist() == wanted
    assert len(set(wanted)) > 2
