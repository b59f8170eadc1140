"""Iterative proportional fitting on sparse cells, with exact bounds on g or on the weight.

Source: Deming & Stephan (1940) for the iteration; Deville & Särndal (1992) for raking as
calibration. Weights equal R `survey::calibrate(calfun = "raking")` and `survey::rake`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from peil.errors import RakingError
from peil.raking.bounds import bounded_step, cell_bounds, check_each_level
from peil.raking.margins import Margin, level_sums
from peil.raking.reach import why_not

TOLERANCE = 1e-10
# For margins checked again on respondents: adding up a million weights rounds at about 1e-11.
RECHECK_TOLERANCE = 1e-9
MAX_ITERATIONS = 2000
# Raking that has not halved its error between 64 and 128 cycles (then 256 ...) may be impossible:
# that is then asked of a linear programme, instead of waiting for the last cycle.
FIRST_LOOK = 64


@dataclass(frozen=True)
class Raked:
    """Factors per cell: weight = factor × base weight.

    Attributes:
        factors: shape (C,), in population units per base-weight unit.
        iterations: cycles over all margins.
        max_margin_error: largest |achieved - target| / target over all levels.
        at_lower: whether the cell sits on the lower bound, shape (C,).
        at_upper: whether the cell sits on the upper bound, shape (C,).
    """

    factors: np.ndarray
    iterations: int
    max_margin_error: float
    at_lower: np.ndarray
    at_upper: np.ndarray


def rake(
    cell_weights: np.ndarray,
    margins: Sequence[Margin],
    *,
    cell_counts: np.ndarray | None = None,
    lower: float | None = None,
    upper: float | None = None,
    bounds_on: str = "g",
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
    where: str = "",
) -> Raked:
    """Find factors f with Σ f·d over every level of every margin equal to its target.

    g = f divided by the overall inflation T / Σd, so that 1 means "as the base weight says".
    Inside the bounds g = clip(Π a_k); each step solves its levels exactly.

    Args:
        cell_weights: Σ base weight per cell, shape (C,), all > 0.
        margins: from `prepare_margins`.
        cell_counts: respondents per cell, shape (C,); needed for bounds on w.
        lower: smallest g or w allowed, or None.
        upper: largest g or w allowed, or None.
        bounds_on: "g", or "w" for the weight with mean 1; cells then hold one base weight each.
        tolerance: largest relative margin error accepted.
        max_iterations: cycles before giving up.
        where: the weighting group in words, for messages.

    Raises:
        RakingError: a base weight that is none, a level out of reach, or margins not met.
    """
    d = np.asarray(cell_weights, dtype=float)
    prefix = f"{where}, " if where else ""
    _check_weights(d, prefix)
    nowhere = np.zeros(len(d), dtype=bool)
    lo, hi = cell_bounds(d, cell_counts, lower, upper, bounds_on, prefix)
    if not margins:
        return Raked(np.ones_like(d), 0, 0.0, nowhere, nowhere)
    scale = margins[0].targets.sum() / d.sum()
    base = d * scale
    bounded = lower is not None or upper is not None
    if bounded:
        check_each_level(base, margins, lo, hi, prefix)
    product = np.ones_like(d)
    look, earlier = FIRST_LOOK, np.inf
    # A product that runs off to 0 or infinity belongs to margins that cannot be met.
    with np.errstate(all="ignore"):
        for iteration in range(1, max_iterations + 1):
            product = _cycle(base, product, margins, lo, hi, bounded)
            g = np.clip(product, lo, hi)
            error, _ = worst_level(base * g, margins)
            if error <= tolerance and np.all(g > 0):
                at_lower = (product <= lo) if lower is not None else nowhere
                at_upper = (product >= hi) if upper is not None else nowhere
                return Raked(g * scale, iteration, error, at_lower, at_upper)
            if not (np.all(np.isfinite(product)) and np.all(product > 0)):
                break
            if iteration == look:
                if error > earlier / 2 and (reason := why_not(base, g, margins, lo, hi)):
                    raise RakingError(_refusal(prefix, reason, bounded))
                look, earlier = 2 * look, error
        error, worst = worst_level(base * g, margins)
        reason = why_not(base, np.nan_to_num(g), margins, lo, hi)
    if reason is None:
        raise RakingError(
            f"{prefix}raking did not reach its margins in {iteration} iterations: {worst} "
            f"(relative error {error:.2g}, allowed {tolerance:.2g}). Weights that meet them exist, "
            "but are very uneven: merge small levels with a neighbour, or drop a margin."
        )
    raise RakingError(_refusal(prefix, reason, bounded))


def worst_level(weights: np.ndarray, margins: Sequence[Margin]) -> tuple[float, str]:
    """The largest relative margin error and the level it stands in, in words."""
    return worst_error(margins, [level_sums(weights, margin) for margin in margins])


def worst_error(margins: Sequence[Margin], sums: Sequence[np.ndarray]) -> tuple[float, str]:
    """As `worst_level`, from what each level of each margin was found to sum to."""
    worst, words = 0.0, "all levels met"
    for margin, achieved in zip(margins, sums, strict=True):
        errors = np.abs(achieved - margin.targets) / margin.targets
        at = int(np.argmax(errors))  # NaN counts as the largest
        if not errors[at] <= worst:
            worst = float(errors[at])
            words = (
                f"margin {margin.variable}, level '{margin.levels[at]}': target "
                f"{margin.targets[at]:,.6g}, reached {achieved[at]:,.6g}"
            )
    return worst, words


def _cycle(
    base: np.ndarray,
    product: np.ndarray,
    margins: Sequence[Margin],
    lo: np.ndarray,
    hi: np.ndarray,
    bounded: bool,
) -> np.ndarray:
    for margin in margins:
        if bounded:
            step = bounded_step(base, product, margin, lo, hi)
        else:
            step = margin.targets / level_sums(base * product, margin)
        product = product * step[margin.codes]
    return product


def _check_weights(d: np.ndarray, prefix: str) -> None:
    bad = np.flatnonzero(~(np.isfinite(d) & (d > 0)))
    if len(bad):
        first = ", ".join(f"{i} ({d[i]:g})" for i in bad[:5])
        raise RakingError(
            f"{prefix}base weights of {len(bad):,} of {len(d):,} cells are 0, negative or not "
            f"finite (first cells: {first}). Every respondent needs a base weight above 0."
        )


def _refusal(prefix: str, reason: str, bounded: bool) -> str:
    hint = "Widen the bounds, or merge" if bounded else "Merge"
    return (
        f"{prefix}{reason}. The margins contradict each other for these respondents "
        f"(combinations that nobody has). {hint} levels with a neighbour, or drop a margin."
    )
