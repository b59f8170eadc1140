"""People by arithmetic that R repeats, and what models make of them: for tests of pure tables."""

import numpy as np
import pandas as pd
from peil.tables.designs import DesignTables
from peil.tables.groups import Tables, calibration_inverses, raking_factors
from peil.tables.source_effects import SourceTables

KEY = {"scheme_code": "x", "wave_code": "w"}
TARGETS = {"sex": {"0": 430, "1": 570}, "age": {"0": 250, "1": 350, "2": 400}}


def respondents() -> pd.DataFrame:
    """120 people by arithmetic that R repeats; a ninth did not answer."""
    i = np.arange(120)
    people = pd.DataFrame(
        {"sex": i % 2, "age": (i // 2) % 3,
         "source_code": np.array(list("aabbc"))[(i * 7 + i // 5) % 5],
         "y": 1.0 + (i * i + 3 * i) % 10, "d": 1 + (i % 4) / 2, "cluster_code": i % 12}
    ).astype({"sex": str, "age": str})  # fmt: skip
    people["stratum"] = (people["cluster_code"] % 2).astype(str)
    people["cluster_code"] = people["cluster_code"].astype(str)
    people["cell_key"] = "age=" + people["age"] + "|sex=" + people["sex"]
    people.loc[i % 9 == 0, "y"] = np.nan
    return people.assign(**KEY, group_value="all", d2=people["d"] ** 2)


def tables_of(people: pd.DataFrame) -> SourceTables:
    """What the models of the weighted and estimates layers make of people."""
    sums = {"n_respondents": ("d", "size"), "sum_d": ("d", "sum"), "sum_d2": ("d2", "sum")}
    place = [*KEY, "group_value", "cell_key"]
    cells = people.groupby([*place, "stratum"]).agg(**sums).reset_index()
    cells["cell_id"] = cells.index
    people = people.merge(cells[["cell_key", "stratum", "cell_id"]], on=["cell_key", "stratum"])
    levels = people[[*KEY, "cell_key", *TARGETS]].drop_duplicates()
    levels = levels.melt([*KEY, "cell_key"], var_name="attribute_code", value_name="level_code")
    targets = pd.DataFrame(
        [(variable, *pair) for variable, of in TARGETS.items() for pair in of.items()],
        columns=["attribute_code", "level_code", "total"],
    ).assign(**KEY, group_value="all")
    schemes = pd.DataFrame(
        [{"scheme_code": "x", "variance_method": "calibrated", "lower": None, "upper": None,
          "bounds_on": "g", "target_scope": "group"}]
    )  # fmt: skip
    levels = levels.assign(is_known=True)
    raking = Tables(
        cells.assign(n_without_weight=0, keys_without_weight=None), levels, targets, schemes
    )
    factors = raking_factors(raking)[["cell_key", "factor"]]
    cells = cells.merge(factors, on="cell_key")
    people = people.merge(factors, on="cell_key")
    units = people.groupby([*KEY, "stratum"]).agg(
        respondent=("d", "size"), cluster=("cluster_code", "nunique")
    )
    strata = units.reset_index().melt([*KEY, "stratum"], var_name="unit", value_name="n_units")
    weighted = people.assign(sum_w=people["factor"] * people["d"]).merge(
        levels[["cell_key", "attribute_code", "level_code"]], on="cell_key"
    )
    by = [*KEY, "group_value", "stratum", "cluster_code", "attribute_code", "level_code"]
    alike = [*KEY, "source_code", "cell_id", "cluster_code", "y"]
    answers = (
        people.dropna(subset="y")
        .groupby(alike)
        .agg(n=("d", "size"), sum_d=("d", "sum"), sum_d2=("d2", "sum"))
    )
    return SourceTables(
        answers=answers.reset_index().assign(measure_id=7),
        people=people.groupby([*place, "source_code"]).agg(**sums).reset_index(),
        design=DesignTables(
            cells, levels, calibration_inverses(raking), strata.assign(population_correction=1.0),
            weighted.groupby(by)["sum_w"].sum().reset_index(),
        ),
        levels=levels,
        targets=targets,
        schemes=schemes,
    )  # fmt: skip
