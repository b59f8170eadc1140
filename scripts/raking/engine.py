"""Iterative proportional fitting on sparse cells, with exact bounds on g.

Source: Deming & Stephan (1940) for the iteration; Deville & Särndal (1992) for raking as
calibration. Weights equal R `survey::calibrate(calfun = "raking")` and `survey::rake`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scripts.errors import RakingError
from scripts.raking.margins import Margin

TOLERANCE = 1e-10
MAX_ITERATIONS = 2000


@dataclass(frozen=True)
class Raked:
    """Factors per cell: weight = factor × base weight.

    Attributes:
        factors: shape (C,), in population units per base-weight unit.
        iterations: cycles over all margins.
        max_margin_error: largest |achieved - target| / target over all levels.
        n_at_lower: cells whose g sits on the lower bound.
        n_at_upper: cells whose g sits on the upper bound.
    """

    factors: np.ndarray
    iterations: int
    max_margin_error: float
    n_at_lower: int = 0
    n_at_upper: int = 0


def rake(
    cell_weights: np.ndarray,
    margins: Sequence[Margin],
    *,
    lower: float | None = None,
    upper: float | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
    where: str = "",
) -> Raked:
    """Find factors f with Σ f·d over every level of every margin equal to its target.

    The bounds hold for g = f divided by the overall inflation T / Σd, so that 1 means "as the
    base weight says". Inside the bounds g = clip(Π a_k); each step solves its level exactly.

    Args:
        cell_weights: Σ base weight per cell, shape (C,), all > 0.
        margins: from `prepare_margins`.
        lower: smallest g allowed, or None.
        upper: largest g allowed, or None.
        tolerance: largest relative margin error accepted.
        max_iterations: cycles before giving up.
        where: the weighting group in words, for messages.

    Raises:
        RakingError: a level out of reach of the bounds, or margins that were not met.
    """
    d = np.asarray(cell_weights, dtype=float)
    prefix = f"{where}, " if where else ""
    if not margins:
        return Raked(np.ones_like(d), 0, 0.0)
    scale = margins[0].targets.sum() / d.sum()
    base = d * scale
    lo, hi = _bounds(lower, upper, prefix)
    bounded = lo > 0 or np.isfinite(hi)
    if bounded:
        _check_reachable(base, margins, lo, hi, prefix)
    product = np.ones_like(d)
    for iteration in range(1, max_iterations + 1):
        for margin in margins:
            if bounded:
                product *= _bounded_step(base, product, margin, lo, hi)[margin.codes]
            else:
                achieved = np.bincount(
                    margin.codes, weights=base * product, minlength=len(margin.levels)
                )
                product *= (margin.targets / achieved)[margin.codes]
        g = np.clip(product, lo, hi)
        error, _ = worst_level(base * g, margins)
        if error <= tolerance:
            at_lower = int(np.sum(product <= lo)) if lower is not None else 0
            at_upper = int(np.sum(product >= hi)) if upper is not None else 0
            return Raked(g * scale, iteration, error, at_lower, at_upper)
        if not np.all(np.isfinite(product)):
            break
    error, worst = worst_level(base * np.clip(product, lo, hi), margins)
    hint = "Widen the bounds, or merge" if bounded else "Merge"
    raise RakingError(
        f"{prefix}raking did not reach its margins in {iteration} iterations: {worst} "
        f"(relative error {error:.2g}, allowed {tolerance:.2g}). The margins contradict each "
        f"other for these respondents (combinations that nobody has). {hint} small levels."
    )


def worst_level(weights: np.ndarray, margins: Sequence[Margin]) -> tuple[float, str]:
    """The largest relative margin error and the level it stands in, in words."""
    worst, words = 0.0, "all levels met"
    for margin in margins:
        achieved = np.bincount(margin.codes, weights=weights, minlength=len(margin.levels))
        errors = np.abs(achieved - margin.targets) / margin.targets
        at = int(np.argmax(errors))
        if not errors[at] <= worst:
            worst = float(errors[at])
            words = (
                f"margin {margin.variable}, level '{margin.levels[at]}': target "
                f"{margin.targets[at]:,.6g}, reached {achieved[at]:,.6g}"
            )
    return worst, words


def _bounds(lower: float | None, upper: float | None, prefix: str) -> tuple[float, float]:
    lo = 0.0 if lower is None else float(lower)
    hi = np.inf if upper is None else float(upper)
    if not (0 <= lo < 1 < hi):
        raise RakingError(
            f"{prefix}bounds {lo:g}..{hi:g} do not hold 1 between them: "
            "give 0 <= lower < 1 < upper."
        )
    return lo, hi


def _check_reachable(
    base: np.ndarray, margins: Sequence[Margin], lo: float, hi: float, prefix: str
) -> None:
    for margin in margins:
        sums = np.bincount(margin.codes, weights=base, minlength=len(margin.levels))
        for level, target, total in zip(margin.levels, margin.targets, sums, strict=True):
            if not lo * total <= target * (1 + TOLERANCE) or not target <= hi * total * (
                1 + TOLERANCE
            ):
                raise RakingError(
                    f"{prefix}margin {margin.variable}: level '{level}': target {target:,.6g}, "
                    f"reachable {lo * total:,.6g}..{hi * total:,.6g} within the bounds "
                    f"{lo:g}..{hi:g}. Widen the bounds, or merge the level with a neighbour."
                )


def _bounded_step(
    base: np.ndarray, product: np.ndarray, margin: Margin, lo: float, hi: float
) -> np.ndarray:
    """Per level the factor a that solves Σ base·clip(a·product, lo, hi) = target exactly.

    The sum is piecewise linear and rising in a: sort its breakpoints, find the piece, solve it.
    """
    steps = np.ones(len(margin.levels))
    for index, target in enumerate(margin.targets):
        inside = margin.codes == index
        b, v = base[inside], product[inside]
        points = np.unique(np.concatenate([lo / v, hi / v[np.isfinite(hi / v)]]))
        reached = np.clip(points[:, None] * v[None, :], lo, hi) @ b
        at = int(np.searchsorted(reached, target))
        if at < len(points) and np.isclose(reached[at], target, rtol=1e-15, atol=0):
            steps[index] = points[at]
            continue
        middle = _middle(points, at)
        clipped = np.clip(middle * v, lo, hi)
        free = (middle * v > lo) & (middle * v < hi)
        slope = (b * v)[free].sum()
        if slope > 0:
            steps[index] = (target - (b * clipped)[~free].sum()) / slope
        else:
            steps[index] = middle
    return steps


def _middle(points: np.ndarray, at: int) -> float:
    if at == 0:
        return float(points[0]) / 2
    if at == len(points):
        return float(points[-1]) * 2 + 1
    return float(points[at - 1] + points[at]) / 2
