"""What crosstabs tell together: the figures given out before are known when the next is protected.

People who are alike in everything that was asked are one unknown: a weighted number. Every figure
that is shown is a sum of unknowns (its numerator), and so is its base. What sums of such sums give
is known, whichever tables they stand in. So a figure of the new table is withheld where, with it,
the span of everything that is shown holds

- a figure that a table of the session, or a published table, withholds; or
- a group that may not be seen: of a level of a side, of two sides crossed, of all sides crossed, or
  what is left of a group when one that lies in it is subtracted.

All weighting schemes count as one, and digits that were rounded away as known: that withholds more.
"""

from dataclasses import dataclass
from itertools import combinations

import duckdb
import numpy as np
import pandas as pd
from scipy import sparse

from peil.crosstabs.asked import Asked, Row, Side
from peil.crosstabs.measured import MOST, Group, Measured, columns_of
from peil.crosstabs.people import Level, Respondents, groups_of, measures_of, outcomes
from peil.crosstabs.reasons import published_reasons
from peil.crosstabs.result import TOTAL
from peil.crosstabs.shield import primary_reasons
from peil.crosstabs.spans import NEAR, Span

# Part of the banner, level, statistic and answer.
TableCell = tuple[str, Level, str, str | None]


@dataclass(frozen=True)
class Columns:
    """Columns and rows over the unknowns: inside (A, G), y (A, K), shown and hidden (G, K)."""

    groups: list[Group]
    measures: list[Row]
    inside: np.ndarray
    y: np.ndarray
    shown: np.ndarray
    hidden: np.ndarray


