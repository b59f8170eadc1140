"""The merge ladder: which levels of one margin merge, and which groups join the rest group.

Only what is declared is merged: a level below the minimum goes to the first neighbour on its
ladder, the smallest level first, until every level that has a ladder holds enough respondents.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

JOIN = " + "
TOO_SMALL = "merged_small_level"
EMPTY = "merged_empty_level"
TAKES_IN = "takes_in_level"
SMALL_GROUP = "merged_small_group"
INCOMPLETE_GROUP = "merged_incomplete_group"
FILLS_REST = "fills_rest_group"


@dataclass(frozen=True)
class Merge:
    """One level (or group) that goes by another name from here on.

    Attributes:
        level: what is merged.
        into: name of the merged level or of the rest group.
        reason: code of the reason, a row of the seed flags.
    """

    level: str
    into: str
    reason: str


def merge_levels(
    counts: Mapping[str, float],
    targets: Mapping[str, float],
    ladder: Mapping[str, Sequence[str]],
    min_n: float,
    order: Sequence[str] = (),
) -> list[Merge]:
    """Merges of one margin in one weighting group.

    Args:
        counts: respondents per level.
        targets: population per level; a level with neither respondents nor target is left alone.
        ladder: per level the neighbours it may merge with, the preferred one first.
        min_n: a merged level holds at least this many respondents, as far as the ladder goes.
        order: levels in reading order, for the name of the merged level.

    Returns:
        One row per level that was merged or that took another in; empty when nothing merged.
    """
    present = [
        level for level in {**targets, **counts} if counts.get(level, 0) or targets.get(level, 0)
    ]
    parts = {level: [level] for level in present}
    owner = {level: level for level in present}
    n = {level: counts.get(level, 0) for level in present}
    reasons: dict[str, str] = {}
    while True:
        moves = [
            (n[name], _rank(name, order), name, owner[neighbour])
            for name, levels in parts.items()
            if n[name] < min_n and (neighbour := _neighbour(levels, ladder, owner)) is not None
        ]
        if not moves:
            break
        _, _, name, into = min(moves)
        for level in parts[name]:
            reasons.setdefault(level, EMPTY if counts.get(level, 0) == 0 else TOO_SMALL)
            owner[level] = into
        parts[into] += parts.pop(name)
        n[into] += n.pop(name)
    merged = []
    for levels in parts.values():
        if len(levels) > 1:
            levels.sort(key=lambda level: _rank(level, order))
            into = JOIN.join(levels)
            merged += [Merge(level, into, reasons.get(level, TAKES_IN)) for level in levels]
    return merged


def merge_groups(
    counts: Mapping[str, float],
    rest: str,
    min_n: float,
    incomplete: Collection[str] = (),
    at_least: int = 0,
) -> list[Merge]:
    """Groups below the minimum join the rest group, and so do groups that lack a level.

    The smallest other group follows when the rest group would itself stay below the minimum.

    Args:
        counts: respondents per weighting group; 0 for a group that only the population knows.
        rest: name of the rest group.
        min_n: a group holds at least this many respondents.
        incomplete: groups where a level of the population has no respondents and no neighbour
            to merge with.
        at_least: groups that join the rest group when any does.
    """
    ranked = sorted(counts, key=lambda group: (counts[group], group))
    merged = [
        Merge(group, rest, SMALL_GROUP if counts[group] < min_n else INCOMPLETE_GROUP)
        for group in ranked
        if counts[group] < min_n or group in incomplete
    ]
    joined = {merge.level for merge in merged}
    total = sum(counts[group] for group in joined)
    for group in [group for group in ranked if group not in joined] if merged else []:
        if total >= min_n and len(merged) >= at_least:
            break
        merged.append(Merge(group, rest, FILLS_REST))
        total += counts[group]
    return merged


def _neighbour(
    levels: Sequence[str], ladder: Mapping[str, Sequence[str]], owner: Mapping[str, str]
) -> str | None:
    """The first neighbour, over the levels merged so far, that stands outside them."""
    for level in levels:
        for neighbour in ladder.get(level, ()):
            if neighbour in owner and owner[neighbour] != owner[level]:
                return neighbour
    return None


def _rank(level: str, order: Sequence[str]) -> tuple[int, str]:
    return (order.index(level) if level in order else len(order), level)
