"""The bootstrap that audits the linearised standard errors is itself right."""

import numpy as np
import pytest

from scripts.raking import prepare_margins, rake
from scripts.raking.bootstrap import Atoms, rake_replicates, resample


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