class Known:
    """The new table beside all that is known, over the same unknowns."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        measured: Measured,
        related: list[tuple[Asked, frozenset[TableCell]]],
    ) -> None:
        self.connection, self.measured = connection, measured
        self.respondents: Respondents = measured.respondents
        frame = self.respondents.frame
        unknown = frame.groupby(list(self.respondents.columns.values()), dropna=False).ngroup()
        _, self.rows = np.unique(unknown, return_index=True)
        self.people = np.bincount(unknown, self.respondents.people.n_people)
        self.sides = {
            (side.kind, side.code): side
            for asked in (measured.asked, *(other for other, _ in related))
            for side in (*(s for by in asked.bys for s in by.sides), *(s for s, _ in asked.filters))
        }
        self.outcomes: dict[str, tuple[Asked, list[Row], np.ndarray]] = {}
        self.new = self._table(measured.asked, frozenset())
        self.before = [self._table(asked, shown) for asked, shown in related]
        self.published = [self._published(asked) for asked, _, _ in self.outcomes.values()]
        self.secret = self._secret()
        fixed = np.column_stack(
            [vectors_of(t, t.shown)[0] for t in (*self.before, *self.published)]
        )
        self.fixed = np.unique(fixed, axis=1)
        of_published = [vectors_of(t, t.shown)[0] for t in self.published]
        self.of_published = np.unique(np.column_stack(of_published), axis=1)
        self.already = Span(self.fixed)
        self.targets = self._targets()

    def withheld_before(self) -> np.ndarray:
        """Figures of the new table that stand withheld in an earlier one, shape (G, K)."""
        hidden = {bytes(v) for table in self.before for v in numerators(table, table.hidden).T} - {
            bytes(v) for table in self.before for v in numerators(table, table.shown).T
        }
        everything = np.ones(self.new.shown.shape, dtype=bool)
        is_hidden = [bytes(v) in hidden for v in numerators(self.new, everything).T]
        return np.array(is_hidden).reshape(self.new.shown.shape)

    def to_withhold(self, shown: np.ndarray) -> list[tuple[int, int]]:
        """Figures of the new table without which nothing secret follows, a step at a time.

        Args:
            shown: what the new table shows as it is, shape (G, K).
        """
        vectors, cells = vectors_of(self.new, shown)
        if not cells:
            return []
        span = Span(np.column_stack([self.fixed, vectors]))
        hidden = sparse.csr_array(numerators(self.new, ~shown).T)
        hidden = hidden[~self.already.holds(hidden)]
        named, natural = (own[span.holds(own)] for own in self.targets)
        if natural.shape[0]:
            alone = Span(np.column_stack([self.of_published, vectors]))
            natural = natural[~alone.holds(natural)]
        known = sparse.vstack([named, natural, hidden[span.holds(hidden)]], format="csr")
        found: set[tuple[int, int]] = set()
        n_fixed = self.fixed.shape[1]
        for target in known.toarray():
            own = {cells[part - n_fixed] for part in span.parts(target) if part >= n_fixed}
            if own and not own & found:
                found.add(min(own, key=lambda c: (c[0] == 0, self._n(*c), c)))
        return sorted(found)

    def _n(self, g: int, k: int) -> float:
        table = self.new
        return float(self.people @ (table.inside[:, g] & (np.nan_to_num(table.y[:, k]) != 0)))

    def _table(self, asked: Asked, given: frozenset[TableCell]) -> Columns:
        groups, inside = columns_of(self.respondents, asked, TOTAL)
        measures, y = self._outcomes(asked)
        shown = np.array([[cell_of(g, m) in given for m in measures] for g in groups])
        return Columns(groups, measures, inside[self.rows], y, shown, ~shown)

    def _outcomes(self, asked: Asked) -> tuple[list[Row], np.ndarray]:
        code = asked.question["question_code"]
        if code not in self.outcomes:
            measures = measures_of(self.connection, asked)
            y = outcomes(asked, self.respondents, measures)[self.rows]
            self.outcomes[code] = asked, measures, y
        return self.outcomes[code][1:]

    def _levels(self, side: Side, most: float) -> dict[str, np.ndarray]:
        """Who is in each group of a side; without a name who is in none of them."""
        found = {
            code: rows[self.rows] for code, rows in groups_of(self.respondents, side, most).items()
        }
        rest = ~np.logical_or.reduce([np.zeros(len(self.rows), dtype=bool), *found.values()])
        return found | {"": rest}

    def _published(self, asked: Asked) -> Columns:
        """The published figures of a question by the attributes that play a part here."""
        measures, y = self._outcomes(asked)
        levels = {
            side.code: self._levels(side, asked.thresholds[MOST])
            for side in self.sides.values() if side.kind == "attribute"
        }  # fmt: skip
        states = published_reasons(self.connection, asked)
        everybody = np.ones(len(self.rows), dtype=bool)
        groups, inside = [], []
        for attributes, values in dict.fromkeys(key[:2] for key in states):
            if attributes == (TOTAL,):
                rows = everybody
            elif all(v in levels.get(a, {}) for a, v in zip(attributes, values, strict=True)):
                own = [levels[a][v] for a, v in zip(attributes, values, strict=True)]
                rows = np.logical_and.reduce(own)
            else:
                continue
            groups.append((attributes, values))
            inside.append(rows)
        # None: not published, and so not withheld either.
        found = np.array(
            [
                [states.get((*g, m["statistic"], m["option_code"])) for m in measures]
                for g in groups
            ],
            dtype=object,
        ).reshape(len(groups), len(measures))
        is_known = found == ""
        is_withheld = ~is_known & pd.notna(found)
        columns = np.column_stack(inside) if inside else np.zeros((len(self.rows), 0), dtype=bool)
        return Columns([], measures, columns, y, is_known, is_withheld)

    def _secret(self) -> sparse.csr_array:
        """Sets of people that may have to stay unseen, one per row of shape (sets, A)."""
        most = self.measured.asked.thresholds[MOST]
        masks = [np.array(list(self._levels(s, most).values())) for s in self.sides.values()]
        levels = [sparse.csr_array(own.astype(float)) for own in masks]
        crossed = [
            other.multiply(one[[row]])
            for one, other in combinations(levels, 2) for row in range(one.shape[0])
        ]  # fmt: skip
        patterns = pd.DataFrame(np.vstack(masks).T)
        number = patterns.groupby(list(patterns.columns)).ngroup().to_numpy()
        place = np.arange(len(self.rows))
        whole = sparse.csr_array((np.ones(len(place)), (number, place)))
        asked = np.unique(np.column_stack([t.inside for t in (self.new, *self.before)]), axis=1)
        shared = asked.T.astype(float) @ asked
        sizes = asked.sum(axis=0)
        outer, inner = np.nonzero((shared == sizes) & (shared < sizes[:, None]))
        columns = sparse.csr_array(asked.T.astype(float))
        named = [*levels, *crossed, columns[outer] - columns[inner]]
        return sparse.vstack([*named, whole], format="csr")

    def _targets(self) -> tuple[sparse.csr_array, sparse.csr_array]:
        """Figures withheld before, and those of small groups, as sums that may not be known."""
        hidden = [numerators(t, t.hidden).T for t in (*self.before, *self.published)]
        named = sparse.csr_array(np.unique(np.vstack(hidden), axis=0))
        natural = []
        for asked, measures, y in self.outcomes.values():
            unsafe = self._unsafe(asked, measures, y)
            for k in range(len(measures)):
                own = self.secret[np.flatnonzero(unsafe[:, k])]
                natural.append(own.multiply(np.nan_to_num(y[:, k])).tocsr())
        small = sparse.vstack(natural, format="csr")
        return named[~self.already.holds(named)], small[~self.already.holds(small)]

    def _unsafe(self, asked: Asked, measures: list[Row], y: np.ndarray) -> np.ndarray:
        """Which figures of the sets may not be seen by the primary rule, shape (sets, K)."""
        base, known = ~np.isnan(y), np.nan_to_num(y)
        people = self.people[:, None]
        n = self.secret @ (people * base)
        positive = self.secret @ (people * (known != 0))
        minus = self.secret @ (people * (known < 0))
        total, squares = self.secret @ (people * known), self.secret @ (people * known**2)
        uniform = np.abs(n * squares - total**2) <= NEAR * n * squares
        return (primary_reasons(asked, measures, n, positive, minus, uniform) != "") & (n > 0)


def vectors_of(table: Columns, shown: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Numerators and bases of what is shown, and of which table cell each is."""
    g, k = np.nonzero(shown)
    bases = table.inside[:, g] & ~np.isnan(table.y[:, k])
    cells = list(zip(g.tolist(), k.tolist(), strict=True))
    return np.column_stack([numerators(table, shown), bases]), cells * 2


def numerators(table: Columns, which: np.ndarray) -> np.ndarray:
    """What the people of a column gave together, of these table cells, shape (A, cells)."""
    g, k = np.nonzero(which)
    return table.inside[:, g] * np.nan_to_num(table.y[:, k])


def cell_of(group: Group, measure: Row) -> TableCell:
    by = TOTAL if group.by is None else group.by.code
    return by, group.level, measure["statistic"], measure["option_code"]
