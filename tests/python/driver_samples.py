"""Drivers of the tests: what a textbook gives, and the tables of a warehouse made from a frame."""

from itertools import combinations
from math import factorial

import duckdb
import numpy as np
import pandas as pd
from peil.tables.designs import DesignTables
from peil.tables.drivers import DriverTables, driver_figures


def r_squared(correlation, drivers):
    if not drivers:
        return 0.0
    r = correlation[0, list(drivers)]
    return float(r @ np.linalg.solve(correlation[np.ix_(drivers, drivers)], r))


def shapley(correlation):
    """General dominance (LMG): what a driver adds to R², averaged over all orders of entry."""
    k = len(correlation) - 1
    weights = []
    for driver in range(1, k + 1):
        others = [other for other in range(1, k + 1) if other != driver]
        weights.append(
            sum(
                factorial(size) * factorial(k - size - 1) / factorial(k)
                * (r_squared(correlation, (*before, driver)) - r_squared(correlation, before))
                for size in range(k)
                for before in combinations(others, size)
            )
        )  # fmt: skip
    return weights


def sample_of(answers, weights, **columns):
    """Who answered, with an answer to a column of the frame each."""
    frame = pd.DataFrame(answers, columns=[f"answer_{i}" for i in range(answers.shape[1])])
    fixed = {"stratum": "all", "cluster_code": "all", "cell_key": "all", "factor": 1.0}
    return frame.assign(base_weight=weights, **{**fixed, **columns})


def importance_of(answers, weights):
    return driver_figures(tables_of(sample_of(answers, weights)), 0.95)


def tables_of(
    sample, *, margins=(), model="m", unit="respondent", corrections=None, low=5, clusters=False
):
    """The tables of a warehouse with one scheme, from a frame with a row per person."""
    key = {"scheme_code": "x", "wave_code": "w"}
    sample = sample.reset_index(drop=True)
    cell = [*margins, "cell_key", "stratum"]
    cells = sample.groupby(cell, as_index=False).agg(factor=("factor", "mean"))
    cells = cells.assign(cell_id=range(1, len(cells) + 1), group_value="all")
    sample = sample.merge(cells[[*cell, "cell_id"]], on=cell)
    d = sample["base_weight"]
    sums = sample.assign(sum_d=d, sum_d2=d**2).groupby("cell_id")[["sum_d", "sum_d2"]].sum()
    cells = cells.assign(**key, **sums.reset_index(drop=True))
    cells["cell_key"] = cells[["cell_key", *margins]].agg("|".join, axis=1)
    levels = cells.melt(
        ["cell_key", "cell_id"], list(margins), "attribute_code", "level_code"
    ).drop_duplicates(["cell_key", "attribute_code"])
    wide = (
        pd.concat([pd.get_dummies(sample[m], prefix=m, prefix_sep="=") for m in margins], axis=1)
        if margins
        else pd.DataFrame(index=sample.index)
    )
    x = wide.to_numpy(dtype=float)
    inverse = np.linalg.pinv(x.T @ (x * d.to_numpy()[:, None])) if margins else np.zeros((0, 0))
    names = [name.split("=") for name in wide.columns]
    inverses = pd.DataFrame(
        [
            {**key, "group_value": "all", "attribute_code": a, "level_code": b,
             "other_attribute_code": c, "other_level_code": e, "value": inverse[i, j]}
            for i, (a, b) in enumerate(names) for j, (c, e) in enumerate(names)
        ],
        columns=[*key, "group_value", "attribute_code", "level_code", "other_attribute_code",
                 "other_level_code", "value"],
    )  # fmt: skip
    place = ["stratum", "cluster_code"]
    weighted = wide.mul(d * sample["factor"], axis=0).groupby([sample[p] for p in place]).sum()
    cluster_levels = pd.DataFrame(
        [
            {**key, "group_value": "all", "stratum": h, "cluster_code": p, "attribute_code": a,
             "level_code": b, "sum_w": weighted.loc[(h, p), f"{a}={b}"]}
            for h, p in weighted.index for a, b in names
        ],
        columns=[*key, "group_value", *place, "attribute_code", "level_code", "sum_w"],
    )  # fmt: skip
    people = sample.groupby("stratum").size()
    units = {"respondent": people, "cluster": sample.groupby("stratum")["cluster_code"].nunique()}
    strata = pd.DataFrame(
        [
            {**key, "stratum": h, "unit": one, "n_units": n,
             "population_correction": (corrections or {}).get(h, 1.0)}
            for one in (["respondent", "cluster"] if clusters else ["respondent"])
            for h, n in units[one].items()
        ]
    )  # fmt: skip
    columns = [c for c in sample.columns if c.startswith("answer_")]
    sample["profile_key"] = sample.groupby(["cell_id", *place]).ngroup().map("p{}".format)
    counts = pd.DataFrame(
        {
            "delivery_key": "d", "survey_code": "s", "driver_model_code": model, "wave_code": "w",
            "profile_key": sample["profile_key"], "n_answers": 1, "sum_d": d, "sum_d2": d**2,
            "answers": [[None if np.isnan(v) else v for v in row]
                        for row in sample[columns].to_numpy()],
        }
    )  # fmt: skip
    counts = counts[sample[columns[1:]].notna().any(axis=1).to_numpy()]
    places = sample[["profile_key", "cell_id", *place]].drop_duplicates()
    return DriverTables(
        counts=duckdb.sql("select * replace (answers::double[] as answers) from counts"),
        questions=pd.DataFrame(
            {"survey_code": "s", "driver_model_code": model, "position": range(len(columns)),
             "unsatisfied_from": 1, "unsatisfied_to": low}
        ),
        places=places.assign(
            **key, survey_code="s", segment_code="total", segment_value="total"
        ),
        schemes=pd.DataFrame([{"scheme_code": "x", "inference_unit": unit}]),
        design=DesignTables(
            cells=cells, levels=levels.assign(**key), inverses=inverses, strata=strata,
            cluster_levels=cluster_levels,
        ),
    )  # fmt: skip
