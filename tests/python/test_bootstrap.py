"""The bootstrap that audits the linearised standard errors is itself right."""

import numpy as np
import pandas as pd
import pytest
from peil.raking import prepare_margins, rake
from peil.raking.bootstrap import Atoms, rake_replicates, resample
from peil.tables.audit import bootstrap_errors, weight_classes
from peil.tables.groups import Tables


def atoms_of(cell, n, y, in_domain=None, stratum=None):
    cell, n, y = np.array(cell), np.array(n), np.array(y, dtype=float)
    ones = np.ones(len(cell))
    return Atoms(
        cell,
        np.zeros(len(cell)) if stratum is None else np.array(stratum),
        n,
        ones,
        ones if in_domain is None else np.array(in_domain, dtype=float),
        y,
    )


def margins_of(levels, counts, targets):
    counts = np.array(counts, dtype=float)
    levels = {v: np.array(x, dtype=object) for v, x in levels.items()}
    return prepare_margins(levels, counts, counts, targets)


def test_without_margins_the_bootstrap_is_the_textbook_standard_error():
    """36 of 100 yes: sqrt(0.36 × 0.64 / 100) = 0.048; 4000 replicates know it to 1.1 %."""
    rng = np.random.default_rng(1)
    totals, weights = resample(atoms_of([0, 0], [36, 64], [1, 0]), [], 4000, rng)
    assert (totals / weights).std(ddof=1) == pytest.approx(0.048, rel=0.05)


def test_a_figure_that_is_a_margin_does_not_vary():
    """y is the raking variable itself: every replicate gives its target, 0.6."""
    rng = np.random.default_rng(1)
    margins = margins_of({"sex": ["m", "v"]}, [50, 50], {"sex": {"m": 60, "v": 40}})
    totals, weights = resample(atoms_of([0, 1], [50, 50], [1, 0]), margins, 200, rng)
    assert totals / weights == pytest.approx(np.full(200, 0.6), abs=1e-7)


def test_strata_keep_their_size():
    """Only the stratum differs in y, and strata are drawn apart: no spread."""
    rng = np.random.default_rng(1)
    atoms = atoms_of([0, 0], [30, 70], [1, 0], stratum=[0, 1])
    totals, weights = resample(atoms, [], 50, rng)
    assert totals / weights == pytest.approx(np.full(50, 0.3))


SKEWS = (0.05, 1, 50)


def test_classes_of_equal_base_weight_keep_the_sums_of_the_people_in_them():
    """n, Σd and Σd² of every atom, and no weight that is none, however skewed the weights are."""
    rng = np.random.default_rng(1)
    people = [rng.gamma(skew, 1, size=n) for n in (1, 2, 3, 10, 50) for skew in SKEWS]
    people.append(np.full(7, 0.1))
    n = np.array([len(d) for d in people], dtype=float)
    sums = [np.array([(d**power).sum() for d in people]) for power in (1, 2)]
    of, n_of_class, weight = weight_classes(n, *sums)
    assert (weight > 0).all()
    assert (n_of_class >= 1).all()
    assert n_of_class == pytest.approx(np.round(n_of_class))
    assert (of == len(people) - 1).sum() == 1, "equal weights are one class"
    assert np.bincount(of, n_of_class) == pytest.approx(n)
    assert np.bincount(of, n_of_class * weight) == pytest.approx(sums[0], rel=1e-9)
    assert np.bincount(of, n_of_class * weight**2) == pytest.approx(sums[1], rel=1e-9)


@pytest.mark.parametrize("skew", SKEWS[1:])
def test_base_weights_that_vary_within_a_cell_are_drawn_as_they_vary(skew):
    """800 people with weights of their own: SE = sqrt(n/(n-1) Σ(w(y - m)/W)²), within noise.

    One mean weight per atom gave .741 of it.
    """
    rng = np.random.default_rng(5)
    w, y = rng.gamma(skew, 1, size=800), rng.random(800) < 0.4
    m = (w * y).sum() / w.sum()
    linearised = np.sqrt(800 / 799 * ((w * (y - m) / w.sum()) ** 2).sum())
    sides = [w[y], w[~y]]
    of, n, weight = weight_classes(
        *(np.array([(d**power).sum() for d in sides]) for power in (0, 1, 2))
    )
    atoms = Atoms(
        np.zeros(len(of), dtype=int), np.zeros(len(of)), n, weight, np.ones(len(of)),
        np.array([1.0, 0.0])[of],
    )  # fmt: skip
    totals, weights = resample(atoms, [], 4000, rng)
    assert (totals / weights).std(ddof=1) == pytest.approx(linearised, rel=0.05)


def test_many_samples_at_once_are_raked_as_one_by_one():
    rng = np.random.default_rng(3)
    levels = {"sex": ["m", "m", "v", "v", "?"], "age": ["j", "o", "j", "o", "o"]}
    observed = np.array([40.0, 30, 20, 35, 5])
    targets = {"sex": {"m": 55, "v": 45}, "age": {"j": 40, "o": 60}}
    counts = rng.multinomial(130, observed / observed.sum(), size=20).astype(float)

    def margins(cells):
        return prepare_margins(
            {v: np.array(x, dtype=object) for v, x in levels.items()}, cells, cells, targets,
            unknown_levels={"?"},
        )  # fmt: skip

    together = rake_replicates(counts, margins(observed))
    for replicate, cells in enumerate(counts):
        alone = rake(cells, margins(cells)).factors
        assert together[replicate] == pytest.approx(alone, rel=1e-6)


def test_a_sample_that_cannot_be_raked_is_no_number():
    margins = margins_of({"sex": ["m", "v"]}, [50, 50], {"sex": {"m": 60, "v": 40}})
    factors = rake_replicates(np.array([[50.0, 50.0], [100.0, 0.0]]), margins)
    assert np.isfinite(factors[0]).all()
    assert np.isnan(factors[1]).all()


def test_who_is_outside_the_domain_is_drawn_but_not_counted():
    """Everybody in the domain says yes: the figure is 1 in every sample, and the domain varies."""
    inside = Atoms(
        cell=np.zeros(2, dtype=int), stratum=np.zeros(2, dtype=int), n=np.array([30.0, 70.0]),
        base_weight=np.ones(2), in_domain=np.array([1.0, 0.0]), y=np.array([1.0, 0.0]),
    )  # fmt: skip
    totals, weights = resample(inside, [], 200, np.random.default_rng(1))
    assert (totals == weights).all()
    assert 25 < weights.mean() < 35
    assert weights.std() > 3


def test_without_figures_to_audit_nothing_is_raked_again():
    keys = ["scheme_code", "wave_code", "group_value", "cell_key"]
    cells = pd.DataFrame({name: pd.Series(dtype="string") for name in [*keys, "stratum"]})
    atoms = ["point_id", "cell_id", "is_in_domain", "y", "n", "sum_d", "sum_d2"]
    made = bootstrap_errors(
        pd.DataFrame({name: pd.Series(dtype=float) for name in atoms}),
        cells.assign(cell_id=pd.Series(dtype=float)),
        Tables(cells, cells, cells, cells),
        replicates=10,
        random_seed=1,
    )
    assert list(made) == ["point_id", "se_bootstrap", "n_replicates"]
    assert made.empty
