"""Small areas: direct estimates and a regression on register data, each as far as it is certain.

Fay & Herriot (1979): y_i = x_i'β + v_i + e_i, with the sampling variances ψ_i known. σ² of v by
restricted maximum likelihood; the error of the estimates after Prasad & Rao (1990) and Datta &
Lahiri (2000). Equal to R `metafor::rma(yi, vi, mods, method = "REML")` and `blup`, whose standard
error leaves out 2·g3.

The interval takes σ² as unknown: the posterior under a flat prior on β and σ² (Datta & Lahiri's
g3 does so to second order only, and nothing is left of it where σ² is estimated as 0).
"""

from dataclasses import dataclass

import numpy as np

from peil.errors import PeilError

LEAST_AREAS = 10
_MOST_STEPS, _ACCURACY, _GRID = 200, 1e-12, 200


class NoModelError(PeilError):
    """The model cannot be estimated; the message says why."""


@dataclass(frozen=True)
class Areas:
    """What is known of areas that have respondents.

    Attributes:
        direct: direct estimates, shape (M,).
        variance: their sampling variances ψ, smoothed, above 0, shape (M,).
        covariates: register data with a column of ones first, shape (M, P).
        share: share of each area in the population of the total, adds up to 1, shape (M,).
    """

    direct: np.ndarray
    variance: np.ndarray
    covariates: np.ndarray
    share: np.ndarray


@dataclass(frozen=True)
class Model:
    """Estimates of areas.

    Attributes:
        sigma2: variance between areas beyond the regression.
        coefficients: β, shape (P,).
        shrinkage: γ = σ² / (σ² + ψ), how much of the direct estimate stands, shape (M,).
        estimate: EBLUP, before benchmarking, shape (M,).
        g1, g2, g3: parts of the mean squared error, shape (M,): of γ, of β, of σ².
        benchmarked: the estimates moved by one amount so that they add up to the direct total.
        difference: benchmarked estimate minus the total, shape (M,).
        posterior_se: posterior standard deviation of the estimates, shape (M,).
        difference_se: that of the differences, shape (M,).
    """

    sigma2: float
    coefficients: np.ndarray
    shrinkage: np.ndarray
    estimate: np.ndarray
    g1: np.ndarray
    g2: np.ndarray
    g3: np.ndarray
    benchmarked: np.ndarray
    difference: np.ndarray
    posterior_se: np.ndarray
    difference_se: np.ndarray

    @property
    def mse(self) -> np.ndarray:
        """g1 + g2 + 2·g3, shape (M,)."""
        return self.g1 + self.g2 + 2 * self.g3


def fay_herriot(areas: Areas) -> Model:
    """Estimate every area.

    Raises:
        NoModelError: too few areas, a variance that is not above 0, or covariates that say the
            same as one another.
    """
    _refuse_no_model(areas)
    sigma2 = _reml(areas)
    coefficients, spread = _regression(areas, sigma2)
    shrinkage = sigma2 / (sigma2 + areas.variance)
    fitted = areas.covariates @ coefficients
    estimate = shrinkage * areas.direct + (1 - shrinkage) * fitted
    information = 0.5 * np.sum((sigma2 + areas.variance) ** -2.0)
    total = areas.share @ areas.direct
    benchmarked = estimate + (total - areas.share @ estimate)
    posterior_se, difference_se = _posterior(areas)
    return Model(
        sigma2=sigma2,
        coefficients=coefficients,
        shrinkage=shrinkage,
        estimate=estimate,
        g1=shrinkage * areas.variance,
        g2=(1 - shrinkage) ** 2 * _leverage(areas.covariates, spread),
        g3=areas.variance**2 * (sigma2 + areas.variance) ** -3.0 / information,
        benchmarked=benchmarked,
        difference=benchmarked - total,
        posterior_se=posterior_se,
        difference_se=difference_se,
    )


def smoothed_variance(se: np.ndarray, n_effective: np.ndarray) -> np.ndarray:
    """Sampling variances with one variance per person for all areas, shape (M,).

    That of an area with few respondents is itself uncertain, and a small one by chance would make
    its direct estimate count for more than it is worth.
    """
    per_person = se**2 * n_effective
    return np.average(per_person, weights=n_effective) / n_effective


