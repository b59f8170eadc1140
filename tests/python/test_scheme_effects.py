"""One weighting scheme against another: equal to R, and exact about the people they share."""

import csv

import numpy as np
import pandas as pd
import pytest
from peil.settings import PROJECT
from peil.tables.designs import DesignTables
from peil.tables.groups import Tables, calibration_inverses, raking_factors
from peil.tables.scheme_effects import SchemeTables, scheme_effects
from weighted_people import TARGETS, respondents

BOTH, SEX, NONE = "both", "sex", "none"
# The scheme of the demo with more margins than the default one.
MORE = "gender_age_education"
SCHEMES = {BOTH: ["sex", "age"], SEX: ["sex"], NONE: []}


def made(people: pd.DataFrame) -> SchemeTables:
    """What the models make of people under three schemes, of which `both` is the default."""
    parts: dict[str, list[pd.DataFrame]] = {"cells": [], "levels": [], "targets": [], "strata": []}
    places = []
    for scheme, variables in SCHEMES.items():
        own = people.assign(scheme_code=scheme)
        own["cell_key"] = own[variables].agg("|".join, axis=1) if variables else "all"
        by = ["scheme_code", "wave_code", "group_value", "cell_key", "stratum"]
        sums = own.groupby(by).agg(
            n_respondents=("d", "size"), sum_d=("d", "sum"), sum_d2=("d2", "sum")
        )
        cells = sums.reset_index()
        cells["cell_id"] = cells.index + 1000 * list(SCHEMES).index(scheme)
        places.append(own.merge(cells[["cell_key", "stratum", "cell_id"]]))
        levels = own[["scheme_code", "wave_code", "cell_key", *variables]].drop_duplicates()
        levels = levels.melt(
            ["scheme_code", "wave_code", "cell_key"],
            var_name="attribute_code", value_name="level_code",
        )  # fmt: skip
        strata = own.groupby(["scheme_code", "wave_code", "stratum"]).size().rename("n_units")
        parts["cells"].append(cells)
        parts["levels"].append(levels.assign(is_known=True))
        parts["strata"].append(
            strata.reset_index().assign(unit="respondent", population_correction=1.0)
        )
        parts["targets"].append(
            pd.DataFrame(
                [(scheme, "w", "all", v, *pair) for v in variables for pair in TARGETS[v].items()],
                columns=["scheme_code", "wave_code", "group_value", "attribute_code",
                         "level_code", "total"],
            )
        )  # fmt: skip
    cells, levels, targets, strata = (pd.concat(p, ignore_index=True) for p in parts.values())
    schemes = pd.DataFrame(
        [{"scheme_code": s, "variance_method": "calibrated" if v else "weights_as_given",
          "lower": None, "upper": None, "bounds_on": "g", "target_scope": "group"}
         for s, v in SCHEMES.items()]
    )  # fmt: skip
    raking = Tables(
        cells.assign(n_without_weight=0, keys_without_weight=None), levels, targets, schemes
    )
    cells = cells.merge(
        raking_factors(raking)[["scheme_code", "cell_key", "factor"]],
        on=["scheme_code", "cell_key"],
    )
    base = places[0][["person", "cell_id"]].rename(columns={"cell_id": "default_cell_id"})
    answers = [
        own.merge(base, on="person").groupby(
            ["scheme_code", "wave_code", "cell_id", "default_cell_id", "y"], dropna=False
        ).agg(n=("d", "size"), sum_d=("d", "sum"), sum_d2=("d2", "sum")).reset_index()
        for own in places[1:]
    ]  # fmt: skip
    none = pd.DataFrame(
        columns=["scheme_code", "wave_code", "group_value", "stratum", "cluster_code",
                 "attribute_code", "level_code", "sum_w"]
    )  # fmt: skip
    return SchemeTables(
        answers=pd.concat(answers, ignore_index=True).assign(measure_id=7),
        defaults=pd.DataFrame({"scheme_code": [SEX, NONE], "default_scheme_code": [BOTH, BOTH]}),
        design=DesignTables(cells, levels, calibration_inverses(raking), strata, none),
    )


R = {
    SEX: (-0.0046862130516434064, 0.068813576020633593),
    NONE: (-0.004668435824698669, 0.068938803230450305),
}


