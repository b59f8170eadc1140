"""Bounds on weights, and the exact step of bounded raking.

Inside the bounds g = clip(Π a, lo, hi): the weights nearest to the base weights in the raking
distance that meet the margins and the bounds (Deville & Särndal 1992, truncated case).
"""

from collections.abc import Sequence

import numpy as np

from peil.errors import RakingError
from peil.raking.margins import Margin, level_sums

ROUNDING = 1e-10


def cell_bounds(
    cell_weights: np.ndarray,
    cell_counts: np.ndarray | None,
    lower: float | None,
    upper: float | None,
    bounds_on: str,
    prefix: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds on g per cell, each of shape (C,).

    g is the weight over the base weight with mean 1. Bounds on w hold for the weight itself with
    mean 1, so that the g they allow is smaller where the base weight is larger; a cell then holds
    respondents of one base weight.

    Raises:
        RakingError: bounds that do not hold 1 between them.
    """
    lo = 0.0 if lower is None else float(lower)
    hi = np.inf if upper is None else float(upper)
    if bounds_on not in {"g", "w"}:
        raise RakingError(f"{prefix}bounds_on is '{bounds_on}': give g or w.")
    if not 0 <= lo < 1 < hi:
        raise RakingError(
            f"{prefix}bounds {lo:g}..{hi:g} do not hold 1 between them: "
            "give 0 <= lower < 1 < upper."
        )
    relative = np.ones_like(cell_weights)
    if bounds_on == "w":
        if cell_counts is None:
            raise RakingError(f"{prefix}bounds on w need the respondents per cell.")
        relative = (cell_weights / cell_counts) / (cell_weights.sum() / cell_counts.sum())
    return lo / relative, hi / relative


def check_each_level(
    base: np.ndarray, margins: Sequence[Margin], lo: np.ndarray, hi: np.ndarray, prefix: str
) -> None:
    """Each level on its own must be reachable within the bounds."""
    for margin in margins:
        least, most = level_sums(base * lo, margin), level_sums(base * hi, margin)
        slack = ROUNDING * margin.targets
        bad = (least > margin.targets + slack) | (most < margin.targets - slack)
        if bad.any():
            at = int(np.argmax(bad))
            raise RakingError(
                f"{prefix}margin {margin.variable}: level '{margin.levels[at]}': target "
                f"{margin.targets[at]:,.6g}, reachable {least[at]:,.6g}..{most[at]:,.6g} within "
                "the bounds. Widen the bounds, or merge the level with a neighbour."
            )


def bounded_step(
    base: np.ndarray, product: np.ndarray, margin: Margin, lo: np.ndarray, hi: np.ndarray
) -> np.ndarray:
    """Per level the factor a that solves Σ base·clip(a·product, lo, hi) = target exactly.

    The sum is piecewise linear and rising in a. Its breakpoints, where a cell leaves the lower
    bound or meets the upper one, are sorted for all levels at once; running sums give its value
    at each; the piece that holds the target is then solved from the cells that are free on it.
    """
    codes, n_levels = margin.codes, len(margin.levels)
    capped = np.isfinite(hi)
    level = np.concatenate([codes, codes[capped]])
    point = np.concatenate([lo / product, hi[capped] / product[capped]])
    slope = np.concatenate([base * product, -(base * product)[capped]])
    jump = np.concatenate([-base * lo, (base * hi)[capped]])
    order = np.lexsort((point, level))
    level, point = level[order], point[order]
    starts = np.searchsorted(level, np.arange(n_levels))
    ends = np.append(starts[1:], len(level))
    least = level_sums(base * lo, margin)
    reached = (
        _running(slope[order], level, starts) * point
        + _running(jump[order], level, starts)
        + least[level]
    )
    below = np.bincount(level, weights=reached < margin.targets[level], minlength=n_levels)
    at = starts + below.astype(int)
    right = np.where(at < ends, point[np.minimum(at, len(point) - 1)], np.nan)
    left = np.where(at > starts, point[np.maximum(at - 1, 0)], right)
    open_ended = at == ends
    right = np.where(open_ended, 2 * left + 1, right)
    middle = (left + right) / 2
    tried = middle[codes] * product
    free = (tried > lo) & (tried < hi)
    fixed = level_sums(np.where(free, 0.0, base * np.clip(tried, lo, hi)), margin)
    rate = level_sums(np.where(free, base * product, 0.0), margin)
    with np.errstate(divide="ignore", invalid="ignore"):
        solved = (margin.targets - fixed) / rate
    # A flat piece: every cell of the level is on a bound, and any a on it gives the target.
    flat = np.where(open_ended, left, right)
    return np.where((rate > 0) & np.isfinite(solved) & (solved > 0), solved, flat)


def _running(values: np.ndarray, level: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Cumulative sums that begin again at each level."""
    total = np.cumsum(values)
    before = total[starts] - values[starts]
    return total - before[level]
