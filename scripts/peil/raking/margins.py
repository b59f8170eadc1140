"""Margins checked against the sample, and completed where the population does not know a level.

Each check answers one row of the "what bad input gets" list: an error names the group, the
variable, the level, the numbers and the way out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from peil.errors import RakingError

TOTALS_TOLERANCE = 1e-6
_MOST_SHOWN = 12


@dataclass(frozen=True)
class Margin:
    """One raking variable over the cells of one weighting group.

    Attributes:
        variable: name of the raking variable.
        levels: level names, shape (L,).
        codes: index into `levels` per cell, shape (C,).
        targets: population total per level, shape (L,), in the unit of the margins.
        is_known: False for a level the population does not know, shape (L,).
    """

    variable: str
    levels: tuple[str, ...]
    codes: np.ndarray
    targets: np.ndarray
    is_known: np.ndarray


def level_sums(cell_values: np.ndarray, margin: Margin) -> np.ndarray:
    """Sums over the cells of each level of a margin, shape (L,)."""
    return np.bincount(margin.codes, weights=cell_values, minlength=len(margin.levels))


def numbered(names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The distinct names in order, and the place of each name among them.

    As `np.unique` gives, which compares Python texts many times more often.
    """
    distinct = sorted(set(names))
    place = {name: number for number, name in enumerate(distinct)}
    places = np.fromiter(map(place.__getitem__, names), dtype=np.intp, count=len(names))
    return np.asarray(distinct, dtype=object), places


def prepare_margins(
    cell_levels: Mapping[str, np.ndarray],
    cell_weights: np.ndarray,
    cell_counts: np.ndarray,
    targets: Mapping[str, Mapping[str, float]],
    *,
    unknown_levels: Collection[str] | Mapping[str, Collection[str]] = ("",),
    where: str = "",
    margins_file: str = "the margins file",
    merge_file: str | None = None,
) -> list[Margin]:
    """Line up the levels in the sample with their targets, or say what does not fit.

    A level in `unknown_levels` without a target (no answer, 'anders', 'wil niet zeggen') keeps
    its base-weighted share s; the known targets of that variable are scaled by (1 - s). None and
    NaN count as the level '' (no answer).

    Args:
        cell_levels: per raking variable the level of each cell, shape (C,).
        cell_weights: sum of base weights per cell, shape (C,).
        cell_counts: respondents per cell, shape (C,).
        targets: per raking variable the population total per level.
        unknown_levels: level names that have no target by nature, for all variables or for each.
        where: the weighting group in words, for messages.
        margins_file: where the user changes margins, for messages.
        merge_file: where the user merges levels, when that is another file.

    Raises:
        RakingError: a margin that cannot be met by these respondents.
    """
    prefix = f"{where}, " if where else ""
    _check_variables(cell_levels, targets, prefix, margins_file)
    total = _common_total(targets, prefix, margins_file)
    margins = []
    for variable, levels_of_cells in cell_levels.items():
        named = ["" if _is_missing(level) else level for level in levels_of_cells]
        levels, codes = numbered(named)
        counts = np.bincount(codes, weights=cell_counts, minlength=len(levels))
        weights = np.bincount(codes, weights=cell_weights, minlength=len(levels))
        wanted = targets[variable]
        spot = f"{prefix}margin {variable}"
        _check_empty_levels(wanted, levels, spot, merge_file or margins_file)
        unknown = (
            unknown_levels.get(variable, ())
            if isinstance(unknown_levels, Mapping)
            else unknown_levels
        )
        is_known = np.array([level in wanted for level in levels])
        for level, known, n in zip(levels, is_known, counts, strict=True):
            if not known and level not in unknown:
                raise RakingError(
                    f"{spot}: level '{level}' has {n:,.0f} respondents but no target. "
                    f"Add the level to {margins_file}, recode it, or declare it as a level "
                    f"the population does not know. {_shown('The targets are for', wanted)}"
                )
            if known and wanted[level] == 0:
                raise RakingError(
                    f"{spot}: level '{level}' has target 0 but {n:,.0f} respondents. "
                    f"Correct the target in {margins_file}, or recode these respondents."
                )
        unknown_share = weights[~is_known].sum() / weights.sum()
        known_total = sum(wanted.values())
        level_targets = np.array(
            [
                wanted[level] * (1 - unknown_share) * total / known_total
                if known
                else total * weight / weights.sum()
                for level, known, weight in zip(levels, is_known, weights, strict=True)
            ]
        )
        margins.append(Margin(variable, tuple(levels), codes, level_targets, is_known))
    return margins


def _check_variables(
    cell_levels: Mapping[str, np.ndarray],
    targets: Mapping[str, Mapping[str, float]],
    prefix: str,
    margins_file: str,
) -> None:
    if missing := [v for v in cell_levels if v not in targets]:
        raise RakingError(f"{prefix}margin {missing[0]}: no targets. Add them to {margins_file}.")
    if extra := [v for v in targets if v not in cell_levels]:
        raise RakingError(
            f"{prefix}margin {extra[0]}: the respondents have no such variable. "
            f"Remove it from {margins_file}, or add the column."
        )
    for variable, levels in targets.items():
        for level, target in levels.items():
            if not np.isfinite(target) or target < 0:
                raise RakingError(
                    f"{prefix}margin {variable}: level '{level}' has target {target}. "
                    f"Give a total of 0 or more in {margins_file}."
                )


def _common_total(
    targets: Mapping[str, Mapping[str, float]], prefix: str, margins_file: str
) -> float:
    if not targets:
        raise RakingError(f"{prefix}there are no margins. Add them to {margins_file}.")
    sums = {variable: float(sum(levels.values())) for variable, levels in targets.items()}
    reference, total = next(iter(sums.items()))
    if total <= 0:
        raise RakingError(
            f"{prefix}margin {reference}: the targets sum to {total:,.6g}. "
            f"Give totals above 0 in {margins_file}."
        )
    for variable, other in sums.items():
        if abs(other - total) > TOTALS_TOLERANCE * max(total, other):
            raise RakingError(
                f"{prefix}margins {reference} and {variable} sum to different totals: "
                f"{total:,.6f} and {other:,.6f}. Use one population for both in {margins_file}."
            )
    return total


def _check_empty_levels(
    wanted: Mapping[str, float], levels: np.ndarray, spot: str, merge_file: str
) -> None:
    present = set(levels)
    for level, target in wanted.items():
        if target > 0 and level not in present:
            raise RakingError(
                f"{spot}: level '{level}' has target {target:,.6g} but no respondents. "
                f"Merge it with a neighbour in {merge_file}, or remove the group. "
                f"{_shown('The respondents have', levels)}"
            )


def _shown(what: str, levels: Collection[str] | np.ndarray) -> str:
    """The levels there are, so that a spelling can be told from a level nobody has."""
    names = [f"'{level}'" if level else "no answer" for level in levels]
    more = f" and {len(names) - _MOST_SHOWN:,} more" if len(names) > _MOST_SHOWN else ""
    return f"{what}: {', '.join(names[:_MOST_SHOWN])}{more}."


def _is_missing(level: object) -> bool:
    return level is None or level != level
