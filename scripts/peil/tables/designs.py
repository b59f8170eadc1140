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
    # Tuples in a dictionary: an index of three texts takes ten times as long for so few levels.
    of = _tuples(inverses, "group_value", "attribute_code", "level_code")
    names = {name: number for number, name in enumerate(sorted(set(of)))}
    by_key: dict[str, list[tuple[str, str]]] = {}
    for cell_key, *level in _tuples(levels, "cell_key", "attribute_code", "level_code"):
        by_key.setdefault(cell_key, []).append((level[0], level[1]))
    X = np.zeros((len(cells), len(names)))
    for row, (group, cell_key) in enumerate(_tuples(cells, "group_value", "cell_key")):
        for attribute, level_code in by_key.get(cell_key, []):
            if (column := names.get((group, attribute, level_code))) is not None:
                X[row, column] = 1
    G = np.zeros((len(names), len(names)))
    others = _tuples(inverses, "group_value", "other_attribute_code", "other_level_code")
    G[[names[name] for name in of], [names[name] for name in others]] = inverses["value"]
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


def _tuples(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(zip(*(frame[column].tolist() for column in columns), strict=True))


def _clusters(
    weights: pd.DataFrame,
    clusters: pd.DataFrame,
    strata: pd.DataFrame,
    names: dict[tuple, int],
    stratum_position: pd.Series,
) -> tuple[Clusters | None, pd.Series | None]:
    own = strata[strata["unit"] == "cluster"]
    if own.empty:
        return None, None
    place = ["stratum", "cluster_code"]
    places = pd.concat([clusters[place], weights[place]]).drop_duplicates()
    places = pd.MultiIndex.from_frame(places.sort_values(place))
    T = np.zeros((len(places), len(names)))
    row_of = {name: row for row, name in enumerate(places)}
    of = _tuples(weights, "group_value", "attribute_code", "level_code")
    sums = weights["sum_w"].tolist()
    for at, name, sum_w in zip(_tuples(weights, *place), of, sums, strict=True):
        if name in names:
            T[row_of[at], names[name]] += sum_w
    found = Clusters(
        strata=stratum_position[places.get_level_values("stratum")].to_numpy(),
        levels=T,
        n_units=own["n_units"].to_numpy(dtype=float),
        correction=own["population_correction"].to_numpy(dtype=float),
    )
    return found, pd.Series(range(len(places)), index=places)
