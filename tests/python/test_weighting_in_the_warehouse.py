"""What weighting does and refuses in a real night: bounds, margins per group, and reasons.

One night of the small survey weighed in four ways. Margins per group are given as shares: groups
take their size from the base weights. R survey 4.1-1 on reference/small_survey.csv, base weights
times 4 in zuid:

    size <- tapply(s$d, s$region, sum)
    d <- svydesign(ids = ~1, weights = ~d, data = transform(s, cell = interaction(region, sex)))
    f <- calibrate(d, ~cell - 1, share * size, calfun = "raking", epsilon = 1e-13)
    svymean(~grade, f, na.rm = TRUE); svyby(~grade, ~region, f, svymean, na.rm = TRUE)
"""

import pytest
from conftest import UNROUNDED
from part_nights import failures_of
from small_survey import (
    REFERENCE,
    add,
    deliver,
    night,
    published,
    rows_of,
    small_places,
    working,
)
from test_shares import SHARES, SIZES, R, heavier_zuid

PER_GROUP = {"scheme_code": "per_region", "group_attribute_code": "small_region"}
BOUNDED = {"bounds_on": "w", "lower": "0.5", "upper": "1.7"}


def with_schemes(seeds, *changes):
    """Schemes like the first, with these changes; those per group are raked on sex alone."""
    (first,) = rows_of(seeds / "weighting_schemes.csv")
    variables = rows_of(seeds / "weighting_variables.csv")
    for order, change in enumerate(changes, start=2):
        row = {**first, "is_default": "false", "sort_order": order, **change}
        add(seeds, "weighting_schemes", row)
        add(seeds, "weighting_variables", *(
            {**variable, "scheme_code": row["scheme_code"]} for variable in variables
            if variable["attribute_code"] == "small_sex" or not row["group_attribute_code"]
        ))  # fmt: skip
    add(seeds, "weighting_margins", *(
        {
            "wave_code": "small_wave", "group_value": group, "attribute_code": "small_sex",
            "level_code": level, "total": share,
        }
        for (group, level), share in SHARES.items()
    ))  # fmt: skip


@pytest.fixture(scope="module")
def weighed(tmp_path_factory):
    """The survey weighed as a whole and per group, without bounds and within them."""
    places = small_places(tmp_path_factory.mktemp("weighed"))
    with_schemes(
        places.seeds,
        {"scheme_code": "bounded", **BOUNDED, "lower": "0.4", "upper": "1.9"},
        PER_GROUP,
        {**PER_GROUP, "scheme_code": "per_region_bounded", **BOUNDED},
    )
    deliver(places, heavier_zuid())
    done = night(places)
    assert done.returncode == 0, done.stderr
    return places, done


def test_bounds_on_the_weight_are_kept_by_every_respondent(weighed):
    """w between 0.4 and 1.9, mean 1: kept per respondent, margins met, deff before and after."""
    places, _ = weighed
    weights = {
        scheme: (low, high)
        for scheme, low, high in working(
            places,
            "select scheme_code, min(weight), max(weight) from weighted.wgt_respondent_weights "
            "group by 1",
        )
    }
    assert weights["weighted"][1] > 1.9
    assert weights["bounded"][0] >= 0.4 - 1e-9
    assert weights["bounded"][1] == pytest.approx(1.9)
    (quality,) = published(
        places,
        "select deff_weights, deff_before_bounds, n_at_upper from marts.weighting_quality "
        "where weighting_scheme = 'bounded'",
    )
    assert quality[0] < quality[1]
    assert quality[2] is None or quality[2] > 0


def test_bounds_per_group_are_kept_and_reported(weighed):
    """`deff_before_bounds` is the deff of the same scheme without bounds."""
    places, _ = weighed
    query = (
        "select group_value, min_weight, max_weight, n_at_upper, deff, deff_before_bounds "
        "from weighted.wgt_weighting_diagnostics where scheme_code = '{}' order by group_value"
    )
    rows, free = (
        working(places, query.format(name)) for name in ("per_region_bounded", "per_region")
    )
    assert len(rows) == len(free) == 2
    for row, without in zip(rows, free, strict=True):
        _, lowest, highest, n_at_upper, deff, before = row
        assert lowest >= 0.5 - 1e-9
        assert highest == pytest.approx(1.7)
        assert n_at_upper > 0
        assert without[2] > 1.7
        assert deff < before == pytest.approx(without[4])


def test_a_total_of_groups_given_as_shares_equals_r(weighed):
    places, done = weighed
    assert "the sizes of the groups are the sums of their base weights" in done.stderr
    rows = working(
        places,
        f"select segment_value, estimate, se from {UNROUNDED} where scheme_code = 'per_region' "
        "and question_code = 'small_grade' and statistic = 'mean' "
        "and segment_code in ('total', 'small_total', 'small_region')",
    )
    found = {value: (estimate, se) for value, estimate, se in rows}
    for value, expected in R.items():
        assert found[value] == pytest.approx(expected, rel=1e-8), value
    quality = published(
        places,
        "select group_value, population, warnings_en from marts.weighting_quality "
        "where weighting_scheme = 'per_region'",
    )
    assert {group: population for group, population, _ in quality} == pytest.approx(SIZES)
    assert all("follows from the base weights" in warnings for *_, warnings in quality)
    reached = published(
        places, "select group_value, population from marts.weighting_margins_reached "
        "where level_code = 'man' and weighting_scheme = 'per_region'",
    )  # fmt: skip
    assert dict(reached) == pytest.approx({g: SHARES[g, "man"] * SIZES[g] for g in SIZES})


def refused(places) -> str:
    """What the raking of this survey is refused with."""
    (failure,) = failures_of(places, lambda step: step.name == "wgt_raking_factors")
    assert failure.startswith("model wgt_raking_factors")
    return failure


def test_base_weights_that_are_none_are_counted_and_their_respondents_named(tmp_path):
    places = small_places(tmp_path)
    rows = rows_of(REFERENCE / "small_survey.csv")
    rows[0]["base_weight"] = "0"
    deliver(places, rows)
    said = refused(places)
    assert "base weight is missing, 0, negative or not finite for 1 respondents" in said
    assert "first respondent keys:" in said
    assert "correct the delivery" in said


def test_bounds_that_cannot_be_kept_name_scheme_group_level_target_and_reach(tmp_path):
    places = small_places(tmp_path)
    with_schemes(places.seeds, {**PER_GROUP, **BOUNDED, "lower": "0.95", "upper": "1.05"})
    deliver(places, rows_of(REFERENCE / "small_survey.csv"))
    said = refused(places)
    assert "scheme per_region, wave small_wave, group '" in said
    for part in ("margin small_sex", "level '", "target", "reachable", "Widen the bounds"):
        assert part in said
