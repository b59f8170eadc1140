"""Raking of a warehouse: refusals name the scheme, wave, group, numbers and the way out."""

import numpy as np
import pandas as pd
import pytest
from peil.errors import RakingError
from peil.raking import prepare_margins, rake
from peil.tables.groups import Tables, raking_factors


def tables(cells: pd.DataFrame, targets: dict, **scheme) -> Tables:
    """Tables of one scheme in groups, raked on gender; cells are one per group and level."""
    keys = {"scheme_code": "s", "wave_code": "2024"}
    defaults = {"n_without_weight": 0, "keys_without_weight": None}
    levels = sorted(set(cells["cell_key"]))
    return Tables(
        cells=pd.DataFrame({**keys, **defaults, **cells.to_dict("list")}).assign(
            sum_d2=lambda frame: frame["sum_d"] ** 2 / frame["n_respondents"]
        ),
        levels=pd.DataFrame({"cell_key": levels, "level_code": levels}).assign(
            **keys, attribute_code="gender", is_known=True
        ),
        targets=pd.DataFrame(
            [(group, level, total) for (group, level), total in targets.items()],
            columns=["group_value", "level_code", "total"],
        ).assign(**keys, attribute_code="gender"),
        schemes=pd.DataFrame(
            [{"scheme_code": "s", "lower": None, "upper": None, "bounds_on": "g", **scheme}]
        ),
    )


CELLS = pd.DataFrame(
    {
        "group_value": ["noord", "noord"],
        "cell_key": ["m", "v"],
        "n_respondents": [6, 4],
        "sum_d": [6.0, 4.0],
    }
)
TARGETS = {("noord", "m"): 50, ("noord", "v"): 50}


def test_base_weights_that_are_none_are_counted_with_their_first_keys():
    broken = CELLS.assign(
        n_without_weight=[2, 1],
        keys_without_weight=[np.array(["k3", "k1"]), np.array(["k2"])],
        sum_d=[np.nan, 4.0],
    )
    with pytest.raises(
        RakingError,
        match=r"scheme s, wave 2024, group 'noord': base weight is missing, 0, negative or not "
        r"finite for 3 respondents \(first respondent keys: k1, k2, k3\)\. .*land it again",
    ):
        raking_factors(tables(broken, TARGETS))


def test_a_group_that_only_the_population_knows_is_named():
    with pytest.raises(
        RakingError,
        match=r"group 'zuid': has targets \(population 70\) but no respondents\. Give .*rest_group",
    ):
        raking_factors(tables(CELLS, {**TARGETS, ("zuid", "m"): 30, ("zuid", "v"): 40}))


def test_bounds_of_the_scheme_are_kept_and_their_effect_is_told():
    """g without bounds is 50/60 and 50/40; with shares of 0.7 and 0.3 it is 7/6 and 3/4."""
    skewed = {("noord", "m"): 0.7, ("noord", "v"): 0.3}
    factors = raking_factors(tables(CELLS, skewed, lower=0.75, upper=1.5))
    assert factors["factor"].tolist() == pytest.approx([7 / 6, 3 / 4])
    assert factors["is_at_lower"].tolist() == [False, True]
    assert factors["is_at_upper"].tolist() == [False, False]
    above = raking_factors(tables(CELLS, skewed, lower=0.5, upper=7 / 6))
    assert above[["is_at_lower", "is_at_upper"]].to_numpy().tolist() == [[False, True], [False] * 2]
    assert factors["deff_before_bounds"].tolist() == pytest.approx(
        [10 * (6 * (7 / 6) ** 2 + 4 * 0.75**2) / 100] * 2
    )
    with pytest.raises(RakingError, match=r"level 'v': target 3, reachable 3\.2\.\.6"):
        raking_factors(tables(CELLS, skewed, lower=0.8, upper=1.5))


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_the_engine_refuses_what_is_no_base_weight(bad):
    cells = {"sex": np.array(["m", "v"], dtype=object)}
    margins = prepare_margins(cells, np.ones(2), np.ones(2), {"sex": {"m": 1, "v": 1}})
    with pytest.raises(RakingError, match=r"base weights of 1 of 2 cells are 0, .*cells: 1 "):
        rake(np.array([1.0, bad]), margins)


def test_margins_that_only_a_weight_of_0_meets_say_whose():
    """m × a, m × b and v × b exist: age a equals sex m, so nobody may be left in m × b."""
    cells = {
        "sex": np.array(["m", "m", "v"], dtype=object),
        "age": np.array(["a", "b", "b"], dtype=object),
    }
    targets = {"sex": {"m": 50, "v": 50}, "age": {"a": 50, "b": 50}}
    margins = prepare_margins(cells, np.ones(3), np.ones(3), targets)
    with pytest.raises(
        RakingError, match=r"target 50 can only be met when respondents with sex 'm', age 'b' weigh"
    ):
        rake(np.ones(3), margins)


def test_missing_answers_in_any_form_keep_their_share():
    cells = {"sex": np.array(["m", "v", None, float("nan")], dtype=object)}
    counts = np.array([4.0, 4.0, 1.0, 1.0])
    (margin,) = prepare_margins(cells, counts, counts, {"sex": {"m": 30, "v": 70}})
    assert dict(zip(margin.levels, margin.targets, strict=True)) == pytest.approx(
        {"": 20, "m": 24, "v": 56}
    )


def test_every_merge_is_published_with_its_reason(published):
    n, unexplained, exact = published.execute(
        "select count(*), count(*) filter (where label_nl is null or label_en is null), "
        "count(*) filter (where n_respondents_rounded % 5 != 0) from marts.weighting_merges"
    ).fetchone()
    assert n > 0
    assert (unexplained, exact) == (0, 0)


def test_no_published_count_of_a_level_gives_a_small_one_away(published, warehouse):
    """An attack per margin: what is left of the respondents of a group after all that is shown."""
    left = published.execute(
        "select margins.weighting_scheme, margins.group_value, margins.attribute_code, "
        "any_value(quality.n_respondents) - coalesce(sum(margins.n_respondents), 0), "
        "count(*) filter (where margins.is_withheld) "
        "from marts.weighting_margins_reached as margins "
        "inner join marts.weighting_quality as quality "
        "using (survey_code, wave_code, weighting_scheme, group_value) group by all"
    ).fetchall()
    for *margin, n_left, n_withheld in left:
        assert n_withheld != 1, margin
        assert n_withheld == 0 or n_left >= 5, margin
    shares = published.execute(
        "select count(*) from marts.weighting_margins_reached where is_withheld "
        "and (n_respondents is not null or unweighted_share is not null "
        "or (is_unknown_in_population and target_share is not null))"
    ).fetchone()
    assert shares == (0,)
