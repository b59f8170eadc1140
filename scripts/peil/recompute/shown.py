"""Counts that may be shown: rounded at random, then fitted to what is published of the figure.

Every count becomes one of the two multiples of `min_cell_n` beside it, drawn by a number that
belongs to the people of the row, so that the same people have the same count in every pack. What
follows looks at those counts and at the published figure only, so that it tells no more of anybody
than these two do. Source: Fraser & Wooton (2005), "A proposed method for confidentialising tabular
output to protect against differencing", for the key that belongs to people.
"""

from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd

from peil.crosstabs.asked import Asked, Row, rows_of
from peil.crosstabs.result import Rounding
from peil.errors import InputError
from peil.recompute.arithmetic import factors, tabulated
from peil.recompute.cells import Cells

BUT_EXACTLY = "With --exact the pack holds the counts themselves, for who may open the warehouse."
MOST_STEPS = 4000


def refuse_unsafe(connection: duckdb.DuckDBPyConnection, figure: Row, cells: Cells) -> None:
    """Say why counts behind this figure may not be shown at all.

    Raises:
        InputError: they may not.
    """
    reason = None
    if figure["is_from_earlier_release"]:
        reason = "the published figure is that of an earlier release: too few answers came since"
    elif cells.by_cluster:
        reason = "clusters are its units, and counts per cluster are too small to be shown"
    elif cells.is_bounded:
        reason = "its weights were held within bounds, and are those of people"
    elif (cells.counts.groupby(["stratum", *_columns(cells)])["base_weight"].nunique() > 1).any():
        reason = "base weights differ from person to person, so a count would be one person's"
    elif withheld := _withheld(connection, figure):
        reason = f"of the same question and group {withheld} figures are withheld"
    if reason:
        raise InputError(f"{figure['figure_code']}: {reason}. {BUT_EXACTLY}")


def _withheld(connection: duckdb.DuckDBPyConnection, figure: Row) -> int:
    """How many figures or answers of the question and group are withheld, in any scheme."""
    names = ("survey_code", "wave_code", "question_code", "segment_code", "segment_value",
             "second_segment_value")  # fmt: skip
    same = " and ".join(f"{name} is not distinct from ?" for name in names)
    values = [figure[name] for name in names]
    rows = rows_of(
        connection,
        f"select count(*) as n from (select is_withheld from marts.estimates where {same} "
        f"union all select is_withheld from marts.distributions where {same}) where is_withheld",
        *values, *values,
    )  # fmt: skip
    return int(rows[0]["n"])


def shown_cells(cells: Cells, figure: Row, asked: Asked, rounding: Rounding) -> Cells:
    """Counts to hand on, of which the script makes the figure as it is published.

    Raises:
        InputError: such small counts say nothing once they are rounded.
    """
    base = int(asked.thresholds["min_cell_n"])
    counts = cells.counts.drop(columns="weight").copy()
    counts["n"] = rounded_counts(counts["n"].to_numpy(), counts["people_key"].to_numpy(), base)
    counts = _with_every_level(cells, counts, base)
    alike = [name for name in counts if name not in ("n", "people_key", "answer")]
    counts = counts.groupby(alike, dropna=False, as_index=False)["n"].sum()
    counts["n"] = _to_base(counts["n"].to_numpy(), counts["in_figure"].to_numpy(), figure)
    made = replace(cells, counts=counts[counts["n"] > 0].reset_index(drop=True))
    kind, n = figure["kind"], figure["n_answers"]
    step = rounding.step(kind, n)
    made = _fitted(made, figure, step)
    found = tabulated(made, factors(made))
    estimate = rounding.figure(float(found.estimate[0, 0]), kind, n)
    apart = abs(float(found.se[0, 0]) - figure["se"])
    if estimate != figure["estimate"] or apart > 1.5 * step:
        raise InputError(
            f"{figure['figure_code']}: the counts behind it are so small that rounded to multiples "
            f"of {base} they give {estimate:g} ± {found.se[0, 0]:.3g}, not the published "
            f"{figure['estimate']:g} ± {figure['se']:g}. {BUT_EXACTLY}"
        )
    return _with_totals(made)


def rounded_counts(n: np.ndarray, people_key: np.ndarray, base: int) -> np.ndarray:
    """One of the two multiples of the base beside each count; on average the count itself.

    Args:
        n: counts, shape (k,).
        people_key: a number per row that belongs to its people, shape (k,).
        base: what counts are multiples of.
    """
    below = n // base * base
    # splitmix64: keys that were put together by XOR are no uniform numbers.
    with np.errstate(over="ignore"):
        z = people_key.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        u = (z ^ (z >> np.uint64(31))) / 2.0**64
    return below + base * (u < (n - below) / base)


def _columns(cells: Cells) -> list[str]:
    return list(cells.margins["column"])


