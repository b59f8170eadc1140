"""Areas beside what their mix of people predicts, per figure: data frames in and out."""

import numpy as np
import pandas as pd

from peil.statistics.case_mix import NOWHERE, MixRows, adjusted, rank_intervals
from peil.statistics.design import Design
from peil.statistics.intervals import Figures, t_interval
from peil.statistics.tabulation import benjamini_hochberg
from peil.tables.designs import DesignTables, numbered_design

LEAST_AREAS = 2
KEYS = ["scheme_code", "wave_code", "measure_id"]
_SUMS = ["n", "sum_d", "sum_d2", "sum_dy", "sum_d2y", "sum_d2yy"]
_FIGURES = ["expected", "difference", "se", "ci_low", "ci_high", "p_value", "p_adjusted"]
_COLUMNS = [*KEYS, "point_id", "n_areas", "n_classes", *_FIGURES, "rank_low", "rank_high"]


def case_mixes(
    rows: pd.DataFrame, tables: DesignTables, *, level: float, least_n: float
) -> pd.DataFrame:
    """Per figure and area what its mix predicts, the difference, and between which ranks it is.

    Args:
        rows: the keys, cell_id, point_id (of the area; missing for who is in none that is shown)
            and the sums; everybody who answered.
        tables: the design of every scheme and wave.
        level: confidence, 0-1.
        least_n: a class that fewer answered joins the other small ones.
    """
    parts = []
    for key, own in rows.groupby(["scheme_code", "wave_code"], sort=True):
        places = pd.DataFrame({"stratum": [], "cluster_code": []}, dtype=object)
        numbered = numbered_design(tables, key, places)
        for measure_id, of in own.groupby("measure_id", sort=True):
            found = _of_measure(of, numbered.design, numbered.cell_position, level, least_n)
            if found is not None:
                parts.append(found.assign(**dict(zip(KEYS, (*key, measure_id), strict=True))))
    made = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)
    whole = dict.fromkeys(
        ["measure_id", "point_id", "n_areas", "n_classes", "rank_low", "rank_high"], "int64"
    )
    texts = dict.fromkeys(["scheme_code", "wave_code"], "string")
    return made[_COLUMNS].astype(whole | texts | dict.fromkeys(_FIGURES, "float64"))


def _of_measure(
    of: pd.DataFrame, design: Design, cell_position: pd.Series, level: float, least_n: float
) -> pd.DataFrame | None:
    cells = cell_position[of["cell_id"]].to_numpy()
    mix = _classes(of, least_n)
    points = np.sort(of["point_id"].dropna().unique())
    if len(points) < LEAST_AREAS or mix.max() == 0:
        return None
    area = np.where(of["point_id"].isna(), NOWHERE, np.searchsorted(points, of["point_id"]))
    sums = (of[name].to_numpy(dtype=float) for name in _SUMS)
    found = adjusted(design, MixRows(area, cells, mix, *sums))
    n = of.groupby("point_id")["n"].sum().reindex(points).to_numpy(dtype=float)
    df = n - len(np.unique(design.strata[cells]))
    low, high = t_interval(Figures(found.difference, found.se, df, n, n), level)
    rank_low, rank_high = rank_intervals(found.difference, found.pair_p, level)
    return pd.DataFrame({
        "point_id": points, "n_areas": len(points), "n_classes": mix.max() + 1,
        "expected": found.expected, "difference": found.difference, "se": found.se, "ci_low": low,
        "ci_high": high, "p_value": found.p_value, "p_adjusted": benjamini_hochberg(found.p_value),
        "rank_low": rank_low, "rank_high": rank_high,
    })  # fmt: skip


def _classes(of: pd.DataFrame, least_n: float) -> np.ndarray:
    """A number per row for the class of its cell; small classes are one, or join the smallest."""
    n = of.groupby("cell_key")["n"].sum().sort_values(kind="stable")
    small = n.index[n < least_n]
    joined = dict.fromkeys(small, "")
    if len(small) and n[small].sum() < least_n and len(small) < len(n):
        joined = dict.fromkeys(small, n.index[len(small)])
    classes = of["cell_key"].map(lambda key: joined.get(key, key))
    return np.unique(classes.to_numpy(dtype=str), return_inverse=True)[1]
