"""Bootstrap standard errors of the figures of a warehouse: data frames in and out."""

import numpy as np
import pandas as pd

from scripts.raking.bootstrap import Atoms, resample
from scripts.raking.groups import KEYS, Tables, weighting_groups


def bootstrap_errors(
    atoms: pd.DataFrame,
    cells: pd.DataFrame,
    tables: Tables,
    replicates: int,
    random_seed: int,
) -> pd.DataFrame:
    """Standard error per figure from resampled, raked again samples.

    Args:
        atoms: point_id, cell_id, is_in_domain, y, n, sum_d: people who are alike.
        cells: the raking cells with scheme, wave, group, cell_key and stratum.
        tables: what raking read.
        replicates: samples per figure.
        random_seed: the same seed gives the same errors.

    Returns:
        point_id, se_bootstrap, n_replicates (those that could be raked).
    """
    atoms = atoms.merge(cells[["cell_id", *KEYS, "cell_key", "stratum"]], on="cell_id")
    audited = set(zip(atoms[KEYS[0]], atoms[KEYS[1]], strict=True))
    groups = {
        group.key: (group.margins, group.cells.index)
        for group in weighting_groups(tables)
        if group.key[:2] in audited
    }
    rows = []
    for point_id, figure in atoms.groupby("point_id", sort=True):
        rng = np.random.default_rng([random_seed, int(point_id)])
        totals, weights = np.zeros(replicates), np.zeros(replicates)
        for key, part in figure.groupby(KEYS, sort=True):
            margins, keys = groups[key]
            drawn = resample(_atoms(part, keys), margins, replicates, rng)
            totals, weights = totals + drawn[0], weights + drawn[1]
        # A sample without anybody in the base has no figure.
        with np.errstate(invalid="ignore"):
            figures = totals / weights
        usable = figures[np.isfinite(figures)]
        error = usable.std(ddof=1) if len(usable) > 1 else np.nan
        rows.append((int(point_id), float(error), len(usable)))
    return pd.DataFrame(rows, columns=["point_id", "se_bootstrap", "n_replicates"]).astype(
        {"point_id": "int64", "se_bootstrap": float, "n_replicates": "int64"}
    )


def _atoms(part: pd.DataFrame, keys: pd.Index) -> Atoms:
    return Atoms(
        cell=keys.get_indexer(part["cell_key"]),
        stratum=pd.factorize(part["stratum"])[0],
        n=part["n"].to_numpy(dtype=float),
        base_weight=(part["sum_d"] / part["n"]).to_numpy(dtype=float),
        in_domain=part["is_in_domain"].to_numpy(dtype=float),
        y=part["y"].to_numpy(dtype=float),
    )
