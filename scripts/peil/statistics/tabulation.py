"""A crosstab as arrays: figures of groups that may share people, and their differences.

The influence of a respondent on the mean of group g is 1[in g and answered] (y - mean) / Σw; that
of a difference is the one influence minus the other, so that shared people need no formula of
their own. Equal to R `survey::svyby`, `svyratio` and `svyttest` on a calibrated design.
"""

from dataclasses import dataclass

import numpy as np

from peil.statistics.design import Design, People, variances
from peil.statistics.intervals import standard_error, t_two_sided_p


@dataclass(frozen=True)
class Sample:
    """Respondents with their answers and groups.

    Attributes:
        design: everybody of the scheme and wave.
        people: rows of respondents who are alike in everything, n of them.
        y: outcome per row and measure, NaN outside the base of the measure, shape (n, K).
        inside: whether a row is in a group, shape (n, G).
        by_cluster: whether clusters are the units of inference.
    """

    design: Design
    people: People
    y: np.ndarray
    inside: np.ndarray
    by_cluster: bool = False

    @property
    def weight(self) -> np.ndarray:
        return self.design.factors[self.people.cell] * self.people.sum_d


@dataclass(frozen=True)
class Tabulated:
    """Figures per group and measure, shape (G, K); NaN where nobody is in the base.

    Attributes:
        n: respondents in the base; n_positive: of them with an outcome other than 0.
        sum_w: Σw; n_effective: Kish.
        estimate: the weighted mean of the outcome; is_uniform: all outcomes are equal.
        simple_variance: that of a simple random sample with the weighted spread.
        variance: by the units of inference; NaN without spread between them.
        n_strata: strata that hold people of the base; n_clusters: clusters likewise.
    """

    n: np.ndarray
    n_positive: np.ndarray
    sum_w: np.ndarray
    n_effective: np.ndarray
    estimate: np.ndarray
    is_uniform: np.ndarray
    simple_variance: np.ndarray
    variance: np.ndarray
    n_strata: np.ndarray
    n_clusters: np.ndarray

    @property
    def se(self) -> np.ndarray:
        return standard_error(self.variance, self.simple_variance)


@dataclass(frozen=True)
class Differences:
    """Group a minus group b per measure, shape (pairs, K)."""

    difference: np.ndarray
    se: np.ndarray
    df: np.ndarray
    p_value: np.ndarray


def tabulate(sample: Sample) -> Tabulated:
    """The figures of every group."""
    parts = [_group(sample, sample.inside[:, g]) for g in range(sample.inside.shape[1])]
    return Tabulated(*(np.stack(column) for column in zip(*parts, strict=True)))


def counts(sample: Sample) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Respondents in the base, those with an outcome and below 0, and whether all are equal.

    Returns:
        Four arrays of shape (G, K).
    """
    base, people = ~np.isnan(sample.y), sample.people.n_people
    inside = sample.inside.T * people
    known = np.nan_to_num(sample.y)
    n, n_positive, n_minus = inside @ base, inside @ (known != 0), inside @ (known < 0)
    uniform = [
        np.where(base[rows], sample.y[rows], -np.inf).max(axis=0, initial=-np.inf)
        == np.where(base[rows], sample.y[rows], np.inf).min(axis=0, initial=np.inf)
        for rows in sample.inside.T
    ]
    return n, n_positive, n_minus, np.array(uniform)


def _group(sample: Sample, rows: np.ndarray) -> tuple[np.ndarray, ...]:
    people, y = sample.people[rows], sample.y[rows]
    base = ~np.isnan(y)
    known = np.where(base, y, 0.0)
    w = sample.weight[rows]
    w2 = sample.design.factors[people.cell] ** 2 * people.sum_d2
    n, n_positive = people.n_people @ base, people.n_people @ (known != 0)
    sum_w, sum_w2 = w @ base, w2 @ base
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(base, y, np.inf).min(axis=0, initial=np.inf)
        high = np.where(base, y, -np.inf).max(axis=0, initial=-np.inf)
        uniform = low == high
        estimate = np.where(uniform, high, w @ known / sum_w)
        spread = np.maximum(w @ known**2 / sum_w - (w @ known / sum_w) ** 2, 0)
        simple = np.where(uniform, 0.0, spread / n)
        influence = np.where(base, (y - estimate) / sum_w, 0.0)
        n_effective = sum_w**2 / sum_w2
    n_strata, n_clusters = _places(sample.design, people, base)
    variance = variances(sample.design, people, influence, by_cluster=sample.by_cluster)
    # One cluster has no spread between clusters: it would look like a known figure.
    lonely = (n_clusters <= n_strata) if sample.by_cluster else np.zeros(len(n), dtype=bool)
    variance = np.where((n == 0) | lonely, np.nan, variance)
    return (
        n, n_positive, sum_w, n_effective, estimate, uniform, simple, variance, n_strata,
        n_clusters,
    )  # fmt: skip


def differences(sample: Sample, of: Tabulated, pairs: list[tuple[int, int]]) -> Differences:
    """What group a has more than group b, exact for groups that share people."""
    if not pairs:
        none = np.zeros((0, sample.y.shape[1]))
        return Differences(none, none, none, none)
    found = [_pair(sample, of, a, b) for a, b in pairs]
    difference, variance, df = (np.stack(column) for column in zip(*found, strict=True))
    a, b = np.array(pairs).T
    se = standard_error(variance, of.simple_variance[a] + of.simple_variance[b])
    df = np.where(df >= 1, df, np.nan)
    return Differences(difference, se, df, t_two_sided_p(difference, se, df))


def _pair(sample: Sample, of: Tabulated, a: int, b: int) -> tuple[np.ndarray, ...]:
    rows = sample.inside[:, a] | sample.inside[:, b]
    people, y = sample.people[rows], sample.y[rows]
    base = ~np.isnan(y)
    influence = np.zeros_like(y)
    with np.errstate(divide="ignore", invalid="ignore"):
        for group, sign in ((a, 1.0), (b, -1.0)):
            own = base & sample.inside[rows, group][:, None]
            influence += np.where(own, sign * (y - of.estimate[group]) / of.sum_w[group], 0.0)
    n_strata, n_clusters = _places(sample.design, people, base)
    variance = variances(sample.design, people, influence, by_cluster=sample.by_cluster)
    if sample.by_cluster:
        # A side with one cluster has no spread between clusters.
        lonely = np.minimum(of.n_clusters[a], of.n_clusters[b]) < 2
        df, variance = n_clusters - n_strata - 1, np.where(lonely, np.nan, variance)
    else:
        df = people.n_people @ base - n_strata - 1
    empty = (of.n[a] == 0) | (of.n[b] == 0)
    return of.estimate[a] - of.estimate[b], np.where(empty, np.nan, variance), df


def _places(design: Design, people: People, base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Strata and clusters that hold people of the base of each measure."""
    shared = np.asarray(base.any(axis=1))
    if (base == shared[:, None]).all():
        n_strata, n_clusters = _occupied(design, people, shared)
        return np.full(base.shape[1], n_strata), np.full(base.shape[1], n_clusters)
    counted = np.array([_occupied(design, people, column) for column in base.T])
    return counted[:, 0], counted[:, 1]


def _occupied(design: Design, people: People, rows: np.ndarray) -> tuple[int, int]:
    strata = len(np.unique(design.strata[people.cell[rows]]))
    return strata, 0 if people.cluster is None else len(np.unique(people.cluster[rows]))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Adjusted p of one family; NaN is outside it.

    Source: Benjamini & Hochberg (1995).
    """
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p.flat[known], kind="stable")]
    scaled = p.flat[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted.flat[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return adjusted
