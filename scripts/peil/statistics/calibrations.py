"""Two weightings of the same respondents: how a figure differs between them, and how sure that is.

The influence of a respondent on a weighted mean is u = w (e - x'B); on the difference of two
weightings u_a - u_b, whose variance knows that both are of the same people. Equal to R `calibrate`
for each, and the variance of the difference of both residuals.
"""

from dataclasses import dataclass

import numpy as np

from peil.statistics.design import Design


@dataclass(frozen=True)
class Alike:
    """People who are alike in their answer and in where they stand in both weightings.

    Attributes:
        y: outcome, NaN outside the base of the figure, shape (n,).
        n_people, sum_d, sum_d2: how many, and the sums of their base weights, shape (n,).
        stratum: number of their stratum, shape (n,).
    """

    y: np.ndarray
    n_people: np.ndarray
    sum_d: np.ndarray
    sum_d2: np.ndarray
    stratum: np.ndarray


@dataclass(frozen=True)
class Effect:
    """A figure under one weighting less that under another.

    Attributes:
        difference: of the two weighted means.
        se: its standard error, with respondents as units; 0 where the weightings are the same.
        n: respondents in the base of both.
    """

    difference: float
    se: float
    n: int


def influence(design: Design, cell: np.ndarray, alike: Alike) -> tuple[float, np.ndarray]:
    """The weighted mean, and u per unit of base weight, shape (n,).

    Args:
        design: of the weighting.
        cell: number of the raking cell; -1 for people whom the weighting leaves out, shape (n,).
        alike: the people.
    """
    here = cell >= 0
    base = here & ~np.isnan(alike.y)
    factor = np.where(here, design.factors[cell], 0.0)
    w = factor * alike.sum_d
    y = np.where(base, alike.y, 0.0)
    total = w[base].sum()
    mean = float(w[base] @ y[base] / total)
    e = np.where(base, (y - mean) / total, 0.0)
    de = np.bincount(cell[here], (alike.sum_d * e)[here], len(design.factors))
    fit = design.levels @ (design.inverse @ (design.levels.T @ de))
    return mean, factor * (e - np.where(here, fit[cell], 0.0))


def effect(
    first: Design, first_cell: np.ndarray, second: Design, second_cell: np.ndarray, alike: Alike
) -> Effect:
    """The figure under the first weighting less that under the second.

    The strata, and how many units they have, are those of the second.
    """
    mean_a, u_a = influence(first, first_cell, alike)
    mean_b, u_b = influence(second, second_cell, alike)
    u = u_a - u_b
    n_strata = len(second.n_units)
    total = np.bincount(alike.stratum, alike.sum_d * u, n_strata)
    squares = np.bincount(alike.stratum, alike.sum_d2 * u**2, n_strata)
    n = second.n_units
    several = n > 1
    spread = np.where(several, squares - total**2 / n, squares)
    scale = np.where(several, n / np.where(several, n - 1, 1), 1.0)
    variance = float(np.sum(second.correction * scale * np.maximum(spread, 0.0)))
    answered = ~np.isnan(alike.y) & (first_cell >= 0) & (second_cell >= 0)
    return Effect(mean_a - mean_b, float(np.sqrt(variance)), int(alike.n_people[answered].sum()))
