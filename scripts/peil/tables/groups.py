"""Raking of every scheme, wave and weighting group of a warehouse: data frames in and out."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from peil.errors import RakingError
from peil.raking.engine import Raked, rake
from peil.raking.margins import Margin, prepare_margins
from peil.raking.shares import SAID, Sample, Sized, size_shares
from peil.raking.variance import calibration_inverse

log = logging.getLogger(__name__)
KEYS = ["scheme_code", "wave_code", "group_value"]
MARGINS_FILE = "seeds/weighting_margins.csv (or the landed population)"
LADDERS_FILE = "seeds/weighting_ladders.csv"


@dataclass(frozen=True)
class Tables:
    """The tables of the weighted layer that raking reads.

    Attributes:
        cells: scheme × wave × group × cell × stratum: n_respondents, sum_d, sum_d2, and which
            respondents have no usable base weight.
        levels: scheme × wave × cell × raking variable: level_code, is_known.
        targets: scheme × wave × group × raking variable × level: total.
        schemes: one row per scheme with its bounds and how its variance is made.
    """

    cells: pd.DataFrame
    levels: pd.DataFrame
    targets: pd.DataFrame
    schemes: pd.DataFrame


@dataclass(frozen=True)
class WeightingGroup:
    key: tuple[str, str, str]
    scheme: pd.Series
    cells: pd.DataFrame
    margins: list[Margin]
    where: str
    margin_flag: str | None = None

    def rake(self, *, bounded: bool = True) -> Raked:
        return rake(
            self.cells["sum_d"].to_numpy(),
            self.margins,
            cell_counts=self.cells["n_respondents"].to_numpy(),
            lower=_bound(self.scheme["lower"]) if bounded else None,
            upper=_bound(self.scheme["upper"]) if bounded else None,
            bounds_on=_bounds_on(self.scheme),
            where=self.where,
        )


def raking_factors(tables: Tables) -> pd.DataFrame:
    """One row per scheme, wave, group and cell: factor, whether it is on a bound, and the run.

    `deff_before_bounds` is Kish's design effect had the group been raked without its bounds;
    `margin_flag` says that shares were scaled to the base weights, or is null.

    Raises:
        RakingError: a group whose margins cannot be met.
    """
    parts = []
    flags = {}
    for group in weighting_groups(tables):
        raked = group.rake()
        flags[_where((*group.key[:2], "all"))] = group.margin_flag
        parts.append(
            pd.DataFrame(
                {
                    **dict(zip(KEYS, group.key, strict=True)),
                    "cell_key": group.cells.index,
                    "factor": raked.factors,
                    "is_at_lower": raked.at_lower,
                    "is_at_upper": raked.at_upper,
                    "iterations": raked.iterations,
                    "max_margin_error": raked.max_margin_error,
                    "deff_before_bounds": _deff_before_bounds(group, raked),
                    "margin_flag": pd.Series(group.margin_flag, group.cells.index, "string").array,
                }
            )
        )
    for where, flag in flags.items():
        if flag:
            log.warning("%s: %s", where, SAID[flag])
    return pd.concat(parts, ignore_index=True)


def kish_deff(factors: np.ndarray, n: np.ndarray, sum_d: np.ndarray, sum_d2: np.ndarray) -> float:
    """Kish's design effect n Σw² / (Σw)² from sums per cell."""
    return float(n.sum() * (factors**2 @ sum_d2) / (factors @ sum_d) ** 2)


