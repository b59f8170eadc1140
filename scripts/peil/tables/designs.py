"""The sampling design of one weighting scheme and wave: from tables of the warehouse to arrays."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from peil.statistics.design import Clusters, Design

KEYS = ["scheme_code", "wave_code"]


@dataclass(frozen=True)
class DesignTables:
    """The tables of the weighted and estimates layers that say how people were sampled.

    Attributes:
        cells: raking cells with factor, stratum, sum_d and sum_d2.
        levels: scheme × wave × cell_key × attribute: level_code.
        inverses: the pseudo-inverse of X'DX in long form.
        strata: scheme × wave × stratum × unit: n_units and population_correction.
        cluster_levels: scheme × wave × group × stratum × cluster × attribute × level: sum_w.
    """

    cells: pd.DataFrame
    levels: pd.DataFrame
    inverses: pd.DataFrame
    strata: pd.DataFrame
    cluster_levels: pd.DataFrame


@dataclass(frozen=True)
class NumberedDesign:
    """A design and the numbers that its arrays give to cells and clusters.

    Attributes:
        design: the arrays.
        cell_position: number per cell_id.
        cluster_position: number per (stratum, cluster_code), or None without clusters.
    """

    design: Design
    cell_position: pd.Series
    cluster_position: pd.Series | None


def numbered_design(
    tables: DesignTables, key: tuple[str, str], clusters: pd.DataFrame
) -> NumberedDesign:
    """The design of one scheme and wave.

    Args:
        tables: of all schemes and waves.
        key: scheme_code and wave_code.
        clusters: stratum and cluster_code of the people to be placed, repeats allowed.
    """
    cells = rows_of(tables.cells, key).sort_values("cell_id").reset_index(drop=True)
    inverses, levels = rows_of(tables.inverses, key), rows_of(tables.levels, key)
    strata = rows_of(tables.strata, key).sort_values("stratum")
    respondents = strata[strata["unit"] == "respondent"].reset_index(drop=True)
    stratum_position = pd.Series(respondents.index, index=respondents["stratum"])
    names = inverses[["group_value", "attribute_code", "level_code"]].drop_duplicates()
    names = pd.MultiIndex.from_frame(names.sort_values(list(names.columns)))
    on_cells = cells[["group_value", "cell_key"]].reset_index().merge(levels, on="cell_key")
    X = np.zeros((len(cells), len(names)))
    column = names.get_indexer(
        pd.MultiIndex.from_frame(on_cells[["group_value", "attribute_code", "level_code"]])
    )
    X[on_cells["index"].to_numpy()[column >= 0], column[column >= 0]] = 1
    G = np.zeros((len(names), len(names)))
    first, second = (
        names.get_indexer(pd.MultiIndex.from_frame(inverses[["group_value", *pair]]))
        for pair in (
            ["attribute_code", "level_code"],
            ["other_attribute_code", "other_level_code"],
        )
    )
    G[first, second] = inverses["value"]
    clustered, cluster_position = _clusters(
        rows_of(tables.cluster_levels, key), clusters, strata, names, stratum_position
    )
    design = Design(
        factors=cells["factor"].to_numpy(),
        strata=stratum_position[cells["stratum"]].to_numpy(),
        sum_d=cells["sum_d"].to_numpy(),
        sum_d2=cells["sum_d2"].to_numpy(),
        levels=X,
        inverse=G,
        n_units=respondents["n_units"].to_numpy(dtype=float),
        correction=respondents["population_correction"].to_numpy(dtype=float),
        clusters=clustered,
    )
    return NumberedDesign(design, pd.Series(cells.index, index=cells["cell_id"]), cluster_position)


def rows_of(frame: pd.DataFrame, key: tuple[str, str]) -> pd.DataFrame:
    """The rows of one scheme and wave."""
    return frame[(frame["scheme_code"] == key[0]) & (frame["wave_code"] == key[1])]


def _clusters(
    weights: pd.DataFrame,
    clusters: pd.DataFrame,
    strata: pd.DataFrame,
    names: pd.MultiIndex,
    stratum_position: pd.Series,
) -> tuple[Clusters | None, pd.Series | None]:
    own = strata[strata["unit"] == "cluster"]
    if own.empty:
        return None, None
    place = ["stratum", "cluster_code"]
    places = pd.concat([clusters[place], weights[place]]).drop_duplicates()
    places = pd.MultiIndex.from_frame(places.sort_values(place))
    T = np.zeros((len(places), len(names)))
    if len(weights) and len(names):
        row = places.get_indexer(pd.MultiIndex.from_frame(weights[place]))
        column = names.get_indexer(
            pd.MultiIndex.from_frame(weights[["group_value", "attribute_code", "level_code"]])
        )
        known = column >= 0
        np.add.at(T, (row[known], column[known]), weights["sum_w"].to_numpy()[known])
    found = Clusters(
        strata=stratum_position[places.get_level_values("stratum")].to_numpy(),
        levels=T,
        n_units=own["n_units"].to_numpy(dtype=float),
        correction=own["population_correction"].to_numpy(dtype=float),
    )
    return found, pd.Series(range(len(places)), index=places)
