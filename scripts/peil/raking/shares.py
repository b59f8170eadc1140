"""Margins given as shares: scaled to the base weights where that is safe, refused where it is not.

Shares say how people are divided over levels, never how many there are. Over several weighting
groups the total follows the sizes of the groups, so these must come from the base weights and not
from the number of respondents. What only looks like shares (a sum of 0.94 or 102) is refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from peil.errors import RakingError

Targets = Mapping[str, Mapping[str, float]]
SHARES_TOLERANCE = 1e-6
# Sums this close to 1, or to 100 in a larger sample, are shares with a mistake.
_NEAR_SHARES = (0.5, 1.5)
_NEAR_PERCENTAGES = (95, 105)
ONE_GROUP, SEVERAL_GROUPS = "scaled_shares", "shares_per_group"
SAID = {
    ONE_GROUP: "the margins are shares, scaled to the sum of the base weights.",
    SEVERAL_GROUPS: "the margins per group are shares; the sizes of the groups are the sums of "
    "their base weights. Give population totals if those are known.",
}


@dataclass(frozen=True)
class Sample:
    """A weighting group as sampled: respondents, and the sum of their base weights."""

    n: float
    sum_d: float


@dataclass(frozen=True)
class Sized:
    """Targets as totals, and the flag that says what they were made from (None: as given)."""

    targets: dict[str, Targets]
    flag: str | None


def size_shares(
    targets: Mapping[str, Targets],
    samples: Mapping[str, Sample],
    *,
    has_base_weights: bool,
    is_shared: bool = False,
    where: str = "",
    margins_file: str = "the margins file",
) -> Sized:
    """Turn shares into totals; totals stay as they are.

    Args:
        targets: per weighting group and raking variable the target per level.
        samples: per weighting group what was sampled; groups without respondents may lack.
        has_base_weights: whether the sample has base weights of its own.
        is_shared: whether all groups are weighted to the distribution of the whole.
        where: the scheme in words, for messages.
        margins_file: where the user changes margins, for messages.

    Raises:
        RakingError: sums that are nearly those of shares; shares beside totals; shares of several
            groups without base weights that tell how large the groups are.
    """
    prefix = f"{where}, " if where else ""
    kinds = {
        (group, variable): _kind(
            sum(levels.values()),
            samples[group].n if group in samples else 0,
            f"{prefix}group '{group}', margin {variable}"
            if len(targets) > 1
            else f"{prefix}margin {variable}",
            margins_file,
        )
        for group, of_group in targets.items()
        for variable, levels in of_group.items()
    }
    found = set(kinds.values())
    if found == {"hundred"}:
        found = _percentages(targets, samples, prefix, margins_file)
    if not found & {"shares", "percentages"}:
        return Sized(dict(targets), None)
    if len(found) > 1:
        _refuse_mixture(kinds, targets, prefix, margins_file)
    several = len(targets) > 1
    if several:
        _check_sizes(has_base_weights, is_shared, prefix, margins_file)
    scaled = {
        group: {
            variable: {
                level: total / sum(levels.values()) * samples[group].sum_d
                for level, total in levels.items()
            }
            for variable, levels in of_group.items()
        }
        if group in samples
        else of_group
        for group, of_group in targets.items()
    }
    return Sized(scaled, SEVERAL_GROUPS if several else ONE_GROUP)


def are_shares(sums: Iterable[float]) -> bool:
    """Whether these sums of margins are those of shares or percentages."""
    return all(min(abs(total - 1), abs(total - 100) / 100) <= SHARES_TOLERANCE for total in sums)


def _kind(total: float, n: float, spot: str, margins_file: str) -> str:
    if abs(total - 1) <= SHARES_TOLERANCE:
        return "shares"
    if abs(total - 100) <= 100 * SHARES_TOLERANCE:
        return "percentages" if n > 100 else "hundred"
    low, high = _NEAR_PERCENTAGES
    if _NEAR_SHARES[0] < total < _NEAR_SHARES[1]:
        looks, whole = "shares", 1
    elif low <= total <= high and n > total:
        looks, whole = "percentages", 100
    else:
        return "totals"
    raise RakingError(
        f"{spot}: the targets sum to {total:,.6g}, which looks like {looks} but is not {whole}. "
        f"Correct the level that is wrong or missing, or give rounded {looks} with more digits, "
        f"so that they sum to {whole}; or give numbers of people in {margins_file}."
    )


def _percentages(
    targets: Mapping[str, Targets], samples: Mapping[str, Sample], prefix: str, margins_file: str
) -> set[str]:
    """Targets of 100 in a sample of at most 100: people in one group, a riddle in several."""
    if len(targets) == 1:
        return {"totals"}
    n = max((sample.n for sample in samples.values()), default=0)
    raise RakingError(
        f"{prefix}the targets of each of {len(targets)} groups sum to 100, with at most {n:,.0f} "
        "respondents in a group: percentages, or 100 people each? Give shares that sum to 1, or "
        f"the population totals per group, in {margins_file}."
    )


def _refuse_mixture(
    kinds: Mapping[tuple[str, str], str],
    targets: Mapping[str, Targets],
    prefix: str,
    margins_file: str,
) -> None:
    one: dict[str, tuple[str, str]] = {}
    for key, kind in kinds.items():
        one.setdefault(kind, key)
    parts = [
        f"margin {variable} of group '{group}' sums to "
        f"{sum(targets[group][variable].values()):,.6g}"
        for group, variable in one.values()
    ]
    raise RakingError(
        f"{prefix}shares stand beside totals: {'; '.join(parts)}. Give population totals for all "
        f"of them in {margins_file}."
    )


def _check_sizes(has_base_weights: bool, is_shared: bool, prefix: str, margins_file: str) -> None:
    way_out = f"Give population totals per group in {margins_file}."
    if is_shared:
        raise RakingError(
            f"{prefix}target_scope whole needs the size of each group, and its margins are shares "
            f"that sum to 1. {way_out}"
        )
    if not has_base_weights:
        raise RakingError(
            f"{prefix}the margins of several groups are shares, which do not say how large the "
            "groups are, and there are no base weights that do: figures of the groups together "
            f"would follow the number of respondents. {way_out}"
        )