@pytest.mark.parametrize("scheme", R)
def test_the_difference_of_two_weightings_and_its_error_equal_r(scheme):
    """R survey 4.1-1; x as in test_source_effects.py.

    d0 <- svydesign(~1, strata = ~h, weights = ~d, data = x)
    both <- calibrate(d0, ~sex + age, c("(Intercept)" = 1000, sex1 = 570, age1 = 350, age2 = 400),
      calfun = "raking"); sex <- calibrate(d0, ~sex, c("(Intercept)" = 1000, sex1 = 570), ...)
    u <- function(d, f) { w <- weights(d); a <- x$answered; m <- weighted.mean(x$y0[a], w[a])
      z <- a * (x$y0 - m) / sum(w[a]); w * residuals(lm(update(f, z ~ .), weights = x$d)) }
    v <- u(sex, ~sex) - u(both, ~sex + age)   # unweighted: w * z
    sqrt(sum over strata of n / (n - 1) * sum((v - mean(v))^2))
    u of `both` alone gives SE(svytotal(~z, both)).
    """
    found = scheme_effects(made(respondents().assign(person=range(120)))).set_index("scheme_code")
    assert found.loc[scheme, ["difference", "se"]].tolist() == pytest.approx(R[scheme], rel=1e-8)
    assert found.loc[scheme, "n_answers"] == 106
    assert found.loc[scheme, "n_strata"] == 2


def test_a_scheme_that_weights_alike_has_no_effect_and_no_error():
    """With age spread as in the population, raking on age adds nothing."""
    i = np.arange(120)
    people = respondents().assign(person=i, sex=np.where(i % 100 < 43, "0", "1"), d=1.0, d2=1.0)
    even = [people.assign(age=a, d=TARGETS["age"][a], d2=TARGETS["age"][a] ** 2.0) for a in "012"]
    people = pd.concat(even, ignore_index=True).assign(person=range(360))
    people["d"] = people["d"] / 1000
    people["d2"] = people["d"] ** 2
    found = scheme_effects(made(people)).set_index("scheme_code").loc[SEX]
    assert found["difference"] == pytest.approx(0, abs=1e-9)
    assert found["se"] == pytest.approx(0, abs=1e-9)


def test_without_schemes_to_compare_there_is_an_empty_table_of_the_same_columns():
    tables = made(respondents().assign(person=range(120)))
    none = SchemeTables(tables.answers.iloc[:0], tables.defaults, tables.design)
    assert scheme_effects(none).dtypes.equals(scheme_effects(tables).dtypes)


def test_people_whom_the_default_scheme_leaves_out_take_the_error_away():
    """In which of its strata they were drawn is not known."""
    tables = made(respondents().assign(person=range(120)))
    answers = tables.answers.copy()
    answers.loc[answers.index[:1], "default_cell_id"] = np.nan
    found = scheme_effects(SchemeTables(answers, tables.defaults, tables.design))
    assert found.set_index("scheme_code")["se"].isna().to_dict() == {NONE: False, SEX: True}


def test_the_demo_knows_what_its_weighting_did(published):
    """The unweighted grade of these older respondents is higher, and that is no chance."""
    rows = published.execute(
        "select weighting_scheme, difference, ci_low from marts.scheme_effects "
        "where question_code = 'overall_grade'"
    ).fetchall()
    found = {scheme: (difference, low) for scheme, difference, low in rows}
    assert found["unweighted"][0] > 0.05
    assert found["unweighted"][1] > 0
    alike = found.keys() - {"unweighted", MORE}
    assert max(abs(found[scheme][0]) for scheme in alike) < 0.05


def test_the_demo_knows_what_education_and_urbanity_move(published):
    """Who learned longer took part more and is happier: the grade falls, and costs precision."""
    (difference, high, deff, default_deff), = published.execute(
        "select difference, ci_high, deff, default_deff from marts.scheme_effects "
        "where question_code = 'overall_grade' and weighting_scheme = ?", [MORE]
    ).fetchall()  # fmt: skip
    assert difference < -0.05
    assert high < 0
    assert deff > default_deff


def test_a_declared_distribution_is_met_beside_the_landed_population(published):
    """The shares of weighting_margins.csv, of as many residents as gender and age count."""
    with (PROJECT / "seeds" / "weighting_margins.csv").open(encoding="utf-8") as handle:
        declared = {
            row["level_code"]: float(row["total"])
            for row in csv.DictReader(handle)
            if (row["wave_code"], row["attribute_code"]) == ("2024", "education")
        }
    rows = published.execute(
        "select attribute_code, level_code, population from marts.weighting_margins_reached "
        "where weighting_scheme = ? and population is not null", [MORE]
    ).fetchall()  # fmt: skip
    of = {}
    for attribute, level, population in rows:
        of.setdefault(attribute, {})[level] = population
    assert set(of) == {"gender", "age_group", "education", "urbanity"}
    residents = sum(of["age_group"].values())
    assert sum(of["urbanity"].values()) == pytest.approx(residents)
    assert of["education"] == pytest.approx({k: v * residents for k, v in declared.items()})
    shown = published.execute(
        "select level_code, population_share, is_raked, difference_after "
        "from marts.sample_population where attribute_code = 'education'"
    ).fetchall()
    assert {level: share for level, share, *_ in shown} == pytest.approx(declared)
    assert {is_raked for _, _, is_raked, _ in shown} == {False}
    assert max(after for *_, after in shown) > 0.1
