"""Raking: worked by hand, equal to R, and refusing what cannot be met, with a way out."""

import re

import numpy as np
import pandas as pd
import pytest
from conftest import shared
from peil.errors import RakingError
from peil.raking import prepare_margins, rake
from peil.settings import PROJECT

REFERENCE = PROJECT / "tests" / "python" / "reference"
SMALL_MARGINS = {
    "sex": {"man": 2450, "vrouw": 2550},
    "age": {"18-39": 1700, "40-64": 2000, "65+": 1300},
}


def weights_of(
    frame: pd.DataFrame, targets: dict, base: np.ndarray | None = None, **bounds: float
) -> np.ndarray:
    """Rake respondents as cells of one: the weights in the order of the rows."""
    base = np.ones(len(frame)) if base is None else base
    levels = {v: frame[v].to_numpy(dtype=object) for v in targets}
    margins = prepare_margins(levels, base, np.ones(len(frame)), targets)
    return rake(base, margins, **bounds).factors * base


def margins_of(levels: dict, targets: dict, counts=None, **options):
    n = len(next(iter(levels.values())))
    counts = np.ones(n) if counts is None else np.asarray(counts, dtype=float)
    cells = {v: np.array(x, dtype=object) for v, x in levels.items()}
    return prepare_margins(cells, counts, counts, targets, **options)


def test_one_margin_by_hand():
    """3 men and 1 woman for 50 and 50: men weigh 50/3, the woman 50."""
    frame = pd.DataFrame({"sex": ["m", "m", "m", "v"]})
    assert weights_of(frame, {"sex": {"m": 50, "v": 50}}) == pytest.approx([50 / 3] * 3 + [50])


def test_two_margins_by_hand():
    """2 × 2 cells with one respondent each and independent margins: w = row × column / total."""
    frame = pd.DataFrame({"sex": ["m", "m", "v", "v"], "age": ["j", "o", "j", "o"]})
    targets = {"sex": {"m": 40, "v": 60}, "age": {"j": 30, "o": 70}}
    assert weights_of(frame, targets) == pytest.approx([12, 28, 18, 42])


def test_base_weights_scale_within_a_cell_by_hand():
    """Two men with base weights 1 and 3 share their 60 as 15 and 45."""
    frame = pd.DataFrame({"sex": ["m", "m", "v"]})
    weights = weights_of(frame, {"sex": {"m": 60, "v": 40}}, np.array([1.0, 3.0, 2.0]))
    assert weights == pytest.approx([15, 45, 40])


@pytest.mark.parametrize("design", ["flat", "weighted", "rake_weighted"])
def test_weights_equal_r_on_the_committed_rows(design):
    """R: calibrate(design, ~ sex + age, population, calfun = "raking"); rake(design, ...).

    tests/python/reference/make_reference.R made both files.
    """
    survey = pd.read_csv(REFERENCE / "small_survey.csv")
    base = np.ones(len(survey)) if design == "flat" else survey["base_weight"].to_numpy()
    r = pd.read_csv(REFERENCE / "small_weights.csv").query("design == @design")["weight"]
    tolerance = 1e-7 if design.startswith("rake") else 1e-9  # R's rake stops at 1e-10 of a total
    assert weights_of(survey, SMALL_MARGINS, base) == pytest.approx(r.to_numpy(), rel=tolerance)


@pytest.mark.parametrize(
    ("data", "variables"),
    [("apistrat", ["sch.wide", "awards"]), ("apiclus1", ["stype", "sch.wide"])],
)
def test_weights_equal_r_on_the_api_schools(data, variables):
    """R: calibrate(design, ~ a + b, population, calfun = "raking"), survey 4.1-1.

    The stratified sample is raked on sch.wide and awards, the cluster sample on stype and
    sch.wide: no other pair of the four margins gives these weights.
    """
    schools = pd.read_csv(shared("truth", f"{data}.csv"))
    table = pd.read_csv(shared("truth", "api_margins.csv"))
    targets = {v: dict(zip(t["level"], t["freq"], strict=True)) for v, t in table.groupby("var")}
    targets = {v: targets[v] for v in variables}
    weights = weights_of(schools, targets, schools["pw"].to_numpy())
    reference = pd.read_csv(shared("truth", "api_weights.csv"))
    for design in ("cal_raking", "cal_raking_fpc"):
        here = (reference["data"] == data) & (reference["design"] == design)
        r = reference[here].sort_values("row")["w"]
        assert weights == pytest.approx(r.to_numpy(), rel=1e-9)


def test_weights_equal_r_on_pew():
    """R: rake(design, list(~sex, ~recage), targets); the file has 10 digits."""
    oracle = pd.read_csv(shared("data", "surveys", "pew_dec13", "oracle_rake_sex_recage.csv"))
    table = pd.read_csv(shared("data", "surveys", "pew_dec13", "oracle_targets.csv"))
    targets = {
        v: dict(zip(t["category"], t["target_share"] * len(oracle), strict=True))
        for v, t in table.groupby("variable")
    }
    weights = weights_of(oracle, targets)
    assert weights == pytest.approx(oracle["w_rake"].to_numpy(), rel=1e-6)
    assert weights.sum() ** 2 / (weights**2).sum() == pytest.approx(1786.005, abs=5e-4)