def _refuse_no_model(areas: Areas) -> None:
    n_areas, n_columns = areas.covariates.shape
    if n_areas < LEAST_AREAS:
        raise NoModelError(
            f"{n_areas} areas have an estimate; a model takes at least {LEAST_AREAS}."
        )
    if not np.all(areas.variance > 0):
        raise NoModelError("A sampling variance is not above 0.")
    if np.linalg.matrix_rank(areas.covariates) < n_columns:
        raise NoModelError("The register data of the areas say the same as one another.")


def _regression(areas: Areas, sigma2: float) -> tuple[np.ndarray, np.ndarray]:
    """β and (X'V⁻¹X)⁻¹ at a σ²."""
    precision = 1 / (sigma2 + areas.variance)
    spread = np.linalg.inv((areas.covariates.T * precision) @ areas.covariates)
    return spread @ (areas.covariates.T @ (precision * areas.direct)), spread


def _leverage(covariates: np.ndarray, spread: np.ndarray) -> np.ndarray:
    return np.einsum("ij,jk,ik->i", covariates, spread, covariates)


def _reml(areas: Areas) -> float:
    """σ² by Fisher scoring; 0 where the likelihood falls from 0 on."""
    sigma2 = max(float(np.var(areas.direct) - np.mean(areas.variance)), 0.0) + _ACCURACY
    for _ in range(_MOST_STEPS):
        precision = 1 / (sigma2 + areas.variance)
        _, spread = _regression(areas, sigma2)
        weighted = areas.covariates * precision[:, None]
        projection = np.diag(precision) - weighted @ spread @ weighted.T
        residual = projection @ areas.direct
        score = 0.5 * (residual @ residual - np.trace(projection))
        step = score / (0.5 * np.sum(projection**2))
        moved = max(sigma2 + step, 0.0)
        if abs(moved - sigma2) <= _ACCURACY * (1 + sigma2):
            return moved
        sigma2 = moved
    raise NoModelError(
        "The variance between areas cannot be found: the likelihood does not settle."
    )


def _posterior(areas: Areas) -> tuple[np.ndarray, np.ndarray]:
    """Posterior standard deviations of the areas, and of their differences with the total.

    σ² on a grid; given σ² everything is normal. Deterministic.
    """
    scale = float(np.median(areas.variance))
    top = 10 * float(np.var(areas.direct)) + 10 * scale
    # Even in √σ²: fine where the likelihood bends, near 0.
    root = (np.arange(_GRID) + 0.5) / _GRID * np.sqrt(top)
    sigma2 = (root**2)[:, None]
    x, y = areas.covariates, areas.direct
    precision = 1 / (sigma2 + areas.variance)  # (grid, M), as all below
    spread = np.linalg.inv(np.einsum("gi,ij,ik->gjk", precision, x, x))
    coefficients = np.einsum("gjk,gi,ik,i->gj", spread, precision, x, y)
    residual = y - coefficients @ x.T
    log = 0.5 * (np.log(precision).sum(axis=1) + np.linalg.slogdet(spread)[1])
    log -= 0.5 * (precision * residual**2).sum(axis=1)
    weight = np.exp(log - log.max()) * root
    weight /= weight.sum()
    gamma = sigma2 * precision
    own = gamma * areas.variance
    pulled = (1 - gamma)[:, :, None] * x
    contrast = np.eye(len(y)) - areas.share
    apart = np.einsum("im,gmp->gip", contrast, pulled)
    centre = y - (1 - gamma) * residual
    return (
        np.sqrt(weight @ (own + _quadratic(pulled, spread)) + _spread(centre, weight)),
        np.sqrt(
            weight @ (own @ (contrast**2).T + _quadratic(apart, spread))
            + _spread(centre @ contrast.T, weight)
        ),
    )


def _quadratic(rows: np.ndarray, spread: np.ndarray) -> np.ndarray:
    return np.einsum("gip,gpq,giq->gi", rows, spread, rows)


def _spread(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return weight @ values**2 - (weight @ values) ** 2
