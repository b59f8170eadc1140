"""Replicate weights: the base weights of resampled units, raked again to the same margins.

The spread of a figure over the replicates is its standard error, whatever the figure is.

Source: Rao & Wu (1988) and Rao, Wu & Yue (1992) for the rescaling: of n units in a stratum n - 1
are drawn with replacement, so that the variance of a total is the textbook one, (1 - f) n / (n - 1)
times the sum of squares.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from peil.errors import RakingError
from peil.raking.bootstrap import rake_replicates, sampled_targets
from peil.raking.bounds import bounded_step
from peil.raking.margins import Margin, level_sums

TOLERANCE = 1e-8
MAX_ITERATIONS = 500
# A replicate in which a level with a target has no respondents cannot be raked: it is drawn again.
MOST_DRAWS = 20


@dataclass(frozen=True)
class RakedGroup:
    """One weighting group of a sample.

    Attributes:
        rows: which respondents are in it, shape (m,).
        cell: raking cell of each, numbered within the group, shape (m,).
        margins: what the cells are raked to; none where weights are taken as given.
        bounds: lowest and highest g per cell, or None.
        follows_sample: whether the total is the sum of the base weights, as of margins that are
            shares per group: it then varies with the sample.
    """

    rows: np.ndarray
    cell: np.ndarray
    margins: Sequence[Margin]
    bounds: tuple[np.ndarray, np.ndarray] | None = None
    follows_sample: bool = False


@dataclass(frozen=True)
class Units:
    """The units of a design.

    Attributes:
        of_respondent: the unit of each respondent, shape (n,).
        stratum: number of the stratum of each unit, shape (U,).
        correction: 1 - f per stratum, the finite population correction, shape (H,).
    """

    of_respondent: np.ndarray
    stratum: np.ndarray
    correction: np.ndarray


def replicate_weights(
    base_weights: np.ndarray,
    units: Units,
    groups: Sequence[RakedGroup],
    replicates: int,
    rng: np.random.Generator,
) -> Iterator[np.ndarray]:
    """The weights of one replicate after another, each of shape (n,).

    Raises:
        RakingError: so many draws cannot be raked that what is left would be no sample of them.
    """
    for number in range(1, replicates + 1):
        for _ in range(MOST_DRAWS):
            d = base_weights * multipliers(units, rng)[units.of_respondent]
            weights = _raked(d, base_weights, groups)
            if np.isfinite(weights).all():
                break
        else:
            raise RakingError(
                f"replicate {number}: {MOST_DRAWS} samples in a row miss a level that has a "
                "target, or cannot meet the margins within the bounds; replicate weights would "
                "say too little of the spread. Merge small levels in "
                "seeds/weighting_ladders.csv, or widen the bounds in weighting_schemes.csv."
            )
        yield weights


def multipliers(units: Units, rng: np.random.Generator) -> np.ndarray:
    """By what the base weights of each unit are multiplied in one replicate, shape (U,).

    A unit that is alone in its stratum is 1 ± √(1 - f): its spread is that around 0, as of the
    linearised errors (R's "adjust").
    """
    found = np.ones(len(units.stratum))
    order = np.argsort(units.stratum, kind="stable")
    sizes = np.bincount(units.stratum, minlength=len(units.correction))
    for rows, correction in zip(
        np.split(order, np.cumsum(sizes)[:-1]), units.correction, strict=True
    ):
        n, root = len(rows), np.sqrt(correction)
        if n == 1:
            found[rows] = 1 + root * rng.choice((-1.0, 1.0))
        elif n:
            drawn = np.bincount(rng.integers(n, size=n - 1), minlength=n)
            found[rows] = 1 + root * (drawn * n / (n - 1) - 1)
    return found


def _raked(d: np.ndarray, base_weights: np.ndarray, groups: Sequence[RakedGroup]) -> np.ndarray:
    weights = np.full(len(d), np.nan)
    for group in groups:
        own = d[group.rows]
        n_cells = int(group.cell.max()) + 1
        cells = np.bincount(group.cell, own, n_cells)
        if group.bounds is None:
            factors = rake_replicates(cells[None, :], group.margins)[0]
        else:
            factors = _bounded(cells, group.margins, *group.bounds)
        if group.follows_sample:
            factors = factors * own.sum() / base_weights[group.rows].sum()
        # A cell of which nobody is in the replicate has weights of 0 whatever its factor is.
        factors = np.where(cells > 0, factors, 0)
        weights[group.rows] = own * factors[group.cell]
    return weights


def _bounded(
    cells: np.ndarray, margins: Sequence[Margin], lo: np.ndarray, hi: np.ndarray
) -> np.ndarray:
    """Factors within the bounds, shape (C,); NaN where they cannot meet the margins."""
    here = cells > 0
    total = margins[0].targets.sum()
    kept = []
    for margin in margins:
        wanted = sampled_targets(level_sums(cells, margin)[None, :], margin, total)[0]
        kept.append(replace(margin, codes=margin.codes[here], targets=wanted))
    factors = np.full(len(cells), np.nan)
    scale = total / cells.sum()
    base, lo, hi = cells[here] * scale, lo[here], hi[here]
    product = np.ones_like(base)
    with np.errstate(all="ignore"):
        for _ in range(MAX_ITERATIONS):
            for margin in kept:
                product = product * bounded_step(base, product, margin, lo, hi)[margin.codes]
            g = np.clip(product, lo, hi)
            errors = [
                np.abs(level_sums(base * g, m) - m.targets) > TOLERANCE * m.targets for m in kept
            ]
            if not np.isfinite(product).all():
                break
            if not np.concatenate(errors).any():
                factors[here] = g * scale
                break
    return np.where(here, factors, 1.0)
