"""What a published mean and its error give away about the answers behind it.

A mean and a standard error of few answers are two equations in whole numbers: how many people
gave each answer. Beside what else is published of the same answers they can leave a withheld count
no room. The range that is left is found by making every table of answers that fits, or by a
whole-number programme where those are many; with many answers by a linear one, which is as good as
exact there.

Source: Willenborg & De Waal (2001), on the feasibility interval of a withheld cell.
"""

from dataclasses import dataclass

import numpy as np

# From this many answers on, whole numbers make no difference to the range.
WHOLE_BELOW = 50
# More tables than this take longer to make than the programme takes to solve.
MOST_TABLES = 50_000


@dataclass(frozen=True)
class Answers:
    """The answers of one group to one question, and what is published of them.

    Attributes:
        values: the numbers of the answers, shape (V,).
        counts: how many people gave each, shape (V,).
        half_mean: half of the last published digit of the mean.
        half_error: how far its standard error may be from the truth at most; None when the error is
            not published.
        known: 0/1 vectors over the values of shares that are published, shape (K, V).
    """

    values: np.ndarray
    counts: np.ndarray
    half_mean: float
    half_error: float | None
    known: np.ndarray


def room(answers: Answers, hidden: np.ndarray) -> tuple[float, float]:
    """Fewest and most people who can have given one of the hidden answers.

    Args:
        answers: what is published.
        hidden: 0/1 over the values of the withheld share, shape (V,).

    Returns:
        The range that a reader can work out; the truth lies in it.
    """
    n = answers.counts.sum()
    # The error of a whole sample divides by n - 1, that of a small part of one by n.
    found = [_room(answers, hidden, divisor) for divisor in sorted({max(n - 1, 1), n})]
    return min(found, key=lambda ends: ends[1] - ends[0])


def _room(answers: Answers, hidden: np.ndarray, divisor: float) -> tuple[float, float]:
    rows, low, high = _constraints(answers, divisor)
    n = answers.counts.sum()
    if n < WHOLE_BELOW and (tables := _tables(int(n), rows, low, high)) is not None:
        given = tables @ hidden.astype(np.int64)
        return float(given.min()), float(given.max())
    # A third of a second, for surveys in which a mean stands beside a withheld share.
    from scipy.optimize import LinearConstraint, milp

    whole = np.full(len(answers.values), int(n < WHOLE_BELOW))
    ends = []
    for direction in (1, -1):
        solved = milp(
            direction * hidden.astype(float),
            constraints=LinearConstraint(rows, low, high),
            integrality=whole,
            bounds=(0, n),
        )
        if solved.x is None:  # the solver gave up: as if nothing were hidden
            return float(answers.counts @ hidden), float(answers.counts @ hidden)
        ends.append(direction * solved.fun)
    return ends[0], ends[1]


def _tables(n: int, rows: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray | None:
    """Every table of whole numbers that fits, shape (T, V); None where there are too many to make.

    Answer by answer: a beginning is kept while the people who are left can still bring each row
    between its ends.
    """
    n_values = rows.shape[1]
    tables = np.zeros((1, 0), dtype=np.int64)
    left, sums = np.array([n]), np.zeros((1, len(rows)))
    for place in range(n_values):
        is_last = place == n_values - 1
        least = left if is_last else np.zeros_like(left)
        each = left - least + 1
        if each.sum() > MOST_TABLES:
            return None
        begun = np.repeat(np.arange(len(left)), each)
        count = np.arange(len(begun)) - np.repeat(np.cumsum(each) - each, each) + least[begun]
        after = left[begun] - count
        reached = sums[begun] + count[:, None] * rows[:, place]
        rest = rows[:, place + 1 :] if not is_last else np.zeros((len(rows), 1))
        fewest, most = rest.min(axis=1), rest.max(axis=1)
        fits = (reached + after[:, None] * fewest <= high).all(axis=1)
        fits &= (reached + after[:, None] * most >= low).all(axis=1)
        tables = np.column_stack([tables[begun[fits]], count[fits]])
        left, sums = after[fits], reached[fits]
    return tables if len(tables) else None


def window(value: float, half_digit: float, half: float) -> tuple[float, float]:
    """What a reader of a rounded number knows of it, and never more than `half` beside the truth.

    A published figure is the middle of what it may be; the figure itself can lie at its end.
    """
    digit = 2 * half_digit
    published = np.round(value / digit) * digit
    return max(published - half_digit, value - half), min(published + half_digit, value + half)


def _constraints(answers: Answers, divisor: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    v, c = answers.values.astype(float), answers.counts.astype(float)
    n, slack = c.sum(), 1e-6
    total = c @ v
    rows = [np.ones_like(v), v]
    first, last = window(total / n, answers.half_mean, answers.half_mean)
    low, high = [n, n * first - slack], [n, n * last + slack]
    if answers.half_error is not None and n > 1:
        error = np.sqrt(max(c @ v**2 / n - (total / n) ** 2, 0) / divisor)
        ends = window(error, answers.half_mean, answers.half_error)
        squares = [n * divisor * max(end, 0) ** 2 for end in ends]
        # Σ(v - m)² around the mean of the truth: what the sum may differ comes on top.
        rows.append((v - total / n) ** 2)
        low.append(squares[0] - slack)
        high.append(squares[1] + n * answers.half_mean**2 + slack)
    for share in answers.known:
        rows.append(share.astype(float))
        low.append(c @ share)
        high.append(c @ share)
    return np.array(rows), np.array(low), np.array(high)
