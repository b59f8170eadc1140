"""Ranges of one question that, subtracted from each other, tell of a few people.

Of two ranges one in the other tells who is in the one only. Ranges that share nobody tell who is in
none of them, of everybody or of a wider range. Of a few people the narrowest is not seen, or that
of fewest. The base of a group of numbers tells as much as a range, and cannot be withheld with it:
then a range of the question is not seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from peil.disclosure.rules import PRIMARY, Rules

BAND = -1  # a base among figures


@dataclass(frozen=True)
class _Range:
    """A range with, per group, its people and its figure."""

    low: float
    high: float
    people: np.ndarray
    figures: np.ndarray

    def holds(self, other: "_Range") -> bool:
        return self.low <= other.low and self.high >= other.high


def close_ranges(
    figures: pd.DataFrame, rules: Rules, bands: pd.DataFrame | None = None
) -> set[int]:
    """The figures without which no ranges leave a few people.

    Args:
        figures: as for `peil.disclosure.protect`.
        rules: what may be seen.
        bands: wave_code, question_code, group_id, value_from, value_to, n_answers: bases of groups
            of numbers in a group, which are seen.

    Returns:
        Numbers of figures.
    """
    of_ranges = figures[figures["kind"] == "range"]
    known = {} if bands is None else dict(list(bands.groupby(["wave_code", "question_code"])))
    found: set[int] = set()
    for place, rows in of_ranges.groupby(["wave_code", "question_code"]):
        beside = known.get(place)
        if rows["measure_id"].nunique() == 1 and beside is None:
            continue
        groups = pd.Index(rows["group_id"].unique())
        base = rows.groupby("group_id")["n_answers"].min().reindex(groups).to_numpy(dtype=float)
        everybody = _Range(-np.inf, np.inf, base, np.full(len(groups), BAND))
        ranges = [_range(part, groups, "n_positive") for _, part in rows.groupby("measure_id")]
        if beside is not None:
            ranges += [
                _range(part, groups, "n_answers")
                for _, part in beside.groupby(["value_from", "value_to"])
            ]
        ranges.sort(key=lambda r: (r.low, r.high))
        for whole in (everybody, *ranges):
            inside = [r for r in ranges if r is not whole and whole.holds(r)]
            found |= set(_telling(whole, inside, rules.min_cell_n))
    return found


def _range(part: pd.DataFrame, groups: pd.Index, people: str) -> _Range:
    own = part.set_index("group_id").reindex(groups)
    figures = own["figure_id"].fillna(BAND) if "figure_id" in own else pd.Series(BAND, groups)
    ends = part[["value_from", "value_to"]].iloc[0].astype(float)
    return _Range(
        ends["value_from"], ends["value_to"], own[people].to_numpy(dtype=float),
        figures.to_numpy(dtype="int64"),
    )  # fmt: skip


def _telling(whole: _Range, inside: list[_Range], few: float) -> Iterator[int]:
    """Of ranges in a whole that share nobody and leave a few people of it, one per group."""
    many = [r.people >= few for r in inside]

    def onward(path: list[int], left: np.ndarray, is_left: np.ndarray) -> Iterator[int]:
        """The same with each range behind the path; left are the people that it does not hold."""
        end = inside[path[-1]].high if path else -np.inf
        passed: list[int] = []
        for at, r in enumerate(inside):
            if r.low <= end:
                continue
            rest = left - r.people
            # Who is in a range that was passed is left as well: of many nothing is told.
            alive = is_left & (rest >= 1)
            for other in passed:
                if inside[other].high < r.low:
                    alive &= ~many[other]
            passed.append(at)
            if alive.any():
                for group in np.flatnonzero(alive & (rest < few)).tolist():
                    yield from _victim(whole, [inside[i] for i in (*path, at)], group)
                yield from onward([*path, at], rest, alive)

    return onward([], whole.people, whole.people >= 1)


def _victim(whole: _Range, path: list[_Range], group: int) -> Iterator[int]:
    """The figure that goes: of what lies in the whole, else the whole itself."""
    own = [r for r in path if r.figures[group] != BAND]
    if not own:
        own = [whole] if whole.figures[group] != BAND else []
    if own:
        least = min(own, key=lambda r: (r.high - r.low, r.people[group], r.figures[group]))
        yield int(least.figures[group])


def without_close_ranges(
    figures: pd.DataFrame, rules: Rules, bands: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The same figures, with a reason for those that would tell of a few people."""
    close = figures["figure_id"].isin(close_ranges(figures, rules, bands))
    close &= figures["primary_reason"].isna()
    return figures.assign(primary_reason=figures["primary_reason"].mask(close, PRIMARY))
