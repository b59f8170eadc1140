"""Tables of people by place and item with their totals: which counts may not be seen.

A count of 1 to 4 people is withheld, and with it as many others as it takes: every withheld count
keeps room for several people after all that is published is subtracted from the totals.
"""

from collections.abc import Collection

import numpy as np
import pandas as pd

KEYS = ["table_code", "survey_code", "wave_code"]
TOTAL = "total"


def withheld_counts(
    counts: pd.DataFrame, min_cell_n: float, public: Collection[str] = ()
) -> pd.DataFrame:
    """The counts that may not be seen.

    Args:
        counts: table_code, survey_code, wave_code, place, item, n. The place or item `total` is the
            sum of the others in its column or row; a table may lack either.
        min_cell_n: fewer people than this (and more than none) are withheld, and a withheld count
            keeps at least this much room.
        public: items whose counts stand elsewhere as well, so that withholding them hides nothing.

    Returns:
        The KEYS, place and item of each withheld count.
    """
    rows = []
    for key, table in counts.groupby(KEYS, sort=True):
        n = table.set_index(["place", "item"])["n"].astype(float).sort_index()
        rows += [(*key, *table_cell) for table_cell in sorted(_withheld(n, min_cell_n, public))]
    columns = [*KEYS, "place", "item"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns, "string"))


def rooms(n: pd.Series, hidden: set[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """How far apart the fewest and the most people are that each withheld count can be.

    Args:
        n: people by place and item.
        hidden: the withheld counts; everything else is published.
    """
    # A third of a second, for surveys in which a count is withheld.
    from scipy.optimize import linprog

    table_cells = sorted(hidden)
    position = {table_cell: i for i, table_cell in enumerate(table_cells)}
    rows, right = [], []
    for equation in _equations(n):
        row = np.zeros(len(table_cells))
        for table_cell, sign in equation.items():
            if table_cell in position:
                row[position[table_cell]] = sign
        if row.any():
            rows.append(row)
            right.append(-sum(s * n[c] for c, s in equation.items() if c not in position))
    # A reader knows no largest count: where the sums give none, the room has no end.
    beyond = 10 * n.sum() + 1000
    room = {}
    for table_cell, i in position.items():
        ends = []
        for direction in (1, -1):
            goal = np.zeros(len(table_cells))
            goal[i] = direction
            solved = linprog(goal, A_eq=rows or None, b_eq=right or None, bounds=(0, beyond))
            ends.append(direction * solved.fun)
        room[table_cell] = ends[1] - ends[0]
    return room


def _withheld(n: pd.Series, min_cell_n: float, public: Collection[str]) -> set[tuple[str, str]]:
    hidden = {table_cell for table_cell, people in n.items() if 0 < people < min_cell_n}
    equations = _equations(n)
    while hidden:
        room = rooms(n, hidden)
        tight = min(room, key=lambda table_cell: (room[table_cell], table_cell))
        if room[tight] >= min_cell_n - 1e-6:
            return hidden
        # The smallest other count in a sum with it; a total only when no other people stand there.
        others = [c for c in n.index if c not in hidden and c[1] not in public]
        beside = [c for c in others if any(tight in e and c in e for e in equations)] or others
        if not beside:
            return hidden
        hidden.add(min(beside, key=lambda c: (n[c] == 0, TOTAL in c, n[c], c)))
    return hidden


def _equations(n: pd.Series) -> list[dict[tuple[str, str], float]]:
    found = []
    for level, name in enumerate(("place", "item")):
        for _, group in n.groupby(level="item" if name == "place" else "place"):
            table_cells = list(group.index)
            sums = [c for c in table_cells if c[level] == TOTAL]
            if sums and len(table_cells) > 1:
                found.append({c: -1.0 if c in sums else 1.0 for c in table_cells})
    return found
