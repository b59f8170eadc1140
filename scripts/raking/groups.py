"""Raking of every scheme, wave and weighting group of a warehouse: data frames in and out."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scripts.errors import RakingError
from scripts.raking.engine import rake
from scripts.raking.margins import Margin, prepare_margins
from scripts.raking.variance import calibration_inverse

KEYS = ["scheme_code", "wave_code", "group_value"]
MARGINS_FILE = "seeds/weighting_margins.csv (or the landed population)"


@dataclass(frozen=True)
class Tables:
    """The tables of the weighted layer that raking reads.

    Attributes:
        cells: scheme × wave × group × cell × stratum: n_respondents, sum_d.
        levels: scheme × wave × cell × raking variable: level_code.
        targets: scheme × wave × group × raking variable × level: total.
        schemes: one row per scheme with its bounds and how its variance is made.
        known_levels: attribute levels; those without a population target are raked around.
    """

    cells: pd.DataFrame
    levels: pd.DataFrame
    targets: pd.DataFrame
    schemes: pd.DataFrame
    known_levels: pd.DataFrame


@dataclass(frozen=True)
class _Group:
    key: tuple[str, str, str]
    scheme: pd.Series
    cells: pd.DataFrame
    margins: list[Margin]
    where: str


def raking_factors(tables: Tables) -> pd.DataFrame:
    """One row per scheme, wave, group and cell: factor, iterations, max_margin_error, bounds.

    Raises:
        RakingError: a group whose margins cannot be met.
    """
    parts = []
    for group in _groups(tables):
        raked = rake(
            group.cells["sum_d"].to_numpy(),
            group.margins,
            lower=_bound(group.scheme["lower"]),
            upper=_bound(group.scheme["upper"]),
            where=group.where,
        )
        parts.append(
            pd.DataFrame(
                {
                    **dict(zip(KEYS, group.key, strict=True)),
                    "cell_key": group.cells.index,
                    "factor": raked.factors,
                    "iterations": raked.iterations,
                    "max_margin_error": raked.max_margin_error,
                    "n_cells_at_lower": raked.n_at_lower,
                    "n_cells_at_upper": raked.n_at_upper,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def calibration_inverses(tables: Tables) -> pd.DataFrame:
    """The inverse of X'DX in long form; no rows for a scheme with weights as given."""
    columns = [*KEYS, "attribute_code", "level_code", "other_attribute_code", "other_level_code"]
    parts = [
        pd.DataFrame(
            {**dict.fromkeys(columns, pd.Series(dtype=str)), "value": pd.Series(dtype=float)}
        )
    ]
    for group in _groups(tables):
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


def _groups(tables: Tables) -> Iterator[_Group]:
    known = tables.known_levels
    without_target = known.loc[~known["has_population_target"].astype(bool), "level_code"]
    unknown_levels = {"unknown", *without_target}
    schemes = tables.schemes.set_index("scheme_code")
    if tables.cells.empty:
        raise RakingError(
            "No respondent is eligible, so there is nothing to weight. See "
            "weighted.wgt_respondents, column response_status, for the reasons."
        )
    summed = tables.cells.groupby([*KEYS, "cell_key"])[["n_respondents", "sum_d"]].sum()
    for key, cells in summed.groupby(level=KEYS):
        scheme_code, wave, group = key
        where = f"wave {wave}, group '{group}'" if group != "all" else f"wave {wave}"
        _check_base_weights(cells["sum_d"], where)
        cells = cells.droplevel(KEYS)
        levels = tables.levels.query("scheme_code == @scheme_code and wave_code == @wave").pivot(
            index="cell_key", columns="attribute_code", values="level_code"
        )
        targets = _targets(tables.targets, key)
        margins = []
        if not levels.empty:
            margins = prepare_margins(
                {v: levels.loc[cells.index, v].to_numpy(dtype=object) for v in levels.columns},
                cells["sum_d"].to_numpy(),
                cells["n_respondents"].to_numpy(),
                _scaled(targets, cells["n_respondents"].sum()),
                unknown_levels=unknown_levels,
                where=where,
                margins_file=MARGINS_FILE,
            )
        yield _Group(key, schemes.loc[scheme_code], cells, margins, where)


def _targets(table: pd.DataFrame, key: tuple[str, str, str]) -> dict[str, dict[str, float]]:
    rows = table[(table[KEYS] == list(key)).all(axis=1)]
    return {
        variable: dict(zip(part["level_code"], part["total"], strict=True))
        for variable, part in rows.groupby("attribute_code")
    }


def _scaled(targets: dict[str, dict[str, float]], n: float) -> dict[str, dict[str, float]]:
    """Margins given as shares carry no population size: they then sum to the respondents."""
    if all(abs(sum(levels.values()) - 1) < 1e-6 for levels in targets.values()):
        return {v: {k: t * n for k, t in levels.items()} for v, levels in targets.items()}
    return targets


def _check_base_weights(sums: pd.Series, where: str) -> None:
    bad = sums[~(np.isfinite(sums) & (sums > 0))]
    if len(bad):
        raise RakingError(
            f"{where}: base weights in cell '{bad.index[0][-1]}' sum to {bad.iloc[0]}. Base "
            "weights must be above 0 and finite; correct them in the delivery."
        )


def _bound(value: object) -> float | None:
    return None if pd.isna(value) else float(value)
