"""What the R script computes, in Python: raking, estimate and linearised error of counts.

From the counts alone: weights are made anew, not read. Equal to R `survey::calibrate(calfun =
"raking")` followed by `svymean` on the domain.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from peil.raking.engine import rake
from peil.raking.margins import prepare_margins
from peil.recompute.cells import Cells
from peil.statistics.design import Clusters, Design, People
from peil.statistics.tabulation import Sample, Tabulated, tabulate


def recomputed(cells: Cells) -> tuple[float, float]:
    """The estimate and its standard error.

    Raises:
        RakingError: no weights meet the margins.
    """
    found = tabulated(cells, factors(cells))
    return float(found.estimate[0, 0]), float(found.se[0, 0])


def factors(cells: Cells) -> np.ndarray:
    """Weight over base weight per row of the counts; of bounded weights those that were given."""
    found = np.ones(len(cells.counts))
    if cells.is_bounded:
        return cells.counts["weight"].to_numpy() / cells.counts["base_weight"].to_numpy()
    for rows, levels, margins in _groups(cells):
        weights = (cells.counts["n"] * cells.counts["base_weight"]).to_numpy()[rows]
        present = weights > 0
        prepared = prepare_margins(
            {variable: codes[present] for variable, codes in levels.items()},
            weights[present], cells.counts["n"].to_numpy(dtype=float)[rows][present],
            {variable: dict(of.loc[of["is_known"], "share"]) for variable, of in margins.items()},
            unknown_levels={
                variable: set(of.loc[~of["is_known"], "level_code"])
                for variable, of in margins.items()
            },
        )  # fmt: skip
        own = np.ones(len(weights))
        own[present] = rake(weights[present], prepared).factors
        found[rows] = own
    return found


def _groups(
    cells: Cells,
) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray], dict[str, pd.DataFrame]]]:
    """Per weighting group its rows, their level per variable, and what is known of the levels.

    The known levels of a variable share what its unknown levels leave: with those shares the same
    margins hold for other counts.
    """
    for _, of_group in cells.margins.groupby("group_value"):
        rows = np.flatnonzero(cells.counts[list(of_group["column"])].to_numpy().sum(axis=1) > 0)
        levels, margins = {}, {}
        size = of_group.groupby("attribute_code")["total"].sum().max()
        for variable, of in of_group.groupby("attribute_code"):
            names = of["level_code"].to_numpy(dtype=object)
            which = cells.counts[list(of["column"])].to_numpy()[rows].argmax(axis=1)
            known = of.loc[of["is_known"], "total"].sum()
            share = of["total"] * (size / known if known else 1)
            levels[str(variable)] = names[which]
            margins[str(variable)] = of.assign(share=share).set_index("level_code", drop=False)
        yield rows, levels, margins


def tabulated(cells: Cells, of_rows: np.ndarray) -> Tabulated:
    """The figure as everywhere, with each row of the counts as a raking cell of its own."""
    counts = cells.counts
    n, d = counts["n"].to_numpy(dtype=float), counts["base_weight"].to_numpy()
    stratum, names = pd.factorize(counts["stratum"])
    X = counts[list(cells.margins["column"])].to_numpy(dtype=float)
    clusters, unit = None, None
    fraction = counts.groupby(stratum)["fraction"].first().to_numpy()
    if cells.by_cluster:
        unit, places = pd.factorize(pd.MultiIndex.from_frame(counts[["stratum", "unit"]]))
        of_unit = pd.Series(stratum).groupby(unit).first().to_numpy()
        sums = np.zeros((len(places), X.shape[1]))
        np.add.at(sums, unit, (of_rows * n * d)[:, None] * X)
        n_units = np.bincount(of_unit, minlength=len(names)).astype(float)
        clusters = Clusters(of_unit, sums, n_units, 1 - fraction)
    design = Design(
        factors=of_rows, strata=stratum, sum_d=n * d, sum_d2=n * d**2, levels=X,
        inverse=np.linalg.pinv(X.T @ ((n * d)[:, None] * X)) if X.shape[1] else np.zeros((0, 0)),
        n_units=np.bincount(stratum, n, len(names)), correction=1 - fraction, clusters=clusters,
    )  # fmt: skip
    people = People(np.arange(len(counts)), n, n * d, n * d**2, unit)
    y = np.where(counts["in_figure"], counts["y"], np.nan)[:, None]
    present = (n > 0)[:, None]
    return tabulate(Sample(design, people, y, present, cells.by_cluster))
