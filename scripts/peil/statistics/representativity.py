"""How evenly groups of the population answered: R indicator, its variation, and who to invite next.

ρ of a cell is its respondents over its residents. R = 1 - 2·S(ρ), with the residents as weights
(Schouten, Cobben & Bethlehem 2009). Few respondents in a cell make ρ vary by chance alone; what
that adds to S² is taken off (Shlomo, Skinner & Schouten 2012, for cells). A sample that is a small
part of its population has an R near 1 whatever it looks like: there the coefficient of variation
S(ρ) / ρ̄ tells.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Representativity:
    """Of one source.

    Attributes:
        rate: ρ̄, respondents over residents.
        r: R indicator.
        r_se: its standard error; NaN where the variation is no more than chance.
        cv: coefficient of variation of ρ.
        cv_se: its standard error, likewise.
    """

    rate: float
    r: float
    r_se: float
    cv: float
    cv_se: float


def representativity(n: np.ndarray, residents: np.ndarray) -> Representativity | None:
    """R and the coefficient of variation of ρ over cells; None without respondents.

    Args:
        n: respondents per cell, shape (C,).
        residents: residents per cell, above 0, shape (C,). Where a register counts fewer than
            answered, chance adds nothing.
    """
    if n.sum() == 0:
        return None
    total = residents.sum()
    rate, rho = n.sum() / total, n / residents
    chance = rho * np.maximum(1 - rho, 0)
    # What chance adds: the variance of each ρ, less that of their mean.
    raw = np.sum(residents * (rho - rate) ** 2) / total
    added = np.sum(chance) / total - np.sum(residents * chance) / total**2
    variance = max(raw - added, 0.0)
    spread = np.sqrt(variance)
    slope = 2 * (rho - rate) / total
    error = np.sqrt(np.sum(slope**2 * residents * chance))
    spread_se = error / (2 * spread) if spread > 0 else np.nan
    return Representativity(
        rate=rate,
        r=1 - 2 * spread,
        r_se=2 * spread_se,
        cv=spread / rate,
        cv_se=spread_se / rate,
    )


def partial_variation(
    n: np.ndarray, residents: np.ndarray, level: np.ndarray
) -> tuple[np.ndarray, float]:
    """How much each level of a variable adds to the variation, and the variable as a whole.

    The partial indicators of R, unconditional, divided by ρ̄: per level √(share of residents) ·
    (ρ / ρ̄ - 1), below 0 where too few answered; of the variable the root of the sum of squares.

    Args:
        n: respondents per cell, shape (C,).
        residents: residents per cell, shape (C,).
        level: number of the level per cell, 0 to L - 1, shape (C,).
    """
    answered = np.bincount(level, n)
    live = np.bincount(level, residents)
    relative = (answered / live) / (n.sum() / residents.sum()) - 1
    own = np.sqrt(live / residents.sum()) * relative
    return own, float(np.sqrt(np.sum(own**2)))
