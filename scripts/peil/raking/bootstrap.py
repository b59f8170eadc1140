"""Bootstrap of a raked figure on cells: resample, rake again, estimate again.

An audit of the linearised standard errors, which it does not use: respondents are drawn anew
from the observed combinations of raking cell and answer, every sample is raked to the same
margins, and the spread of the figure is its standard error. All samples are raked at once.

Source: Canty & Davison (1999), resampling-based variance estimation for calibrated weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from peil.raking.margins import Margin

TOLERANCE = 1e-8
MAX_ITERATIONS = 500


@dataclass(frozen=True)
class Atoms:
    """Respondents of one weighting group who are alike: same cell, same outcome.

    Attributes:
        cell: raking cell, shape (A,).
        stratum: respondents are drawn within strata, shape (A,).
        n: respondents, shape (A,).
        base_weight: their mean base weight, shape (A,).
        in_domain: 1 for the base of the figure, else 0, shape (A,).
        y: outcome, 0 outside the domain, shape (A,).
    """

    cell: np.ndarray
    stratum: np.ndarray
    n: np.ndarray
    base_weight: np.ndarray
    in_domain: np.ndarray
    y: np.ndarray


def resample(
    atoms: Atoms, margins: Sequence[Margin], replicates: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Σwy and Σw of the domain in every replicate, both shape (R,).

    A replicate without respondents in a level that has a target cannot be raked: NaN.
    """
    counts = np.empty((replicates, len(atoms.n)))
    for stratum in np.unique(atoms.stratum):
        inside = atoms.stratum == stratum
        n = int(atoms.n[inside].sum())
        counts[:, inside] = rng.multinomial(n, atoms.n[inside] / n, size=replicates)
    weighted = counts * atoms.base_weight
    n_cells = int(atoms.cell.max()) + 1
    cells = weighted @ (atoms.cell[:, None] == np.arange(n_cells)[None, :]).astype(float)
    weights = weighted * rake_replicates(cells, margins)[:, atoms.cell]
    return weights @ (atoms.y * atoms.in_domain), weights @ atoms.in_domain


def rake_replicates(cells: np.ndarray, margins: Sequence[Margin]) -> np.ndarray:
    """Raking factors of many samples at once.

    Args:
        cells: Σ base weight per replicate and cell, shape (R, C).
        margins: of the observed sample; a level the population does not know keeps the share it
            has in the replicate.

    Returns:
        Factors, shape (R, C); NaN for a replicate that cannot meet the margins.
    """
    factors = np.ones_like(cells)
    if not margins:
        return factors
    total = margins[0].targets.sum()
    onehots, targets = [], []
    for margin in margins:
        onehot = (margin.codes[:, None] == np.arange(len(margin.levels))[None, :]).astype(float)
        onehots.append(onehot)
        targets.append(sampled_targets(cells @ onehot, margin, total))
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(MAX_ITERATIONS):
            for onehot, wanted in zip(onehots, targets, strict=True):
                achieved = (cells * factors) @ onehot
                step = np.where((wanted == 0) & (achieved == 0), 1, wanted / achieved)
                factors *= step @ onehot.T
            error = np.zeros(len(cells))
            for onehot, wanted in zip(onehots, targets, strict=True):
                achieved = (cells * factors) @ onehot
                relative = np.where(wanted == 0, 0, np.abs(achieved / wanted - 1))
                error = np.maximum(error, relative.max(axis=1))
            if not (error > TOLERANCE).any():
                break
        factors[~(error <= TOLERANCE)] = np.nan
    return factors


def sampled_targets(sums: np.ndarray, margin: Margin, total: float) -> np.ndarray:
    """Targets in samples: a level that the population does not know keeps the share it has there.

    Args:
        sums: Σ base weight per sample and level, shape (R, L).
        margin: of the observed sample.
        total: sum of its targets.

    Returns:
        Shape (R, L).
    """
    share = sums / sums.sum(axis=1, keepdims=True)
    unknown = share[:, ~margin.is_known].sum(axis=1, keepdims=True)
    known = np.where(margin.is_known, margin.targets, 0)
    return np.where(margin.is_known, total * (1 - unknown) * known / known.sum(), total * share)
