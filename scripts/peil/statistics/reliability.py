"""Whether the items of a score measure one thing: Cronbach's alpha, and what each item adds.

From the covariance matrix of the items, which may be weighted: a factor on the whole matrix falls
out. Source: Cronbach (1951), Coefficient alpha and the internal structure of tests.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Reliability:
    """Of one score.

    Attributes:
        alpha: Cronbach's alpha; NaN with one item, or where the score does not vary.
        rest_correlations: correlation of every item with the sum of the others, shape (K,).
        alphas_without: alpha of the others, shape (K,); NaN where fewer than two are left.
    """

    alpha: float
    rest_correlations: np.ndarray
    alphas_without: np.ndarray


def cronbach_alpha(covariance: np.ndarray) -> float:
    """α = K/(K - 1) · (1 - Σ variances / variance of the sum); NaN where it does not exist.

    Args:
        covariance: of the items, shape (K, K).
    """
    k = len(covariance)
    whole = float(covariance.sum())
    # What is left of a variance of 0 after rounding is no variance.
    if k < 2 or whole <= 1e-12 * float(np.abs(covariance).sum()):
        return float("nan")
    return k / (k - 1) * (1 - float(np.trace(covariance)) / whole)


def reliability(covariance: np.ndarray) -> Reliability:
    """Alpha of a score, and per item what it has to do with the others.

    Args:
        covariance: of the items, shape (K, K).
    """
    k = len(covariance)
    variances = np.diag(covariance)
    shared = covariance.sum(axis=1) - variances
    rest = covariance.sum() - 2 * covariance.sum(axis=1) + variances
    varies = (variances > 0) & (rest > 1e-12 * np.abs(covariance).sum())
    correlations = np.full(k, np.nan)
    correlations[varies] = shared[varies] / np.sqrt(variances[varies] * rest[varies])
    without = [
        cronbach_alpha(np.delete(np.delete(covariance, i, axis=0), i, axis=1)) for i in range(k)
    ]
    return Reliability(cronbach_alpha(covariance), correlations, np.array(without))