def test_bounds_are_kept_and_margins_still_met():
    """Bounds a sixth inside the range of g without bounds: they bind on both sides."""
    rng = np.random.default_rng(0)
    levels = {"sex": list("mv"), "age": list("abcd"), "place": list("xyz")}
    frame = pd.DataFrame({v: rng.choice(names, 300) for v, names in levels.items()})
    base = rng.uniform(0.5, 2, 300)
    targets = {
        "sex": {"m": 60, "v": 40},
        "age": {"a": 35, "b": 20, "c": 25, "d": 20},
        "place": {"x": 45, "y": 30, "z": 25},
    }
    inflation = 100 / base.sum()
    free = weights_of(frame, targets, base) / base / inflation
    lower, upper = free.min() / 0.85, free.max() * 0.85
    weights = weights_of(frame, targets, base, lower=lower, upper=upper)
    g = weights / base / inflation
    assert g.min() == pytest.approx(lower)
    assert g.max() == pytest.approx(upper)
    for variable, wanted in targets.items():
        for level, target in wanted.items():
            assert weights[frame[variable] == level].sum() == pytest.approx(target, rel=1e-9)


def test_a_level_the_population_does_not_know_keeps_its_share():
    """2 of 10 did not say: they keep 20 %, the other 80 % is split as the targets say."""
    margins = margins_of({"sex": ["m", "v", ""]}, {"sex": {"m": 50, "v": 50}}, counts=[5, 3, 2])
    assert dict(zip(margins[0].levels, margins[0].targets, strict=True)) == pytest.approx(
        {"": 20, "m": 40, "v": 40}
    )


REFUSED = {
    "a level without target": (
        {"sex": ["m", "x"]}, {"sex": {"m": 50}},
        r"group 'G', margin sex: level 'x' has 1 respondents but no target\. Add .* recode",
    ),
    "a target without respondents": (
        {"age": ["30+", "30+"]}, {"age": {"18-29": 41210, "30+": 9}},
        r"group 'G', margin age: level '18-29' has target 41,210 but no respondents\. Merge",
    ),
    "a target of 0 with respondents": (
        {"sex": ["m", "v"]}, {"sex": {"m": 50, "v": 0}},
        r"group 'G', margin sex: level 'v' has target 0 but 1 respondents\. Correct",
    ),
    "totals that differ": (
        {"sex": ["m", "v"], "age": ["a", "b"]},
        {"sex": {"m": 50, "v": 50}, "age": {"a": 50, "b": 51}},
        r"margins sex and age sum to different totals: 100\.0+ and 101\.0+\. Use one population",
    ),
    "a negative target": (
        {"sex": ["m", "v"]}, {"sex": {"m": -1, "v": 50}},
        r"margin sex: level 'm' has target -1\. Give a total of 0 or more",
    ),
    "a margin without a column": (
        {"sex": ["m"]}, {"sex": {"m": 1}, "age": {"a": 1}},
        r"margin age: the respondents have no such variable\. Remove",
    ),
    "a column without a margin": (
        {"sex": ["m"], "age": ["a"]}, {"sex": {"m": 1}},
        r"margin age: no targets\. Add",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_margins_that_cannot_be_met_are_refused_by_name(case):
    levels, targets, message = REFUSED[case]
    with pytest.raises(RakingError) as refused:
        margins_of(levels, targets, where="group 'G'")
    assert re.search(message, str(refused.value))


def test_bounds_out_of_reach_name_target_and_range():
    margins = margins_of({"sex": ["m", "v"]}, {"sex": {"m": 90, "v": 10}}, counts=[50, 50])
    with pytest.raises(RakingError, match=r"level 'm': target 90, reachable 25\.?.*75.*Widen"):
        rake(np.array([50.0, 50.0]), margins, lower=0.5, upper=1.5)


def test_structural_zeros_are_an_error_not_a_settled_table():
    """Only m × a and v × b exist: sex says 50/50, age 60/40. The table stops changing, wrongly."""
    margins = margins_of(
        {"sex": ["m", "v"], "age": ["a", "b"]},
        {"sex": {"m": 50, "v": 50}, "age": {"a": 60, "b": 40}},
    )
    with pytest.raises(RakingError, match=r"level 'm': target 50, reachable 60\.\.60 when"):
        rake(np.ones(2), margins)


def test_margins_not_met_in_time_are_named_and_not_called_impossible():
    """Weights exist (people in every cell), but one cycle does not find them."""
    levels = {"g": np.array(["m", "m", "v", "v"]), "a": np.array(["j", "o", "j", "o"])}
    n = np.array([9.0, 1.0, 2.0, 8.0])
    margins = prepare_margins(levels, n, n, {"g": {"m": 10, "v": 10}, "a": {"j": 5, "o": 15}})
    assert rake(n, margins).max_margin_error <= 1e-10
    with pytest.raises(RakingError, match="did not reach its margins in 1 iterations") as refusal:
        rake(n, margins, max_iterations=1, where="group 'x'")
    assert "margin g, level" in str(refusal.value)
    assert "Weights that meet them exist" in str(refusal.value)
    assert "contradict" not in str(refusal.value)
