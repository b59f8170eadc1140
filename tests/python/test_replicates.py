"""Replicate weights: their spread is the linearised error, in every design, and R reads them.

`SAMPLE` is the sample of `sample()` in R survey 4.1-1, with the weights of `weights_of(design)` as
`r1` to `r400` beside it (`python test_replicates.py FOLDER` writes both as CSV for each design):

    d <- read.csv("respondents.csv"); options(survey.lonely.psu = "adjust")
    population <- c("(Intercept)" = 9000, sexw = 4700, ageb = 3300, agec = 2100)
    cal <- function(s) calibrate(s, ~ sex + age, population, calfun = "raking", epsilon = 1e-12)
    cal(svydesign(~1, strata = ~stratum, weights = ~d, data = d))                     # people
    cal(svydesign(~cluster, strata = ~stratum, weights = ~d, data = d, fpc = ~size))  # clusters
    svrepdesign(d, weights = ~w, repweights = "^r[0-9]+$", type = "bootstrap")        # replicates
    svymean(~grade, s); svyby(~y, ~sex == "w", s, svymean); svytotal(~y, s); svyratio(~grade, ~y, s)
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from conftest import here, options, places_in
from made_once import copy_of
from peil.errors import RakingError
from peil.raking import prepare_margins, rake
from peil.raking.bounds import cell_bounds
from peil.raking.replicates import RakedGroup, Units, multipliers, replicate_weights
from peil.settings import Places
from small_survey import make_designs

REPLICATES = 400
TARGETS = {"sex": {"m": 4300.0, "w": 4700.0}, "age": {"a": 3600.0, "b": 3300.0, "c": 2100.0}}
SIZES = {0: 30.0, 1: 25.0, 2: 60.0}  # clusters in the population, per stratum


def sample() -> pd.DataFrame:
    """1,200 people in 60 clusters of three strata, with unequal base weights."""
    rng = np.random.default_rng(7)
    n = 1200
    cluster = rng.integers(60, size=n)
    data = pd.DataFrame({
        "stratum": np.array([0] * 10 + [1] * 20 + [2] * 30)[cluster], "cluster": cluster,
        "sex": rng.choice(["m", "w"], n, p=[0.6, 0.4]),
        "age": rng.choice(["a", "b", "c"], n, p=[0.2, 0.3, 0.5]),
        "d": rng.uniform(4, 12, n).round(3),
    })  # fmt: skip
    data["grade"] = (6 + (data["age"] == "c") + cluster % 5 * 0.3 + rng.normal(0, 1.5, n)).round()
    data["y"] = (rng.random(n) < 0.2 + 0.3 * (data["age"] == "a")).astype(int)
    data["size"] = data["stratum"].map(SIZES)
    return data


def design_of(data: pd.DataFrame, design: str, **bounds: float) -> tuple[Units, RakedGroup]:
    cells = data.groupby(["sex", "age"], as_index=False).agg(d=("d", "sum"), n=("d", "size"))
    cell = cells.set_index(["sex", "age"]).index.get_indexer(
        pd.MultiIndex.from_frame(data[["sex", "age"]])
    )
    levels = {v: cells[v].to_numpy(dtype=object) for v in TARGETS}
    d, counts = cells["d"].to_numpy(), cells["n"].to_numpy(dtype=float)
    margins = prepare_margins(levels, d, counts, TARGETS)
    limits = cell_bounds(d, counts, *bounds.values(), "g", "") if bounds else None
    group = RakedGroup(np.arange(len(data)), cell, margins, limits)
    if design == "clusters":
        of_cluster = data.groupby("cluster")["stratum"].first()
        correction = np.array([1 - n / SIZES[h] for h, n in of_cluster.value_counts(sort=False)
                               .sort_index().items()])  # fmt: skip
        place = of_cluster.index.get_indexer(data["cluster"])
        return Units(place, of_cluster.to_numpy(), correction), group
    return Units(np.arange(len(data)), data["stratum"].to_numpy(), np.ones(3)), group


def weights_of(design: str, data: pd.DataFrame, n: int = REPLICATES, **bounds: float) -> np.ndarray:
    units, group = design_of(data, design, **bounds)
    d = data["d"].to_numpy()
    found = replicate_weights(d, units, [group], n, np.random.default_rng(2024))
    return np.stack(list(found), axis=1)


def figures(data: pd.DataFrame, weights: np.ndarray) -> dict[str, np.ndarray]:
    grade, y = (data[name].to_numpy(dtype=float) for name in ("grade", "y"))
    w, woman = weights.T, (data["sex"] == "w").to_numpy()
    return {
        "mean": w @ grade / w.sum(axis=1),
        "share": w[:, woman] @ y[woman] / w[:, woman].sum(axis=1),
        "total": w @ y,
        "ratio": w @ grade / (w @ y),
    }


# design, figure, linearised standard error, that of svrepdesign on our weights.
R_ROWS = """
people,mean,0.057509420686763325,0.056033813757539422
people,share,0.029074613639858339,0.026816554632336675
people,total,159.1914939781162,160.49803521840886
people,ratio,1.1614633029400603,1.1736299717519696
clusters,mean,0.048221286108646476,0.047787599221810938
clusters,share,0.019508121066908534,0.019166865590614892
clusters,total,104.06409743413674,107.14157089661475
clusters,ratio,0.76358306998198766,0.80566297076019544
"""


@pytest.mark.parametrize("design", ["people", "clusters"])
def test_replicates_equal_r_and_spread_as_the_linearised_error(design):
    data = sample()
    found = figures(data, weights_of(design, data))
    noise = 1 / np.sqrt(2 * REPLICATES)  # of a standard error that is known from so many samples
    rows = [row.split(",") for row in R_ROWS.split() if row.startswith(design)]
    assert len(rows) == len(found)
    for _, figure, linearised, of_replicates in rows:
        se = found[figure].std(ddof=1)
        assert se == pytest.approx(float(of_replicates), rel=1e-7)
        assert se == pytest.approx(float(linearised), rel=3 * noise)


def test_multipliers_have_the_variance_of_a_total_and_a_lonely_unit_that_around_0():
    """Three units, one and two: n / (n - 1) Σ (u - ū)² of the values, u² of the lonely one."""
    u = np.array([1.0, 2.0, 6.0, 3.0, 1.0, 2.0])
    units = Units(np.arange(6), np.array([0, 0, 0, 1, 2, 2]), np.array([0.75, 0.5, 1.0]))
    rng = np.random.default_rng(1)
    totals = np.array([multipliers(units, rng) @ u for _ in range(10_000)])
    expected = 0.75 * 3 / 2 * ((u[:3] - 3) ** 2).sum() + 0.5 * 9 + 1.0 * 2 * 0.5
    assert totals.mean() == pytest.approx(u.sum(), rel=0.01)
    assert totals.var() == pytest.approx(expected, rel=0.06)


def test_every_replicate_meets_the_margins_and_the_bounds(monkeypatch):
    data, drawn = sample(), []

    def recorded(*arguments):
        drawn.append(multipliers(*arguments))
        return drawn[-1]

    monkeypatch.setattr("peil.raking.replicates.multipliers", recorded)
    d = data["d"].to_numpy()
    for bounds in ({}, {"lower": 0.4, "upper": 2.4}):
        units, group = design_of(data, "people", **bounds)
        beyond = 0
        for weights in replicate_weights(d, units, [group], 20, np.random.default_rng(1)):
            for variable, targets in TARGETS.items():
                for level, target in targets.items():
                    reached = weights[(data[variable] == level).to_numpy()].sum()
                    assert reached == pytest.approx(target, rel=1e-6)
            own = d * drawn[-1]
            there = own > 0
            g = weights[there] / own[there] * own.sum() / weights.sum()
            beyond += g.min() < 0.4 - 1e-6 or g.max() > 2.4 + 1e-6
        assert (beyond == 0) == bool(bounds), "the bounds bind"


def test_the_same_seed_gives_the_same_weights():
    data = sample()
    np.testing.assert_array_equal(weights_of("people", data, 3), weights_of("people", data, 3))


def test_samples_that_miss_a_level_are_drawn_again_and_refused_when_they_all_do():
    data = sample().iloc[:60].copy()
    rare = data.index[data["age"] == "a"][1:]
    data.loc[rare, "age"] = "b"
    assert np.isfinite(weights_of("people", data, 30)).all()
    units, group = design_of(data, "people")
    lost = data["d"].to_numpy() * (data["age"] != "a").to_numpy()
    with pytest.raises(RakingError, match="replicate 1: 20 samples in a row miss a level"):
        next(iter(replicate_weights(lost, units, [group], 1, np.random.default_rng(1))))


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Places:
    folder = tmp_path_factory.mktemp("replicates")
    copy_of(tmp_path_factory, "designs", make_designs, folder)
    return places_in(folder, seeds=folder / "seeds")


def test_the_command_writes_them_in_parquet_and_spss(small: Places, tmp_path):
    done = here("research", "--replicates", "200", *options(small))
    assert done.returncode == 0, done.stderr
    done = here("export", "--research", "--output", tmp_path / "out", *options(small))
    assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / "out").rglob("*.sav")
    data, meta = pyreadstat.read_sav(str(file))
    again = pd.read_parquet(file.with_suffix(".parquet"))
    names = [f"replicate_weight_{i}" for i in range(1, 201)]
    np.testing.assert_allclose(data[names], again[names], rtol=1e-12)
    assert meta.column_names_to_labels[names[0]] == (
        "Replicatiegewicht 1, bij population_weight: clustered"
    )
    assert data[names].sum().to_numpy() == pytest.approx(np.full(200, 5000.0))
    # Clusters are drawn whole: who is in none of a sample is so with everybody of the place.
    lost = data[names].eq(0).groupby(data["small_place"])
    assert (lost.all() == lost.any()).all(axis=None) and lost.any().any(axis=None)


def test_replicates_and_coarser_classes_exclude_each_other(small: Places):
    done = here("research", "--replicates", "20", "--k", "5", *options(small))
    assert done.returncode == 2
    assert "replicate weights tell who is in one raking cell" in done.stderr


if __name__ == "__main__":
    for name in ("people", "clusters"):
        people = sample()
        unit, raked = design_of(people, name)
        factors = rake(np.bincount(raked.cell, people["d"]), raked.margins).factors
        people["w"] = people["d"] * factors[raked.cell]
        columns = [f"r{i}" for i in range(1, REPLICATES + 1)]
        made = pd.DataFrame(weights_of(name, people), columns=columns)
        pd.concat([people, made], axis=1).to_csv(
            Path(sys.argv[1]) / f"{name}.csv", index=False, float_format="%.17g"
        )