def _with_every_level(cells: Cells, counts: pd.DataFrame, base: int) -> pd.DataFrame:
    """A level that the population has keeps somebody: else nothing could be weighted to it."""
    for column in cells.margins.loc[cells.margins["is_known"], "column"]:
        own = counts[column] == 1
        if own.any() and counts.loc[own, "n"].sum() == 0:
            counts.loc[counts[own].index[0], "n"] = base
    return counts


def _to_base(n: np.ndarray, inside: np.ndarray, figure: Row) -> np.ndarray:
    """Counts in the figure that add up to its published base, by largest remainder."""
    total, wanted = int(n[inside].sum()), int(figure["n_answers"])
    if total == 0:
        raise InputError(f"{figure['figure_code']}: no count behind it can be shown. {BUT_EXACTLY}")
    exact = n * wanted / total
    whole = np.where(inside, np.floor(exact), n).astype(int)
    order = np.argsort(np.where(inside, whole - exact, np.inf), kind="stable")
    whole[order[: wanted - int(whole[inside].sum())]] += 1
    return whole


def _fitted(cells: Cells, figure: Row, step: float) -> Cells:
    """Move people to a neighbouring answer until estimate and error are as published.

    Within a raking cell, so that weights stay.
    """
    weight = factors(cells) * cells.counts["base_weight"].to_numpy()
    steps = _neighbours(cells)
    if steps.empty:
        return cells
    n, y = cells.counts["n"].to_numpy().copy(), cells.counts["y"].to_numpy()
    inside = cells.counts["in_figure"].to_numpy()
    total = (n * weight)[inside].sum()
    a, b = steps["row"].to_numpy(), steps["beside"].to_numpy()
    change = weight[a] * (y[b] - y[a]) / total
    for _ in range(MOST_STEPS):
        short = figure["estimate"] - (n * weight * np.nan_to_num(y))[inside].sum() / total
        left = np.where(n[a] > 1, np.abs(short - change), np.inf)
        best = int(left.argmin())
        if not left[best] < abs(short):
            break
        n[a[best]] -= 1
        n[b[best]] += 1
    made = replace(cells, counts=cells.counts.assign(n=n))
    return _spread(made, steps, figure, step)


def _spread(cells: Cells, steps: pd.DataFrame, figure: Row, step: float) -> Cells:
    """One person up and one down in a cell: the estimate stays, the error grows or shrinks."""
    y, of = cells.counts["y"].to_numpy(), factors(cells)
    up = steps[y[steps["beside"]] > y[steps["row"]]]
    down = steps[y[steps["beside"]] < y[steps["row"]]]
    pairs = up.merge(down, on=["cell", "step"], suffixes=("_up", "_down"))
    pairs = pairs[pairs["row_up"] != pairs["beside_down"]]
    if pairs.empty:
        return cells
    a, b, c, d = (pairs[name].to_numpy() for name in ("row_up", "beside_up", "row_down",
                                                     "beside_down"))  # fmt: skip
    growth = (y[b] ** 2 - y[a] ** 2 + y[d] ** 2 - y[c] ** 2) * of[a] ** 2
    for _ in range(MOST_STEPS // 10):
        se = float(tabulated(cells, of).se[0, 0])
        n = cells.counts["n"].to_numpy().copy()
        variance = (n * of**2)[cells.counts["in_figure"]].sum()
        wanted = (figure["se"] ** 2 / se**2 - 1) * variance if se else 0.0
        possible = (n[a] > 1) & (n[c] > 1) & ((a != c) | (n[a] > 2))
        left = np.where(possible, np.abs(wanted - growth), np.inf)
        best = int(left.argmin())
        if abs(se - figure["se"]) <= step / 2 or not left[best] < abs(wanted):
            break
        for row, move in ((a, -1), (b, 1), (c, -1), (d, 1)):
            n[row[best]] += move
        cells = replace(cells, counts=cells.counts.assign(n=n))
    return cells


def _neighbours(cells: Cells) -> pd.DataFrame:
    """Rows of one cell with answers beside each other, both ways, and how far they are apart."""
    counts = cells.counts.reset_index(names="row")
    counts = counts[counts["in_figure"]].sort_values("y")
    place = ["stratum", "fraction", "base_weight", *_columns(cells)]
    counts["cell"] = counts.groupby(place, dropna=False).ngroup()
    following = counts.groupby("cell")[["row", "y"]].shift(-1)
    pairs = counts.assign(beside=following["row"], step=following["y"] - counts["y"])
    pairs = pairs.dropna(subset="beside").astype({"beside": int})[["cell", "row", "beside", "step"]]
    back = pairs.rename(columns={"row": "beside", "beside": "row"})
    return pd.concat([pairs, back[pairs.columns]], ignore_index=True)


def _with_totals(cells: Cells) -> Cells:
    """Totals that these counts are weighted to: own shares of unknown levels are those of them."""
    weight = (factors(cells) * cells.counts["base_weight"] * cells.counts["n"]).to_numpy()
    totals = cells.counts[_columns(cells)].to_numpy().T @ weight
    margins = cells.margins.assign(total=totals)
    return replace(cells, margins=margins[margins["total"] > 0].reset_index(drop=True))
