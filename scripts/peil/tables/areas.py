"""Model estimates of areas from their published figures: data frames in and out."""

import numpy as np
import pandas as pd

from peil.statistics.intervals import normal_interval
from peil.statistics.small_areas import (
    LEAST_AREAS,
    Areas,
    NoModelError,
    fay_herriot,
    smoothed_variance,
)

MEASURE = [
    "survey_code", "wave_code", "segment_code", "question_code", "statistic", "option_code",
]  # fmt: skip
_KEYS = [*MEASURE, "segment_value"]
FITS, NO_VARIANCE, TOO_FEW, NO_MODEL = "fits", "areas_alike", "too_few_areas", "no_model"
_FIGURES = [
    "shrinkage", "model_estimate", "model_se", "model_ci_low", "model_ci_high", "difference",
    "difference_ci_low", "difference_ci_high",
]  # fmt: skip


def area_models(figures: pd.DataFrame, confidence_level: float) -> pd.DataFrame:
    """A model per measure over the areas whose direct figure is published.

    Shares are modelled as the arcsine of their root, whose variance is 1 / (4·n_effective)
    whatever the share; others as they are, with one variance per person for all areas.

    Args:
        figures: the keys, kind, estimate, se, n_effective, n_residents, mean_age; a row per area.
        confidence_level: of the intervals, 0-1.

    Returns:
        The keys, model_status, n_areas and the figures of the model; empty where none fits.
    """
    parts = [
        _of_measure(own.reset_index(drop=True), confidence_level)
        for _, own in figures.groupby(MEASURE, sort=True, dropna=False)
    ]
    columns = [*_KEYS, "model_status", "n_areas", *_FIGURES]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    # DuckDB takes a column of objects without rows for numbers.
    types = dict.fromkeys([*_KEYS, "model_status"], "string") | {"n_areas": "int64"}
    return found[columns].astype(types | dict.fromkeys(_FIGURES, "float64"))


def _of_measure(own: pd.DataFrame, level: float) -> pd.DataFrame:
    made = own[_KEYS].assign(
        n_areas=len(own), model_status=TOO_FEW, **dict.fromkeys(_FIGURES, np.nan)
    )
    is_share = own["kind"].iloc[0] not in ("mean", "net")
    n = own["n_effective"].to_numpy(dtype=float)
    direct = own["estimate"].to_numpy(dtype=float)
    if len(own) < LEAST_AREAS or not np.all(n > 0):
        return made
    if is_share:
        figure, variance = np.arcsin(np.sqrt(direct)), 1 / (4 * n)
    else:
        figure, variance = direct, smoothed_variance(own["se"].to_numpy(dtype=float), n)
    residents = own["n_residents"].to_numpy(dtype=float)
    share = residents / residents.sum() if np.all(residents > 0) else np.full(len(n), 1 / len(n))
    try:
        model = fay_herriot(Areas(figure, variance, _covariates(own), share))
    except NoModelError:
        return made.assign(model_status=NO_MODEL)
    estimate, slope = model.estimate, np.ones(len(n))
    if is_share:
        # The slope of sin² carries an error over (the delta method).
        estimate, slope = np.sin(model.estimate) ** 2, np.abs(np.sin(2 * model.estimate))
    total = share @ direct
    estimate = estimate + (total - share @ estimate)
    return made.assign(
        model_status=FITS if model.sigma2 > 0 else NO_VARIANCE,
        shrinkage=model.shrinkage,
        model_estimate=estimate,
        model_se=slope * np.sqrt(model.mse),
        **_ends("model", estimate, slope * model.posterior_se, level),
        difference=estimate - total,
        **_ends("difference", estimate - total, slope * model.difference_se, level),
    )


def _ends(name: str, centre: np.ndarray, se: np.ndarray, level: float) -> dict[str, np.ndarray]:
    low, high = normal_interval(centre, se, level)
    return {f"{name}_ci_low": low, f"{name}_ci_high": high}


def _covariates(own: pd.DataFrame) -> np.ndarray:
    """A column of ones, then what the register says: size and age. Nothing from the survey."""
    columns = [np.ones(len(own))]
    for name, scale in (("n_residents", np.log10), ("mean_age", np.asarray)):
        values = own[name].to_numpy(dtype=float)
        if np.all(np.isfinite(values)) and np.all(values > 0) and np.ptp(values) > 0:
            columns.append(scale(values))
    return np.column_stack(columns)
