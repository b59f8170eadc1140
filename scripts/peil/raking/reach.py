"""Why margins cannot be met: linear programmes on the cells, run only when raking fails."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, hstack

from peil.raking.margins import Margin, level_sums

# Sums are scaled to this total, so that the tolerance of the solver is 1e-13 of the population.
TOTAL = 1e4
OPTIONS = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}


def why_not(
    base: np.ndarray,
    g: np.ndarray,
    margins: Sequence[Margin],
    lo: np.ndarray,
    hi: np.ndarray,
) -> str | None:
    """What no weights can meet, in words; None when weights that meet all margins do exist.

    Args:
        base: base weights scaled to the population, shape (C,).
        g: factors where raking stood still, shape (C,).
        margins: from `prepare_margins`.
        lo: smallest g per cell.
        hi: largest g per cell; infinite where there is none.
    """
    rows, wanted, names = _levels_by_error(base * g, margins)
    scale = TOTAL / margins[0].targets.sum()
    bounds = np.column_stack([base * lo, base * hi]) * scale
    wanted = wanted * scale
    if _solve(rows, wanted, bounds) is not None:
        return _only_with_zero(rows, wanted, base * scale, bounds, g, margins)
    met, missed = 0, len(wanted)
    while missed - met > 1:
        middle = (met + missed) // 2
        if _solve(rows[:middle], wanted[:middle], bounds) is None:
            missed = middle
        else:
            met = middle
    level = rows[met].toarray().ravel()
    least = _solve(rows[:met], wanted[:met], bounds, level)
    most = _solve(rows[:met], wanted[:met], bounds, -level)
    low = "?" if least is None else f"{least / scale:,.6g}"
    high = "?" if most is None else f"{-most / scale:,.6g}"
    bounded = " and within the bounds" if np.any(lo > 0) or np.all(np.isfinite(hi)) else ""
    variable, name = names[met]
    return (
        f"margin {variable}: level '{name}': target {wanted[met] / scale:,.6g}, reachable "
        f"{low}..{high} when the other margins are met{bounded}"
    )


def _levels_by_error(
    weights: np.ndarray, margins: Sequence[Margin]
) -> tuple[csr_matrix, np.ndarray, list[tuple[str, str]]]:
    """The 0/1 rows of all levels, their targets and names: those that were met come first."""
    offsets = np.cumsum([0, *(len(m.levels) for m in margins)])
    n = len(weights)
    row = np.concatenate([m.codes + at for m, at in zip(margins, offsets, strict=False)])
    column = np.tile(np.arange(n), len(margins))
    matrix = coo_matrix((np.ones(len(row)), (row, column)), shape=(offsets[-1], n)).tocsr()
    targets = np.concatenate([m.targets for m in margins])
    error = np.concatenate([np.abs(level_sums(weights, m) - m.targets) for m in margins]) / targets
    order = np.argsort(np.where(np.isfinite(error), error, np.inf), kind="stable")
    names = [(m.variable, level) for m in margins for level in m.levels]
    return matrix[order], targets[order], [names[i] for i in order]


def _solve(
    rows: csr_matrix, wanted: np.ndarray, bounds: np.ndarray, cost: np.ndarray | None = None
) -> float | None:
    cost = np.zeros(len(bounds)) if cost is None else cost
    some = rows.shape[0] > 0
    # Half a second to import, and most nights every margin is met.
    from scipy.optimize import linprog

    found = linprog(
        cost,
        A_eq=rows if some else None,
        b_eq=wanted if some else None,
        bounds=bounds,
        options=OPTIONS,
    )
    return float(found.fun) if found.status == 0 else None


def _only_with_zero(
    rows: csr_matrix,
    wanted: np.ndarray,
    base: np.ndarray,
    bounds: np.ndarray,
    g: np.ndarray,
    margins: Sequence[Margin],
) -> str | None:
    """Margins can be met on paper, but only when some respondents weigh nothing."""
    if np.any(bounds[:, 0] > 0):
        return None
    # x = y + t·base with y >= 0: the largest t is the smallest weight that can be had.
    both = hstack([rows, csr_matrix((rows @ base)[:, None])]).tocsr()
    cost = np.append(np.zeros(len(base)), -1.0)
    limits = np.vstack([np.column_stack([np.zeros_like(base), bounds[:, 1]]), [0.0, 1.0]])
    largest = _solve(both, wanted, limits, cost)
    if largest is None or -largest > 1e-9:
        return None
    cell = int(np.argmin(g))
    who = ", ".join(f"{m.variable} '{m.levels[m.codes[cell]]}'" for m in margins)
    margin = margins[0]
    level = int(margin.codes[cell])
    return (
        f"margin {margin.variable}: level '{margin.levels[level]}': target "
        f"{margin.targets[level]:,.6g} can only be met when respondents with {who} weigh 0"
    )
