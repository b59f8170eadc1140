"""Do the answers to a question differ between groups? The Rao-Scott adjusted test on cells.

Source: Rao & Scott (1984), second-order correction; equal to R `survey::svychisq` with
`statistic = "F"`. The covariance of the cell shares is the linearised, calibration-aware one of
all other figures.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import fdtrc

from peil.statistics.design import Design


@dataclass(frozen=True)
class Table:
    """Weighted counts of one question by one segment, per raking cell.

    Attributes:
        sum_d: Σd per raking cell, group and answer, shape (C, R, K).
        sum_d2: Σd² likewise.
        clusters: Σ factor·d per cluster, group and answer, shape (P, R, K), or None.
    """

    sum_d: np.ndarray
    sum_d2: np.ndarray
    clusters: np.ndarray | None = None


@dataclass(frozen=True)
class Tested:
    """Second-order F test: statistic, degrees of freedom and p."""

    statistic: float
    df1: float
    df2: float
    p_value: float


def rao_scott(table: Table, design: Design, *, by_cluster: bool = False) -> Tested | None:
    """Test whether group and answer are independent; None when there is nothing to test.

    With clusters as units every group must lie in at least two of them.

    Groups and answers without weight are left out, as empty rows and columns of a table.
    """
    share = np.einsum("c,crk->rk", design.factors, table.sum_d)
    rows, columns = share.sum(axis=1) > 0, share.sum(axis=0) > 0
    if rows.sum() < 2 or columns.sum() < 2:
        return None
    table = Table(
        table.sum_d[:, rows][:, :, columns],
        table.sum_d2[:, rows][:, :, columns],
        None if table.clusters is None else table.clusters[:, rows][:, :, columns],
    )
    total = share.sum()
    share = share[rows][:, columns] / total
    if by_cluster:
        if _has_a_group_in_one_cluster(table):
            return None  # it has no spread between clusters
        covariance, df = _cluster_covariance(table, design, share.ravel(), total)
    else:
        covariance, df = _respondent_covariance(table, design, share.ravel(), total)
    if df < 1:
        return None
    return _second_order(share, covariance, df)


def _has_a_group_in_one_cluster(table: Table) -> bool:
    clusters = table.clusters
    return clusters is not None and bool(
        (np.count_nonzero(clusters.sum(axis=2) > 0, axis=0) < 2).any()
    )


def _coefficients(table: Table, design: Design, m: np.ndarray, total: float) -> np.ndarray:
    """B: what the margins explain of the residuals, shape (L, R·K)."""
    s = table.sum_d.reshape(len(table.sum_d), -1)
    residual = (s - np.outer(s.sum(axis=1), m)) / total
    return design.inverse @ (design.levels.T @ residual)


def _respondent_covariance(
    table: Table, design: Design, m: np.ndarray, total: float
) -> tuple[np.ndarray, int]:
    s = table.sum_d.reshape(len(table.sum_d), -1)
    s2 = table.sum_d2.reshape(len(table.sum_d2), -1)
    fit = design.levels @ _coefficients(table, design, m, total)
    f = design.factors[:, None]
    sums = f * ((s - np.outer(s.sum(axis=1), m)) / total - fit * design.sum_d[:, None])
    squared = (s2 - np.outer(s2.sum(axis=1), m)) / total
    covariance = np.zeros((len(m), len(m)))
    for stratum, (n, correction) in enumerate(zip(design.n_units, design.correction, strict=True)):
        inside = design.strata == stratum
        w = design.factors[inside] ** 2
        own, b, e2 = s2[inside], fit[inside], squared[inside]
        base = own.sum(axis=1)
        # Σ e e' of the base: e = (1[answer] - m) / W.
        products = (
            np.diag(w @ own)
            - np.outer(m, w @ own)
            - np.outer(w @ own, m)
            + np.outer(m, m) * (w @ base)
        ) / total**2
        cross = (e2 * w[:, None]).T @ b
        products += -cross - cross.T + (b * (w * design.sum_d2[inside])[:, None]).T @ b
        covariance += correction * _spread(n, products, sums[inside].sum(axis=0))
    return covariance, int(design.n_units.sum()) - len(design.n_units)


def _cluster_covariance(
    table: Table, design: Design, m: np.ndarray, total: float
) -> tuple[np.ndarray, int]:
    clusters = design.clusters
    if clusters is None or table.clusters is None:
        raise ValueError("clusters as units need a table and a design with their clusters")
    w = table.clusters.reshape(len(table.clusters), -1)
    fit = clusters.levels @ _coefficients(table, design, m, total)
    u = (w - np.outer(w.sum(axis=1), m)) / total - fit
    covariance = np.zeros((len(m), len(m)))
    for stratum, (n, correction) in enumerate(
        zip(clusters.n_units, clusters.correction, strict=True)
    ):
        own = u[clusters.strata == stratum]
        covariance += correction * _spread(n, own.T @ own, own.sum(axis=0))
    return covariance, int(clusters.n_units.sum()) - len(clusters.n_units)


def _spread(n: float, products: np.ndarray, summed: np.ndarray) -> np.ndarray:
    """n/(n-1) Σ(u - ū)(u - ū)' of a stratum; a lonely unit is centred on 0, as R's code does."""
    if n > 1:
        return n / (n - 1) * (products - np.outer(summed, summed) / n)
    return np.outer(summed, summed)


def _second_order(share: np.ndarray, covariance: np.ndarray, df: int) -> Tested | None:
    """Pearson's statistic against its mixture of chi-squares, matched on two moments."""
    contrast = _contrast(*share.shape)
    p = share.ravel()
    inverse = np.where(p > 0, 1 / np.where(p > 0, p, 1), 0)
    scaled = contrast * inverse[:, None]
    independent = contrast.T @ scaled
    # A question against itself, or too many empty cells: nothing to test.
    if np.linalg.matrix_rank(independent) < len(independent):
        return None
    delta = np.linalg.solve(independent, scaled.T @ covariance @ scaled)
    trace, square = np.trace(delta), np.trace(delta @ delta)
    if not (square > 0 and trace > 0):
        return None
    expected = np.outer(share.sum(axis=1), share.sum(axis=0))
    pearson = ((share - expected) ** 2 / expected).sum()
    df1 = trace**2 / square
    statistic = pearson / trace
    return Tested(
        float(statistic), float(df1), float(df1 * df),
        max(float(fdtrc(df1, df1 * df, statistic)), float(np.finfo(float).tiny)),
    )  # fmt: skip


@cache
def _contrast(n_rows: int, n_columns: int) -> np.ndarray:
    """The interaction of rows and columns less what they explain each by itself.

    Many questions have tables of one size.
    """
    main = np.column_stack(
        [
            np.ones(n_rows * n_columns),
            np.repeat(np.eye(n_rows)[:, 1:], n_columns, axis=0),
            np.tile(np.eye(n_columns)[:, 1:], (n_rows, 1)),
        ]
    )
    interaction = np.kron(np.eye(n_rows)[:, 1:], np.eye(n_columns)[:, 1:])
    return interaction - main @ np.linalg.lstsq(main, interaction, rcond=None)[0]
