"""Figures that wait, because two releases side by side would tell what a few newcomers answered.

A figure whose base changed by few people stands as it was released. That alone is not enough: a
total is the sum of its parts, now and then, so what changed in the one that stands is what changed
in all minus what changed in those that were made anew. As long as that leaves few newcomers, one
figure more waits. A group that was never released tells its own newcomers nothing, but what it
leaves of the others does.

Source: Willenborg & De Waal (2001), Elements of Statistical Disclosure Control, on linked tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from peil.disclosure.equations import Family, Place, TableCell, families_of, recoverable
from peil.disclosure.rules import Rules

KEYS = ["wave_code", "question_code"]


@dataclass
class Sum:
    """A group, the parts of one of its families and what is in none: those that changed.

    Attributes:
        parent: None where it did not change.
        change: people more or less in the parent.
        blur: how far the difference of the sums behind what two releases show is unknown.
    """

    parent: Place | None
    parts: list[Place]
    change: float
    blur: float


@dataclass
class Changed:
    """The groups of one question in one wave that are not what they were in the release.

    Attributes:
        base: respondents now.
        change: people more or less than in the release in force; NaN of groups it does not show.
        few: the smallest change against any release, of groups of which that is few people.
        unseen: groups of which a reader does not get the figures of now.
        sums: what holds between the groups.
    """

    base: dict[Place, float]
    change: dict[Place, float]
    few: dict[Place, float]
    unseen: set[Place]
    sums: list[Sum] = field(default_factory=list)


def waiting(groups: pd.DataFrame, nestings: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Groups of which no figure of a question is made anew.

    Args:
        groups: wave_code, question_code, group_id; n_answers; is_shown, whether any figure of the
            group may be seen now; n_released, people in the release in force, null when it has
            none; least_change, the smallest change but 0 against any release, null when none.
        nestings: as for `protect`.
        rules: how many newcomers are few, and how figures are rounded.

    Returns:
        Columns wave_code, question_code, group_id; one row per group of a question that waits.
    """
    families = families_of(nestings)
    found = [
        (wave, question, group)
        for (wave, question), rows in groups.groupby(KEYS, sort=True)
        if rows["n_released"].notna().any()
        for group in _waiting_of(rows, families.get(wave, []), rules)
    ]
    return pd.DataFrame(found, columns=[*KEYS, "group_id"]).astype({"group_id": "int64"})


def _waiting_of(rows: pd.DataFrame, families: list[Family], rules: Rules) -> list[int]:
    """Let one group at a time wait until no sum tells of few newcomers, alone or with others."""
    ids = rows["group_id"].tolist()
    base = dict(zip(ids, rows["n_answers"].astype(float), strict=True))
    changes = rows["n_answers"] - rows["n_released"].astype(float)
    change = {g: c for g, c in zip(ids, changes, strict=True) if c != 0}
    least = zip(ids, rows["least_change"].astype(float), strict=True)
    few = {g: n for g, n in least if n < rules.min_new_respondents}
    withheld = {g for g, shown in zip(ids, rows["is_shown"], strict=True) if not shown}
    changed = Changed(base, change, few, {g for g in change if g in few or g in withheld})
    changed.sums = list(_sums(changed, families, rules))
    while (weak := _weak(changed, rules)) is not None:
        changed.unseen.add(_smallest(changed, weak))
    return sorted(g for g in ids if (g in few or g in changed.unseen) and g not in withheld)


def _sums(changed: Changed, families: list[Family], rules: Rules) -> Iterator[Sum]:
    """What holds between the groups that changed; adds what is in no group of a family."""
    base, change = changed.base, changed.change
    for parent, family, children, _ in families:
        if parent not in base or not (children := [c for c in children if c in base]):
            continue
        more = change.get(parent, 0.0)
        parts = [c for c in children if c in change]
        rest = base[parent] - sum(base[c] for c in children)
        # NaN, which is not 0, where the release shows not all of them.
        rest_change = more - sum(change[c] for c in parts)
        if rest_change != 0 and (rest > 0 or pd.notna(rest_change)):
            place = f"rest of {parent} in {family}"
            base[place], change[place] = rest, rest_change
            changed.unseen.add(place)
            parts.append(place)
        if parts:
            blur = 2 * sum(rules.blur("range", base[c]) for c in [parent, *children])
            yield Sum(parent if parent in change else None, parts, more, blur)


def _weak(changed: Changed, rules: Rules) -> Sum | None:
    """A sum that tells of few newcomers and in which something can still wait."""
    found = next((s for s in changed.sums if _tells(changed, s, rules)), None)
    return found or _weak_with_others(changed, rules)


def _tells(changed: Changed, known: Sum, rules: Rules) -> bool:
    """Whether what is made anew leaves few newcomers of what is not."""
    hidden = [p for p in known.parts if p in changed.unseen]
    if known.parent in changed.unseen:
        # What the parts tell of it is found with all sums together.
        return False
    seen = [p for p in known.parts if p not in changed.unseen]
    if not hidden or not (seen or known.parent is not None):
        return False
    since = abs(known.change - sum(changed.change[p] for p in seen))
    # Each against the release that it stands from.
    each = sum(changed.few.get(p, abs(changed.change[p])) for p in hidden)
    return any(
        0 < n < rules.min_new_respondents and not rules.is_blurred(known.blur, n)
        for n in (since, each)
    )


def _weak_with_others(changed: Changed, rules: Rules) -> Sum | None:
    """A sum that shows something, near to a group of which all sums together leave one value."""
    least = rules.min_new_respondents
    sharp = [known for known in changed.sums if not rules.is_blurred(known.blur, least)]
    cells = [_cells(known) for known in sharp]
    hidden = sorted({c for known in cells for c in known if c[0] in changed.unseen}, key=str)
    reached = {c for c in recoverable(hidden, cells) if c[0] in changed.few}
    left = list(zip(sharp, cells, strict=True))
    while meeting := [pair for pair in left if reached & set(pair[1])]:
        for known, own in meeting:
            if any(place not in changed.unseen for place, _ in own):
                return known
        left = [pair for pair in left if pair not in meeting]
        reached |= {c for _, own in meeting for c in own}
    return None


def _cells(known: Sum) -> dict[TableCell, float]:
    whole = {} if known.parent is None else {(known.parent, 0): -1.0}
    return whole | {(part, 0): 1.0 for part in known.parts}


def _smallest(changed: Changed, known: Sum) -> Place:
    """The part that changed least waits; the whole only when all parts do."""
    parts = [p for p in known.parts if p not in changed.unseen]
    if not parts:
        assert known.parent is not None
        return known.parent

    def size(place: Place) -> tuple[float, str]:
        change = abs(changed.change[place])
        return (change if pd.notna(change) else changed.base[place], str(place))

    return min(parts, key=size)
