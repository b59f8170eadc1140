"""What moves an outcome: relative weights of its drivers, from sums per bootstrap group.

A relative weight is the part of R² that belongs to a driver, also when drivers overlap: outcome
and drivers are related to the uncorrelated variables nearest to the drivers, and back. They need
only the correlation matrix, so sums of products are enough and no respondent is seen here.

Sources: Johnson (2000), Multivariate Behavioral Research 35; Tonidandel & LeBreton (2011),
Journal of Business and Psychology 26.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scripts.errors import InputError

SET = [
    "scheme_code", "wave_code", "segment_code", "segment_value", "survey_code",
    "driver_model_code",
]  # fmt: skip
FIGURES = [
    "importance", "importance_share", "share_ci_low", "share_ci_high", "correlation",
    "r_squared",
]  # fmt: skip
NOT_COMPUTABLE = "not_computable"
# Eigenvalues below this part of the largest are drivers that repeat each other: rounding noise.
SINGULAR = 1e-10
# A variance below this part of the mean square is the rounding noise of equal answers.
NO_SPREAD = 1e-10


@dataclass(frozen=True)
class Importance:
    """Importance of the drivers of one set, in the order of the drivers.

    Attributes:
        weights: relative weights, which add up to r_squared, shape (k,).
        shares: weights over r_squared, shape (k,).
        ci_low: lower end of the interval of the share, shape (k,).
        ci_high: upper end, shape (k,).
        correlations: of each driver with the outcome, shape (k,).
        r_squared: part of the variance of the outcome that the drivers explain together.
        n_replicates: samples that could be computed.
    """

    weights: np.ndarray
    shares: np.ndarray
    ci_low: np.ndarray
    ci_high: np.ndarray
    correlations: np.ndarray
    r_squared: float
    n_replicates: int


def correlations(products: np.ndarray) -> np.ndarray:
    """Weighted correlation matrices from sums of products.

    Args:
        products: Σw a a' of a = (1, outcome, drivers ...), symmetric, shape (..., k + 2, k + 2).

    Returns:
        Shape (..., k + 1, k + 1), outcome first; NaN for a question without spread.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        moments = products / products[..., :1, :1]
        means = moments[..., 0, 1:]
        covariance = moments[..., 1:, 1:] - means[..., :, None] * means[..., None, :]
        variance = np.diagonal(covariance, axis1=-2, axis2=-1)
        square = np.diagonal(moments, axis1=-2, axis2=-1)[..., 1:]
        deviation = np.sqrt(np.where(variance > NO_SPREAD * square, variance, np.nan))
        return covariance / (deviation[..., :, None] * deviation[..., None, :])


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


def importance(
    groups: np.ndarray, replicates: int, random_seed: int, confidence_level: float
) -> Importance:
    """Importance of one set of drivers with percentile intervals of the shares.

    Random groups of respondents are drawn with replacement, as many as there are; their weights
    stay as they are. A sample in which a question has no spread is left out and counted. The
    share of a driver that means nothing is biased upwards in samples, so that its interval could
    miss its own figure: it is then stretched to it.

    Args:
        groups: Σw a a' per bootstrap group, shape (G, k + 2, k + 2).
        replicates: samples to draw.
        random_seed: the same seed gives the same intervals.
        confidence_level: of the intervals, such as 0.95.

    Raises:
        InputError: the outcome or a driver has no spread, or nothing explains anything.
    """
    whole = correlations(groups.sum(axis=0))
    weights = relative_weights(whole)
    r_squared = weights.sum()
    if not r_squared > SINGULAR:
        raise InputError("The drivers do not correlate with the outcome at all: no shares exist.")
    rng = np.random.default_rng(random_seed)
    n = len(groups)
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=replicates).astype(float)
    samples = correlations((drawn @ groups.reshape(n, -1)).reshape(-1, *groups.shape[1:]))
    samples = relative_weights(samples[np.isfinite(samples).all(axis=(1, 2))])
    explained = samples.sum(axis=1)
    samples = samples[explained > SINGULAR] / explained[explained > SINGULAR, None]
    shares = weights / r_squared
    tail = (1 - confidence_level) / 2
    # Without a usable sample nothing is known of the share but the figure itself.
    low, high = (
        np.quantile(samples, [tail, 1 - tail], axis=0)
        if len(samples)
        else np.full((2, len(shares)), np.nan)
    )
    return Importance(
        weights=weights,
        shares=shares,
        ci_low=np.minimum(low, shares),
        ci_high=np.maximum(high, shares),
        correlations=whole[0, 1:],
        r_squared=float(r_squared),
        n_replicates=len(samples),
    )


def driver_importance(
    sums: pd.DataFrame, replicates: int, random_seed: int, confidence_level: float
) -> pd.DataFrame:
    """Importance of every set of drivers of a warehouse.

    Args:
        sums: one row per set (the columns of SET), bootstrap_group, first_position and
            second_position: n_answers and sum_wxy. Position 0 is the constant 1, position 1 the
            outcome, then the drivers.
        replicates: samples per set.
        random_seed: the same seed gives the same intervals.
        confidence_level: of the intervals.

    Returns:
        One row per set and driver position (1 is the first driver): n_answers, the FIGURES,
        n_replicates, and withheld_reason where the figures do not exist.
    """
    rows = []
    for key, part in sums.groupby(SET, sort=True):
        groups = _matrices(part)
        is_count = (part["first_position"] == 0) & (part["second_position"] == 0)
        n_answers = int(part.loc[is_count, "n_answers"].sum())
        try:
            found = importance(groups, replicates, random_seed, confidence_level)
        except InputError:
            found = None
        for driver in range(groups.shape[1] - 2):
            rows.append((*key, driver + 1, n_answers, *_cells(found, driver)))
    columns = [*SET, "position", "n_answers", *FIGURES, "n_replicates", "withheld_reason"]
    # Typed also when no survey declares drivers: an empty frame would become integers in DuckDB.
    return pd.DataFrame(rows, columns=columns).astype(
        {
            **dict.fromkeys(SET, "string"),
            "position": "int64",
            "n_answers": "int64",
            **dict.fromkeys(FIGURES, float),
            "n_replicates": "int64",
            "withheld_reason": "string",
        }
    )


def _matrices(part: pd.DataFrame) -> np.ndarray:
    """Σw a a' per bootstrap group, shape (G, k + 2, k + 2)."""
    group, names = pd.factorize(part["bootstrap_group"], sort=True)
    first, second = (part[f"{side}_position"].to_numpy() for side in ("first", "second"))
    size = int(second.max()) + 1
    groups = np.zeros((len(names), size, size))
    groups[group, first, second] = groups[group, second, first] = part["sum_wxy"].to_numpy()
    return groups


def _cells(found: Importance | None, driver: int) -> tuple:
    if found is None:
        return (None,) * len(FIGURES) + (0, NOT_COMPUTABLE)
    return (
        found.weights[driver],
        found.shares[driver],
        found.ci_low[driver],
        found.ci_high[driver],
        found.correlations[driver],
        found.r_squared,
        found.n_replicates,
        None,
    )
