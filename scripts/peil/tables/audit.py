"""Bootstrap standard errors of the figures of a warehouse: data frames in and out."""

import numpy as np
import pandas as pd

from peil.raking.bootstrap import Atoms, resample
from peil.tables.groups import KEYS, Tables, weighting_groups


def bootstrap_errors(
    atoms: pd.DataFrame,
    cells: pd.DataFrame,
    tables: Tables,
    replicates: int,
    random_seed: int,
) -> pd.DataFrame:
    """Standard error per figure from resampled, raked again samples.

    Args:
        atoms: point_id, cell_id, is_in_domain, y, n, sum_d, sum_d2: people who are alike but for
            their base weights.
        cells: the raking cells with scheme, wave, group, cell_key and stratum.
        tables: what raking read.
        replicates: samples per figure.
        random_seed: the same seed gives the same errors.

    Returns:
        point_id, se_bootstrap, n_replicates (those that could be raked).
    """
    atoms = atoms.merge(cells[["cell_id", *KEYS, "cell_key", "stratum"]], on="cell_id")
    audited = atoms[KEYS[:2]].drop_duplicates()
    raked = Tables(
        tables.cells.merge(audited, on=KEYS[:2]),
        tables.levels.merge(audited, on=KEYS[:2]),
        tables.targets.merge(audited, on=KEYS[:2]),
        tables.schemes,
    )
    found = weighting_groups(raked) if len(audited) else ()
    groups = {group.key: (group.margins, group.cells.index) for group in found}
    # Of all figures at once: to look names up costs as much for one as for all.
    numbers, cell = np.zeros(len(atoms), dtype=int), np.zeros(len(atoms), dtype=int)
    names = sorted(groups)
    for key, at in atoms.groupby(KEYS).indices.items():
        numbers[at] = names.index(key)
        cell[at] = groups[key][1].get_indexer(atoms["cell_key"].iloc[at])
    stratum = pd.factorize(atoms["stratum"])[0]
    sums = atoms[["n", "sum_d", "sum_d2", "is_in_domain", "y"]].to_numpy(dtype=float)
    rows = []
    for point_id, figure in sorted(atoms.groupby("point_id").indices.items()):
        rng = np.random.default_rng([random_seed, int(point_id)])
        totals, weights = np.zeros(replicates), np.zeros(replicates)
        for number in np.unique(numbers[figure]):
            at = figure[numbers[figure] == number]
            margins = groups[names[number]][0]
            own = _atoms(cell[at], stratum[at], sums[at])
            drawn = resample(own, margins, replicates, rng)
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


def _atoms(cell: np.ndarray, stratum: np.ndarray, sums: np.ndarray) -> Atoms:
    """Atoms of numbered cells and strata, with columns n, sum_d, sum_d2, is_in_domain and y."""
    n_people, sum_d, sum_d2, in_domain, y = sums.T
    of, n, base_weight = weight_classes(n_people, sum_d, sum_d2)
    return Atoms(
        cell=cell[of],
        # In the order in which they come: samples are drawn in that order.
        stratum=pd.factorize(stratum)[0][of],
        n=n,
        base_weight=base_weight,
        in_domain=in_domain[of],
        y=y[of],
    )


def weight_classes(
    n: np.ndarray, sum_d: np.ndarray, sum_d2: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Classes of equal base weight with the n, Σd and Σd² of people whose base weights differ.

    People of one mean weight would vary too little: a standard error depends on Σd². Two classes
    keep it, the heavier one as small as keeps the lighter weight above 0.

    Args:
        n: people per atom, shape (A,).
        sum_d: sum of their base weights, shape (A,).
        sum_d2: sum of the squares, shape (A,).

    Returns:
        Of which atom each class is, its people and its base weight, all shape (K,), A <= K <= 2A.
    """
    mean = sum_d / n
    variance = np.maximum(sum_d2 / n - mean**2, 0)
    variance[variance <= 1e-12 * mean**2] = 0
    # The lighter weight is mean - sd √(k / (n - k)) with k people in the heavier class: above half
    # of the mean for the largest such k up to n / 2, and for k = 1 whatever the weights are.
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(variance > 0, mean**2 / (4 * variance), np.inf)
        heavy = np.clip(np.floor(n * np.where(np.isinf(room), 1, room / (1 + room))), 1, n // 2)
        heavy = np.where(variance > 0, heavy, 0)
        light = n - heavy
        down = np.where(heavy > 0, np.sqrt(variance * heavy / light), 0)
        up = np.where(heavy > 0, np.sqrt(variance * light / heavy), 0)
    split = np.flatnonzero(heavy)
    return (
        np.concatenate([np.arange(len(n)), split]),
        np.concatenate([light, heavy[split]]),
        np.concatenate([mean - down, (mean + up)[split]]),
    )
