"""Raking holds for any margins: 600 examples of properties, and failures that name their cause."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peil.errors import RakingError
from peil.raking import prepare_margins, rake
from peil.raking.bounds import cell_bounds
from scipy.optimize import minimize

EXAMPLES = settings(max_examples=100)
VARIABLES = {"sex": list("mv"), "age": list("abcd"), "place": list("xyz")}


@st.composite
def surveys(draw):
    """Respondents with base weights, and targets that some positive weights reach exactly."""
    seed = draw(st.integers(0, 2**32 - 1))
    n = draw(st.integers(30, 120))
    variables = draw(
        st.lists(st.sampled_from(list(VARIABLES)), min_size=1, max_size=3, unique=True)
    )
    spread = draw(st.floats(0.05, 0.8))
    rng = np.random.default_rng(seed)
    people = pd.DataFrame({v: rng.choice(VARIABLES[v], n) for v in variables})
    base = rng.uniform(0.3, 3, n)
    reach = base * np.exp(rng.normal(0, spread, n))
    total = draw(st.sampled_from([1.0, 1000.0, 14_639_597.0]))
    reach *= total / reach.sum()
    targets = {v: pd.Series(reach).groupby(people[v]).sum().to_dict() for v in variables}
    return people, base, targets, reach


def weigh(people, base, targets, **options):
    """Rake with warnings as errors: no overflow or NaN may pass in silence."""
    ones = np.ones(len(people))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        margins = prepare_margins(
            {v: people[v].to_numpy(dtype=object) for v in targets}, base, ones, targets,
            where="group 'G'",
        )  # fmt: skip
        return rake(base, margins, cell_counts=ones, where="group 'G'", **options)


def bounded_quantity(weights, base, bounds_on):
    """What the bounds are on: g, or the weight with mean 1."""
    if bounds_on == "g":
        return weights / base / (weights.sum() / base.sum())
    return weights / weights.mean()


@EXAMPLES
@given(surveys())
def test_margins_are_met_and_weights_are_positive(survey):
    people, base, targets, _ = survey
    weights = weigh(people, base, targets).factors * base
    assert (weights > 0).all()
    for variable, levels in targets.items():
        for level, target in levels.items():
            assert weights[people[variable] == level].sum() == pytest.approx(target, rel=1e-9)


@EXAMPLES
@given(surveys(), st.randoms(use_true_random=False))
def test_order_of_margins_and_of_rows_is_irrelevant(survey, random):
    people, base, targets, _ = survey
    weights = weigh(people, base, targets).factors * base
    rows = list(range(len(people)))
    random.shuffle(rows)
    names = list(targets)
    random.shuffle(names)
    shuffled = people.iloc[rows].reset_index(drop=True)
    again = weigh(shuffled, base[rows], {v: targets[v] for v in names}).factors * base[rows]
    assert again == pytest.approx(weights[rows], rel=1e-7)


@EXAMPLES
@given(surveys(), st.floats(1e-3, 1e6), st.floats(1e-3, 1e3))
def test_scale_of_targets_and_of_base_weights_is_irrelevant(survey, of_targets, of_base):
    people, base, targets, _ = survey
    weights = weigh(people, base, targets).factors * base
    scaled = {v: {k: t * of_targets for k, t in levels.items()} for v, levels in targets.items()}
    again = weigh(people, base * of_base, scaled).factors * base * of_base
    assert again == pytest.approx(weights * of_targets, rel=1e-9)


@EXAMPLES
@given(surveys(), st.sampled_from(["g", "w"]), st.floats(0.02, 0.3))
def test_bounds_that_can_be_kept_are_kept_and_margins_still_met(survey, bounds_on, slack):
    """The targets come from weights within the bounds, so that a solution exists."""
    people, base, targets, reach = survey
    measured = (
        reach / base / (reach.sum() / base.sum()) if bounds_on == "g" else reach / reach.mean()
    )
    lower, upper = measured.min() * (1 - slack), measured.max() * (1 + slack)
    raked = weigh(people, base, targets, lower=lower, upper=upper, bounds_on=bounds_on)
    weights = raked.factors * base
    kept = (
        weights / base / (reach.sum() / base.sum())
        if bounds_on == "g"
        else weights / weights.mean()
    )
    assert kept.min() >= lower * (1 - 1e-9)
    assert kept.max() <= upper * (1 + 1e-9)
    for variable, levels in targets.items():
        for level, target in levels.items():
            assert weights[people[variable] == level].sum() == pytest.approx(target, rel=1e-9)


@EXAMPLES
@given(surveys(), st.sampled_from(["g", "w"]), st.floats(1.001, 1.2))
def test_tight_bounds_are_kept_or_refused_by_name(survey, bounds_on, width):
    people, base, targets, _ = survey
    try:
        raked = weigh(people, base, targets, lower=1 / width, upper=width, bounds_on=bounds_on)
    except RakingError as refused:
        message = str(refused)
        assert "group 'G'" in message
        assert "margin" in message
        assert "level" in message
        assert any(f"'{level}'" in message for levels in targets.values() for level in levels)
        assert "target" in message
        assert "Widen the bounds" in message or "merge" in message.lower()
    else:
        ones = np.ones(len(people))
        lo, hi = cell_bounds(base, ones, 1 / width, width, bounds_on, "")
        g = raked.factors / ((raked.factors @ base) / base.sum())
        assert (g >= np.asarray(lo) - 1e-9).all()
        assert (g <= np.asarray(hi) + 1e-9).all()


@EXAMPLES
@given(surveys(), st.data())
def test_a_level_without_respondents_or_target_is_named(survey, data):
    people, base, targets, _ = survey
    variable = data.draw(st.sampled_from(list(targets)))
    level = data.draw(st.sampled_from(list(targets[variable])))
    if data.draw(st.booleans()):
        broken = {**targets, variable: {k: t for k, t in targets[variable].items() if k != level}}
        n = int((people[variable] == level).sum())
        expected = [f"level '{level}' has {n:,} respondents but no target"]
    else:
        broken = {**targets, variable: {**targets[variable], "nobody": 12345.0}}
        expected = ["level 'nobody' has target", "no respondents"]
    with pytest.raises(RakingError) as refused:
        weigh(people, base, broken)
    message = str(refused.value)
    if "different totals" in message:
        assert variable in message
        return
    for part in ["group 'G'", f"margin {variable}", *expected]:
        assert part in message


def test_bounded_weights_are_the_closest_to_the_base_weights():
    """An independent optimiser (SLSQP) minimises the raking distance under the same bounds."""
    rng = np.random.default_rng(0)
    people = pd.DataFrame({v: rng.choice(names, 60) for v, names in VARIABLES.items()})
    base = rng.uniform(0.5, 2, 60)
    reach = base * np.exp(rng.normal(0, 0.5, 60))
    reach *= base.sum() / reach.sum()
    targets = {v: pd.Series(reach).groupby(people[v]).sum().to_dict() for v in VARIABLES}
    free = weigh(people, base, targets).factors
    lower, upper = free.min() / 0.96, free.max() * 0.96
    raked = weigh(people, base, targets, lower=lower, upper=upper).factors
    rows = [
        base * (people[v] == level).to_numpy() for v, levels in targets.items() for level in levels
    ]
    wanted = [t for levels in targets.values() for t in levels.values()]
    keep = [0, 1, 2, 3, 4, 6, 7]  # one level per further margin follows from the others
    matrix, right = np.array(rows)[keep], np.array(wanted)[keep]
    solved = minimize(
        lambda g: (base * (g * np.log(g) - g + 1)).sum(),
        np.clip(free, lower, upper),
        jac=lambda g: base * np.log(g),
        bounds=[(lower, upper)] * 60,
        constraints={
            "type": "eq", "fun": lambda g: matrix @ g - right, "jac": lambda _: matrix,
        },
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-14},
    )  # fmt: skip
    assert solved.success, solved.message
    assert raked == pytest.approx(solved.x, rel=2e-4)


def test_standardised_groups_have_one_distribution(warehouse):
    """Both groups of municipalities get the same gender × age distribution, that of the whole."""
    shares = warehouse.execute(
        """
        with cells as (
            select profiles.level_code || ' ' || ages.level_code as cell, weights.group_value,
                sum(weights.weight) as weight
            from weighted.wgt_respondent_weights as weights
            inner join weighted.wgt_profiles as profiles using (wave_code, profile_key)
            inner join weighted.wgt_profiles as ages using (wave_code, profile_key)
            where weights.scheme_code = 'standardised' and profiles.attribute_code = 'gender'
                and ages.attribute_code = 'age_group' and ages.level_code != 'unknown'
                and profiles.level_code in ('man', 'vrouw')
            group by all
        )
        select cell, group_value, weight / sum(weight) over (partition by group_value) from cells
        """
    ).fetchall()
    table = pd.DataFrame(shares, columns=["cell", "group", "share"]).pivot(
        index="cell", columns="group", values="share"
    )
    known = table / table.sum()
    assert len(known) == 12
    assert known["participant"].to_numpy() == pytest.approx(
        known["non_participant"].to_numpy(), rel=1e-8
    )
