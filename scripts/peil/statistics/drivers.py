"""What moves an outcome: relative weights of its drivers, with their linearised errors.

A relative weight is the part of R² that belongs to a driver, also when drivers overlap: outcome
and drivers are related to the uncorrelated variables nearest to the drivers, and back. It is a
smooth function of the weighted correlations, so that every respondent has an influence on it, and
its variance is that of any other figure.

Sources: Johnson (2000), Multivariate Behavioral Research 35; Tonidandel & LeBreton (2011),
Journal of Business and Psychology 26; Demnati & Rao (2004), Survey Methodology 30.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, stdtrit

from peil.errors import InputError

# Eigenvalues below this part of the largest are drivers that repeat each other: rounding noise.
SINGULAR = 1e-10
# A variance below this part of the mean square is the rounding noise of equal answers.
NO_SPREAD = 1e-10
# Standard errors and shares below this are rounding noise: no sample is large enough for them.
NOISE = 1e-9
# So many that a chance of a half is known within a hundredth.
SAMPLES = 10_000


@dataclass(frozen=True)
class Importance:
    """Importance of the drivers of one set, in the order of the drivers.

    Attributes:
        weights: relative weights, which add up to r_squared, shape (k,).
        shares: weights over r_squared, shape (k,).
        influence: of every row of answers on the shares, shape (n, k).
        correlations: of each driver with the outcome, shape (k,).
        r_squared: part of the variance of the outcome that the drivers explain together.
    """

    weights: np.ndarray
    shares: np.ndarray
    influence: np.ndarray
    correlations: np.ndarray
    r_squared: float


def standardise(answers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Answers in weighted standard deviations from their weighted mean.

    Args:
        answers: outcome and drivers, shape (n, k + 1).
        weights: shape (n,).

    Returns:
        Shape (n, k + 1); NaN for a question without spread.
    """
    total = weights.sum()
    centred = answers - weights @ answers / total
    variance = weights @ centred**2 / total
    spread = variance > NO_SPREAD * (weights @ answers**2 / total)
    return centred / np.sqrt(np.where(spread, variance, np.nan))


def relative_weights(correlation: np.ndarray) -> np.ndarray:
    """Johnson's relative weights of many correlation matrices at once.

    Λ = V √D V' is the symmetric root of the drivers' correlations R = V D V'; β = Λ⁻¹ r; the
    weights are Λ² β², element by element. Drivers that repeat each other make R singular: Λ⁻¹ is
    then the pseudo-inverse, and equal drivers get equal weights. The sum is R² either way.

    Args:
        correlation: outcome first, shape (..., k + 1, k + 1).

    Returns:
        Shape (..., k), all at least 0.

    Raises:
        InputError: no square matrix of an outcome and drivers, or a correlation that is no number.
    """
    size = correlation.shape[-1]
    if correlation.ndim < 2 or correlation.shape[-2] != size or size < 2:
        raise InputError(
            f"Relative weights need a square correlation matrix of an outcome and at least one "
            f"driver; this one is {' × '.join(map(str, correlation.shape))}."
        )
    if not np.isfinite(correlation).all():
        raise InputError(
            "Relative weights do not exist: a correlation is no number. An outcome or driver to "
            "which everybody gave the same answer correlates with nothing; leave it out."
        )
    values, vectors = np.linalg.eigh(correlation[..., 1:, 1:])
    kept = values > SINGULAR * values[..., -1:]
    root = np.where(kept, np.sqrt(np.where(kept, values, 1)), 0)
    inverse = np.where(kept, 1 / np.where(kept, root, 1), 0)
    transposed = np.swapaxes(vectors, -1, -2)
    loadings = (vectors * root[..., None, :]) @ transposed
    outcome = correlation[..., 1:, :1]
    beta = (vectors * inverse[..., None, :]) @ (transposed @ outcome)
    return (loadings**2 @ beta**2)[..., 0]


def share_gradients(correlation: np.ndarray) -> np.ndarray:
    """Derivatives of the shares of R² with respect to the correlations.

    The root of R moves with dΛ Λ + Λ dΛ = dR, which is a division in the basis of eigenvectors.
    Drivers that repeat each other do so in every sample: the part of dR outside the range of R is
    0, and the pseudo-inverse is differentiable there.

    Args:
        correlation: outcome first, shape (k + 1, k + 1).

    Returns:
        One symmetric matrix per driver, shape (k, k + 1, k + 1): a share changes by the sum of the
        products with the changes of all correlations, each pair counted twice. Diagonals are 0.
    """
    size = len(correlation)
    first, second = np.triu_indices(size, 1)
    change = np.zeros((len(first), size, size))
    pairs = np.arange(len(first))
    change[pairs, first, second] = change[pairs, second, first] = 1
    values, vectors = np.linalg.eigh(correlation[1:, 1:])
    kept = values > SINGULAR * values[-1]
    root = np.where(kept, np.sqrt(np.where(kept, values, 1)), 0)
    sums = root[:, None] + root[None, :]
    divisor = np.where(sums > 0, 1 / np.where(sums > 0, sums, 1), 0)
    loadings = (vectors * root) @ vectors.T
    inverse = (vectors * np.where(kept, 1 / np.where(kept, root, 1), 0)) @ vectors.T
    beyond = (vectors * ~kept) @ vectors.T
    beta = inverse @ correlation[1:, 0]
    d_loadings = vectors @ (vectors.T @ change[:, 1:, 1:] @ vectors * divisor) @ vectors.T
    # Of the derivative of a pseudo-inverse the part that meets the outcome, which is in its range.
    d_beta = (
        change[:, 1:, 0] @ inverse
        - (d_loadings @ beta) @ inverse
        + (d_loadings @ (inverse @ beta)) @ beyond
    )
    weights = loadings**2 @ beta**2
    d_weights = 2 * (loadings * d_loadings) @ beta**2 + 2 * (beta * d_beta) @ (loadings**2).T
    shares = weights / weights.sum()
    d_shares = (d_weights - d_weights.sum(axis=1)[:, None] * shares) / weights.sum()
    gradients = np.zeros((size - 1, size, size))
    gradients[:, first, second] = gradients[:, second, first] = d_shares.T / 2
    return gradients


