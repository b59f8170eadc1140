"""Replicate weights of one weighting scheme and wave: data frames in, arrays out."""

import zlib
from collections.abc import Iterator

import numpy as np
import pandas as pd

from peil.raking.bounds import cell_bounds
from peil.raking.replicates import RakedGroup, Units, replicate_weights
from peil.raking.shares import SEVERAL_GROUPS
from peil.tables.groups import Tables, WeightingGroup, weighting_groups


def scheme_replicates(
    respondents: pd.DataFrame,
    strata: pd.DataFrame,
    tables: Tables,
    replicates: int,
    random_seed: int,
) -> Iterator[np.ndarray]:
    """The weights of one replicate after another, in the order of the respondents.

    Args:
        respondents: of one scheme and wave: group_value, cell_key, stratum, unit (the cluster, or a
            number of their own) and base_weight.
        strata: stratum and population_correction of those units.
        tables: what raking reads, of that scheme and wave.
        replicates: how many.
        random_seed: the same seed gives the same weights.

    Returns:
        Arrays of shape (n,), in the unit of the margins.
    """
    units = respondents[["stratum", "unit"]].drop_duplicates().sort_values(["stratum", "unit"])
    places = pd.MultiIndex.from_frame(units)
    names = pd.Index(sorted(set(units["stratum"])))
    correction = strata.set_index("stratum")["population_correction"].reindex(names)
    groups = [_group(group, respondents) for group in weighting_groups(tables)]
    key = "/".join(tables.schemes["scheme_code"]) + "/" + "/".join(set(tables.cells["wave_code"]))
    return replicate_weights(
        respondents["base_weight"].to_numpy(dtype=float),
        Units(
            places.get_indexer(pd.MultiIndex.from_frame(respondents[["stratum", "unit"]])),
            names.get_indexer(units["stratum"]),
            correction.to_numpy(dtype=float),
        ),
        groups,
        replicates,
        # Waves and schemes draw apart: equal draws would look like one sample.
        np.random.default_rng([random_seed, zlib.crc32(key.encode())]),
    )


def _group(group: WeightingGroup, respondents: pd.DataFrame) -> RakedGroup:
    rows = np.flatnonzero(respondents["group_value"].to_numpy() == group.key[2])
    lower, upper = (
        None if pd.isna(group.scheme[name]) else float(group.scheme[name])
        for name in ("lower", "upper")
    )
    bounds = None
    if lower is not None or upper is not None:
        bounds = cell_bounds(
            group.cells["sum_d"].to_numpy(), group.cells["n_respondents"].to_numpy(), lower, upper,
            "g" if pd.isna(group.scheme["bounds_on"]) else str(group.scheme["bounds_on"]),
            group.where,
        )  # fmt: skip
    return RakedGroup(
        rows,
        group.cells.index.get_indexer(respondents["cell_key"].iloc[rows]),
        group.margins,
        bounds,
        group.margin_flag == SEVERAL_GROUPS,
    )