def calibration_inverses(tables: Tables) -> pd.DataFrame:
    """The inverse of X'DX in long form; no rows for a scheme with weights as given."""
    columns = [*KEYS, "attribute_code", "level_code", "other_attribute_code", "other_level_code"]
    parts = [
        pd.DataFrame(
            {**dict.fromkeys(columns, pd.Series(dtype="string")), "value": pd.Series(dtype=float)}
        )
    ]
    for group in weighting_groups(tables):
        if group.scheme["variance_method"] != "calibrated" or not group.margins:
            continue
        inverse = calibration_inverse(group.cells["sum_d"].to_numpy(), group.margins)
        names = [(m.variable, level) for m in group.margins for level in m.levels]
        first, second = np.indices(inverse.shape).reshape(2, -1)
        parts.append(
            pd.DataFrame(
                {
                    **dict(zip(KEYS, group.key, strict=True)),
                    "attribute_code": [names[i][0] for i in first],
                    "level_code": [names[i][1] for i in first],
                    "other_attribute_code": [names[i][0] for i in second],
                    "other_level_code": [names[i][1] for i in second],
                    "value": inverse.ravel(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def weighting_groups(tables: Tables) -> Iterator[WeightingGroup]:
    schemes = tables.schemes.set_index("scheme_code")
    if tables.cells.empty:
        raise RakingError(
            "No respondent is eligible, so there is nothing to weight. See "
            "weighted.wgt_respondents, column response_status, for the reasons."
        )
    for run, run_cells in tables.cells.groupby(KEYS[:2]):
        levels = _of(tables.levels, run)
        targets = _of(tables.targets, run)
        by_cell = levels.pivot(index="cell_key", columns="attribute_code", values="level_code")
        unknown = {
            variable: set(part.loc[~part["is_known"].astype(bool), "level_code"])
            for variable, part in levels.groupby("attribute_code")
        }
        _check_empty_groups(run, run_cells, targets)
        for group, part in run_cells.groupby("group_value"):
            _check_base_weights(part, _where((*run, group)))
        sized = _sized(run, run_cells, targets, schemes.loc[run[0]])
        for group, part in run_cells.groupby("group_value"):
            key = (*run, group)
            where = _where(key)
            cells = part.groupby("cell_key")[["n_respondents", "sum_d", "sum_d2"]].sum()
            margins = []
            if not levels.empty:
                margins = prepare_margins(
                    {
                        variable: by_cell.loc[cells.index, variable].to_numpy(dtype=object)
                        for variable in by_cell.columns
                    },
                    cells["sum_d"].to_numpy(),
                    cells["n_respondents"].to_numpy(),
                    sized.targets.get(group, {}),
                    unknown_levels=unknown,
                    where=where,
                    margins_file=MARGINS_FILE,
                    merge_file=LADDERS_FILE,
                )
            yield WeightingGroup(key, schemes.loc[key[0]], cells, margins, where, sized.flag)


def _of(table: pd.DataFrame, run: tuple[str, str]) -> pd.DataFrame:
    return table[(table["scheme_code"] == run[0]) & (table["wave_code"] == run[1])]


def _where(key: tuple[str, str, str]) -> str:
    scheme_code, wave, group = key
    named = f"scheme {scheme_code}, wave {wave}"
    return named if group == "all" else f"{named}, group '{group}'"


def _sized(
    run: tuple[str, str], cells: pd.DataFrame, targets: pd.DataFrame, scheme: pd.Series
) -> Sized:
    """The targets per group of a run as totals; shares become parts of the base weights."""
    named = {
        str(group): {
            str(variable): dict(zip(part["level_code"], part["total"], strict=True))
            for variable, part in rows.groupby("attribute_code")
        }
        for group, rows in targets.groupby("group_value")
    }
    sums = cells.groupby("group_value")[["n_respondents", "sum_d", "sum_d2"]].sum()
    # Without base weights every one is 1, and so are the sums of them and of their squares.
    is_unit = np.allclose(sums["sum_d"], sums["n_respondents"], rtol=1e-12) and np.allclose(
        sums["sum_d2"], sums["n_respondents"], rtol=1e-12
    )
    return size_shares(
        named,
        {str(g): Sample(row["n_respondents"], row["sum_d"]) for g, row in sums.iterrows()},
        has_base_weights=not is_unit,
        is_shared=scheme.get("target_scope") == "whole",
        where=_where((*run, "all")),
        margins_file=MARGINS_FILE,
    )


def _deff_before_bounds(group: WeightingGroup, raked: Raked) -> float:
    if _bound(group.scheme["lower"]) is not None or _bound(group.scheme["upper"]) is not None:
        try:
            raked = group.rake(bounded=False)
        except RakingError:
            # The bounds made it possible: a weight of 0 was the only answer without them.
            return float("nan")
    cells = group.cells
    return kish_deff(
        raked.factors, *(cells[c].to_numpy() for c in ("n_respondents", "sum_d", "sum_d2"))
    )


def _check_base_weights(cells: pd.DataFrame, where: str) -> None:
    n = int(cells["n_without_weight"].sum())
    if n:
        keys = sorted(key for row in cells["keys_without_weight"].dropna() for key in row)[:5]
        raise RakingError(
            f"{where}: base weight is missing, 0, negative or not finite for {n:,} respondents "
            f"(first respondent keys: {', '.join(keys)}). Every respondent needs a base weight "
            "above 0; correct the delivery and land it again."
        )


def _check_empty_groups(run: tuple[str, str], cells: pd.DataFrame, targets: pd.DataFrame) -> None:
    empty = targets[~targets["group_value"].isin(cells["group_value"])]
    if len(empty):
        group = empty["group_value"].iloc[0]
        rows = empty[empty["group_value"] == group]
        total = rows.groupby("attribute_code")["total"].sum().iloc[0]
        raise RakingError(
            f"{_where((*run, group))}: has targets (population {total:,.6g}) but no respondents. "
            "Give the scheme min_group_n and rest_group in seeds/weighting_schemes.csv so that "
            "small groups are weighted together, or take the group out of the survey."
        )


def _bound(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _bounds_on(scheme: pd.Series) -> str:
    return "g" if pd.isna(scheme["bounds_on"]) else str(scheme["bounds_on"])