def importance(answers: np.ndarray, weights: np.ndarray) -> Importance:
    """Importance of one set of drivers, and the influence of every answer on the shares.

    With z the standardised answers and R their correlations, the influence of a person on R_jl is
    (z_j z_l - R_jl (z_j² + z_l²) / 2) / Σw.

    Args:
        answers: outcome and drivers of who answered them all, shape (n, k + 1).
        weights: shape (n,).

    Raises:
        InputError: the outcome or a driver has no spread, or nothing explains anything.
    """
    if not len(answers):
        raise InputError("Nobody answered the outcome and every driver: no importance exists.")
    z = standardise(answers, weights)
    correlation = z.T @ (z * weights[:, None]) / weights.sum()
    found = relative_weights(correlation)
    r_squared = found.sum()
    if not r_squared > SINGULAR:
        raise InputError("The drivers do not correlate with the outcome at all: no shares exist.")
    gradients = share_gradients(correlation)
    influence = [
        np.einsum("ni,ni->n", z @ (own - np.diag((own * correlation).sum(axis=1))), z)
        for own in gradients
    ]
    return Importance(
        weights=found,
        shares=found / r_squared,
        influence=np.stack(influence, axis=1) / weights.sum(),
        correlations=correlation[0, 1:],
        r_squared=float(r_squared),
    )


def share_interval(
    shares: np.ndarray, se: np.ndarray, df: int, confidence_level: float
) -> tuple[np.ndarray, np.ndarray]:
    """t intervals of the shares of a set on the logit scale.

    The only driver has all of R² in any sample: known. A share of 0 or 1 beside others has a
    derivative of 0 whatever its error: no interval. An error of 0 elsewhere is that of drivers
    that repeat each other: known. Without degrees of freedom nothing is known of the error.

    Args:
        shares: shape (k,).
        se: their standard errors, shape (k,); NaN where there are none.
        df: degrees of freedom.
        confidence_level: of the intervals, between 0 and 1.

    Returns:
        Lower and upper ends, shape (k,) each; NaN where there is no interval.
    """
    if len(shares) == 1:
        return shares, shares
    none = np.full(len(shares), np.nan)
    if df < 1:
        return none, none
    inside = (shares > NOISE) & (shares < 1 - NOISE)
    centre = np.where(inside, shares, 0.5)
    t = stdtrit(df, (1 + confidence_level) / 2)
    half = t * se / (centre * (1 - centre))
    low, high = (expit(logit(centre) + side * half) for side in (-1, 1))
    # The logit and back may leave the share by a rounding error.
    return (
        np.where(inside, np.minimum(low, shares), np.nan),
        np.where(inside, np.maximum(high, shares), np.nan),
    )


def means_of(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each question over who answered it, and the influence of every person on it.

    Args:
        values: NaN where not answered, shape (n, k).
        weights: shape (n,).

    Returns:
        Shapes (k,) and (n, k); NaN for a question without answers.
    """
    answered = ~np.isnan(values)
    totals = weights @ answered
    with np.errstate(invalid="ignore"):
        means = weights @ np.where(answered, values, 0) / totals
        return means, np.where(answered, values - means, 0) / totals


def gaps(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each mean minus the average of all means, of one set of questions to the same people.

    Everybody counts in the questions they answered. The average has an error of its own and
    shares people with each mean, so that the influence of a person is a difference as well.

    Args:
        values: NaN where not answered, shape (n, k).
        weights: shape (n,).

    Returns:
        The means (k,), their gaps to the average (k,) and the influence on the gaps (n, k). Gaps
        are NaN when a question has no answers.
    """
    means, influence = means_of(values, weights)
    return means, means - means.mean(), influence - influence.mean(axis=1, keepdims=True)


def chances_to_be_first(
    values: np.ndarray, covariance: np.ndarray, df: int, random_seed: int
) -> np.ndarray:
    """In which part of samples each of some estimates is the largest.

    Samples are drawn around the estimates from the multivariate t distribution of their errors:
    as in a bootstrap of the estimates, without drawing people. Equal estimates share the place.
    Source: Goldstein & Spiegelhalter (1996), on the uncertainty of ranks.

    Args:
        values: the estimates, shape (k,).
        covariance: of their errors, shape (k, k).
        df: degrees of freedom, at least 1.
        random_seed: the same seed gives the same chances.

    Returns:
        Shape (k,), which adds up to 1.
    """
    rng = np.random.default_rng(random_seed)
    variances, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    errors = rng.normal(size=(SAMPLES, len(values))) * np.sqrt(np.maximum(variances, 0))
    drawn = values + errors @ vectors.T * np.sqrt(df / rng.chisquare(df, (SAMPLES, 1)))
    largest = drawn >= drawn.max(axis=1, keepdims=True) - NOISE
    return (largest / largest.sum(axis=1, keepdims=True)).mean(axis=0)
