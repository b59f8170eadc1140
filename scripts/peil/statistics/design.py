"""The sampling design as arrays, and the calibration-aware variance of linearised figures.

Every respondent of a figure has an influence e; u = w (e - x'B) with B what the raking margins
explain of e. The variance is that of the sum of u over the units of the design.

Source: Särndal, Swensson & Wretman (1992), chapter 6; equal to R `survey::calibrate`.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Clusters:
    """The clusters of a design.

    Attributes:
        strata: stratum number per cluster, shape (P,).
        levels: Σ factor·d per cluster and margin level, shape (P, L).
        n_units: clusters per stratum, shape (H,).
        correction: finite population correction of clusters per stratum, shape (H,).
    """

    strata: np.ndarray
    levels: np.ndarray
    n_units: np.ndarray
    correction: np.ndarray


@dataclass(frozen=True)
class Design:
    """What the covariance needs to know of everybody, whether they answered or not.

    Attributes:
        factors: raking factor per cell, shape (C,).
        strata: stratum number per cell, shape (C,).
        sum_d: Σd per cell, shape (C,).
        sum_d2: Σd² per cell, shape (C,).
        levels: 0/1 margin levels per cell, shape (C, L).
        inverse: pseudo-inverse of X'DX, shape (L, L); L 0 when weights are taken as given.
        n_units: respondents per stratum, shape (H,).
        correction: finite population correction per stratum, shape (H,).
        clusters: the same of the clusters, or None in a design without.
    """

    factors: np.ndarray
    strata: np.ndarray
    sum_d: np.ndarray
    sum_d2: np.ndarray
    levels: np.ndarray
    inverse: np.ndarray
    n_units: np.ndarray
    correction: np.ndarray
    clusters: Clusters | None = None


@dataclass(frozen=True)
class People:
    """Respondents of a domain; a row may stand for several who are alike in everything.

    Attributes:
        cell: number of their raking cell, shape (n,).
        n_people: how many they are, shape (n,).
        sum_d: Σd, shape (n,).
        sum_d2: Σd², shape (n,).
        cluster: number of their cluster, shape (n,), or None in a design without clusters.
    """

    cell: np.ndarray
    n_people: np.ndarray
    sum_d: np.ndarray
    sum_d2: np.ndarray
    cluster: np.ndarray | None = None

    def __getitem__(self, rows: np.ndarray) -> "People":
        return People(
            self.cell[rows], self.n_people[rows], self.sum_d[rows], self.sum_d2[rows],
            None if self.cluster is None else self.cluster[rows],
        )  # fmt: skip


def variances(
    design: Design, people: People, influence: np.ndarray, *, by_cluster: bool = False
) -> np.ndarray:
    """Variance of each figure, with respondents or with clusters as units.

    Args:
        design: everybody; who is not among `people` has influence 0.
        people: the respondents of the figures.
        influence: e per row of people and figure, shape (n, k).
        by_cluster: whether clusters are the units.

    Returns:
        Shape (k,). NaN with clusters as units in a design without clusters.
    """
    de, d2e, d2ee = (
        _per_place(people.cell, sums, len(design.factors))
        for sums in (
            people.sum_d[:, None] * influence,
            people.sum_d2[:, None] * influence,
            people.sum_d2[:, None] * influence**2,
        )
    )
    if not by_cluster:
        return variances_of_sums(design, de, d2e, d2ee)
    explained = design.inverse @ (design.levels.T @ de)
    clusters = design.clusters
    if clusters is None or people.cluster is None:
        return np.full(influence.shape[1], np.nan)
    weighted = (design.factors[people.cell] * people.sum_d)[:, None] * influence
    u = _per_place(people.cluster, weighted, len(clusters.strata)) - clusters.levels @ explained
    return _over_strata(u, u**2, clusters.strata, clusters.n_units, clusters.correction)


def variances_of_sums(
    design: Design, de: np.ndarray, d2e: np.ndarray, d2ee: np.ndarray
) -> np.ndarray:
    """The same with respondents as units, from sums per cell: Σde, Σd²e and Σd²e², shape (C, k)."""
    f = design.factors[:, None]
    fit = design.levels @ (design.inverse @ (design.levels.T @ de))
    u = f * (de - fit * design.sum_d[:, None])
    u2 = f**2 * (d2ee - 2 * fit * d2e + fit**2 * design.sum_d2[:, None])
    return _over_strata(u, u2, design.strata, design.n_units, design.correction)


def covariances(
    design: Design, people: People, influence: np.ndarray, *, by_cluster: bool = False
) -> np.ndarray:
    """Covariance of the errors of all figures: half of what the variance of a sum is more.

    Args:
        design: as for `variances`.
        people: as for `variances`.
        influence: as for `variances`, shape (n, k).
        by_cluster: as for `variances`.

    Returns:
        Shape (k, k).
    """
    k = influence.shape[1]
    first, second = np.triu_indices(k, 1)
    sums = influence[:, first] + influence[:, second]
    found = variances(design, people, np.hstack([influence, sums]), by_cluster=by_cluster)
    matrix = np.diag(found[:k])
    matrix[first, second] = (found[k:] - found[first] - found[second]) / 2
    return matrix + np.triu(matrix, 1).T


def degrees_of_freedom(design: Design, people: People, *, by_cluster: bool = False) -> int:
    """Units minus strata, over the units and strata that hold people; 0 without clusters."""
    strata = len(np.unique(design.strata[people.cell]))
    if not by_cluster:
        return int(people.n_people.sum()) - strata
    return 0 if people.cluster is None else len(np.unique(people.cluster)) - strata


def _per_place(place: np.ndarray, values: np.ndarray, n_places: int) -> np.ndarray:
    """Sums of the columns of values per place, shape (n_places, k)."""
    sums = [np.bincount(place, column, n_places) for column in values.T]
    return np.stack(sums, axis=1) if sums else np.zeros((n_places, 0))


def _over_strata(
    u: np.ndarray, u2: np.ndarray, strata: np.ndarray, n: np.ndarray, correction: np.ndarray
) -> np.ndarray:
    """Σ (1 - f) n/(n-1) Σ(u - ū)²; a lonely unit is centred on 0, as R's "adjust" does."""
    total, squares = (_per_place(strata, sums, len(n)) for sums in (u, u2))
    several = n > 1
    scale = np.where(several, n / np.where(several, n - 1, 1), 1)[:, None]
    mean_square = np.where(several[:, None], total**2 / n[:, None], 0)
    return (correction[:, None] * scale * np.maximum(squares - mean_square, 0)).sum(axis=0)
