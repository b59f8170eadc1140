"""Intervals of shares, means and differences: the same as those of macros/intervals.sql.

Source: R `survey::svyciprop`, methods "xlogit" and "beta"; Wilson (1927); Korn & Graubard (1998).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, ndtri, stdtr, stdtrit

# What is below this part of the variance of a simple random sample is rounding noise, as
# no_variance() of macros/statistics.sql says.
NO_VARIANCE = 1e-12
Ends = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Figures:
    """What an interval is made of; arrays of one shape, NaN where there is none.

    Attributes:
        estimate: the share, mean, net score or difference.
        se: its standard error.
        df: degrees of freedom.
        n_effective: answers that those behind a share of 0 or 1 are worth.
        n_design: respondents that the design counts.
    """

    estimate: np.ndarray
    se: np.ndarray
    df: np.ndarray
    n_effective: np.ndarray
    n_design: np.ndarray


def standard_error(variance: np.ndarray, simple_variance: np.ndarray) -> np.ndarray:
    """Exactly 0 for a known figure and for equal answers; NaN without a variance."""
    known = (simple_variance == 0) | (variance <= NO_VARIANCE * simple_variance)
    return np.where(np.isnan(variance), np.nan, np.where(known, 0.0, np.sqrt(np.abs(variance))))


def t_interval(figures: Figures, level: float) -> Ends:
    """Estimate plus and minus t times its error; NaN without a degree of freedom."""
    reach = figures.se * _t(figures, level)
    return figures.estimate - reach, figures.estimate + reach


def normal_interval(centre: np.ndarray, se: np.ndarray, level: float) -> Ends:
    """Centre plus and minus the normal quantile times its error."""
    reach = ndtri((1 + level) / 2) * se
    return centre - reach, centre + reach


def t_two_sided_p(difference: np.ndarray, se: np.ndarray, df: np.ndarray) -> np.ndarray:
    """P(|T| > |difference / se|), never 0; NaN where there is nothing to test."""
    possible = (se > 0) & (df >= 1)
    t = np.divide(difference, se, out=np.full_like(se, np.nan), where=possible)
    p = np.maximum(2 * stdtr(np.where(possible, df, 1), -np.abs(t)), np.finfo(float).tiny)
    return np.where(possible, p, np.nan)


def share_interval(method: str, figures: Figures, level: float) -> Ends:
    """The interval of a share on the scale of its method: logit, wilson or beta.

    At 0 or 1 all give Clopper-Pearson on the effective n; a share known from the population is its
    own interval.
    """
    p, se, n = figures.estimate, figures.se, figures.n_effective
    tail = (1 - level) / 2
    t = _t(figures, level)
    inside = (p > 0) & (p < 1) & (se > 0)
    q = np.where(inside, p, 0.5)
    safe = np.where(inside, se, 0.5)
    low, high = _METHODS[method](q, safe, t, figures, tail)
    n = np.where(n > 0, n, np.nan)
    ends = []
    for side, bound in ((-1, low), (1, high)):
        at_zero = 0.0 if side < 0 else betaincinv(1, n, 1 - tail)
        at_one = 1.0 if side > 0 else betaincinv(n, 1, tail)
        found = np.where(p <= 0, at_zero, np.where(p >= 1, at_one, np.where(se == 0, p, bound)))
        ends.append(np.where(np.isnan(t) | np.isnan(se), np.nan, found))
    return ends[0], ends[1]


def _t(figures: Figures, level: float) -> np.ndarray:
    df = figures.df
    quantile = stdtrit(np.where(df >= 1, df, 1), 1 - (1 - level) / 2)
    return np.where(df >= 1, quantile, np.nan)


def _logit(p: np.ndarray, se: np.ndarray, t: np.ndarray, _figures: Figures, _tail: float) -> Ends:
    middle, reach = np.log(p / (1 - p)), t * se / (p * (1 - p))
    return 1 / (1 + np.exp(-(middle - reach))), 1 / (1 + np.exp(-(middle + reach)))


def _wilson(p: np.ndarray, se: np.ndarray, t: np.ndarray, _figures: Figures, _tail: float) -> Ends:
    n = p * (1 - p) / se**2
    middle, below = p + t**2 / (2 * n), 1 + t**2 / n
    reach = t * np.sqrt(p * (1 - p) / n + t**2 / (4 * n**2))
    return (middle - reach) / below, (middle + reach) / below


def _beta(p: np.ndarray, se: np.ndarray, t: np.ndarray, figures: Figures, tail: float) -> Ends:
    whole = stdtrit(np.maximum(figures.n_design - 1, 1), 1 - tail)
    n = p * (1 - p) / se**2 * (whole / t) ** 2
    return betaincinv(n * p, n * (1 - p) + 1, tail), betaincinv(n * p + 1, n * (1 - p), 1 - tail)


_METHODS = {"logit": _logit, "wilson": _wilson, "beta": _beta}
