"""Representativity of every source: data frames in and out."""

import numpy as np
import pandas as pd

from peil.statistics.intervals import normal_interval
from peil.statistics.representativity import partial_variation, representativity

WAVE = ["survey_code", "wave_code"]
ALL = "all"
_KEYS = [*WAVE, "source_code", "attribute_code", "level_code"]
_FIGURES = ["r", "r_ci_low", "r_ci_high", "cv", "cv_ci_low", "cv_ci_high", "partial_cv"]


def representativity_table(
    cells: pd.DataFrame, levels: pd.DataFrame, confidence_level: float
) -> pd.DataFrame:
    """R and CV per source; the partial CV per variable and level.

    Args:
        cells: survey, wave, source, response_cell_id, n_respondents, n_residents: a row per source
            (and one for all together) and cell of the population, also where nobody answered.
        levels: survey, wave, response_cell_id, attribute_code, level_code.
        confidence_level: of the intervals, 0-1.

    Returns:
        A row per source without attribute, per attribute without level, and per level;
        n_least: respondents at the level of the variable with the fewest, above 0.
    """
    rows: list[tuple] = []
    for key, own in cells.groupby([*WAVE, "source_code"], sort=True):
        n = own["n_respondents"].to_numpy(dtype=float)
        residents = own["n_residents"].to_numpy(dtype=float)
        found = representativity(n, residents)
        if found is None:
            continue
        figures: list[float] = []
        for value, se, least, most in (
            (found.r, found.r_se, -np.inf, 1.0), (found.cv, found.cv_se, 0.0, np.inf),
        ):  # fmt: skip
            low, high = normal_interval(np.array(value), np.array(se), confidence_level)
            figures += [value, max(float(low), least), min(float(high), most)]
        rows.append((*key, None, None, int(n.sum()), *figures, np.nan))
        here = levels[(levels[WAVE] == list(key[:2])).all(axis=1)]
        for attribute, part in here.groupby("attribute_code", sort=True):
            of_cell = part.set_index("response_cell_id")["level_code"].reindex(
                own["response_cell_id"]
            )
            level, names = pd.factorize(of_cell, sort=True)
            per_level, whole = partial_variation(n, residents, level)
            answered = np.bincount(level, n)
            least_n = int(answered[answered > 0].min())
            empty = [np.nan] * 6
            rows.append((*key, attribute, None, least_n, *empty, whole))
            rows += [
                (*key, attribute, name, least_n, *empty, value)
                for name, value in zip(names, per_level, strict=True)
            ]
    frame = pd.DataFrame(rows, columns=[*_KEYS, "n_least", *_FIGURES])
    types = dict.fromkeys(_KEYS, "string") | {"n_least": "int64"}
    return frame.astype(types | dict.fromkeys(_FIGURES, "float64"))
