"""Cells that join several answers: found by splitting them and seeing few parts come back."""

from collections import Counter
from itertools import pairwise

from peil.drafting.guess import Guess

SEPARATORS = (";", ", ", ",")
# So many cells must hold more than one part, and so often must a part come back.
_FEWEST_JOINED = 0.1
_MOST_PARTS = 40
_TIMES_SEEN = 3


def find_joined(guesses: list[Guess]) -> None:
    """Turn text columns whose cells are joined answers into delimited questions."""
    for guess in guesses:
        column = guess.column
        if guess.binding != "single_column" or column.labels or column.n_distinct < 2:
            continue
        if guess.scale not in {"open_text", "single"} or (column.is_number and column.longest < 2):
            continue
        for separator in SEPARATORS:
            if parts := _parts(column.cells, separator):
                _make_delimited(guess, separator, parts)
                break


def _parts(cells: list[tuple[str, int]], separator: str) -> list[str]:
    """The answers that come back when the cells are split; empty when these are no answers."""
    split = [([p.strip() for p in text.split(separator) if p.strip()], n) for text, n in cells]
    split = _whole_labels(split, separator)
    counts: Counter[str] = Counter()
    n_cells = n_joined = 0
    for parts, n in split:
        n_cells += n
        n_joined += n * (len(parts) > 1)
        for part in parts:
            counts[part] += n
    often = [part for part, n in counts.items() if n >= min(_TIMES_SEEN, n_cells)]
    covered = sum(counts[part] for part in often) / max(sum(counts.values()), 1)
    is_joined = n_joined >= max(_FEWEST_JOINED * n_cells, 1) and len(counts) < len(cells) + 2
    if is_joined and 2 <= len(often) <= _MOST_PARTS and covered >= 0.8:
        return sorted(often)
    return []


def _whole_labels(split: list[tuple[list[str], int]], separator: str) -> list:
    """Join again what only ever occurs together: the label holds the separator itself."""
    alone: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for parts, n in split:
        for part in parts:
            alone[part] += n
        for pair in pairwise(parts):
            together[pair] += n
    glued = {
        first: second
        for (first, second), n in together.items()
        if n >= _TIMES_SEEN and n == alone[first] == alone[second] and second[:1].islower()
    }
    joint = separator if separator.endswith(" ") else f"{separator} "
    whole = []
    for parts, n in split:
        joined: list[str] = []
        for part in parts:
            if joined and glued.get(joined[-1].split(joint)[-1]) == part:
                joined[-1] += joint + part
            else:
                joined.append(part)
        whole.append((joined, n))
    return whole


def _make_delimited(guess: Guess, separator: str, parts: list[str]) -> None:
    guess.binding, guess.scale, guess.delimiter = "delimited", "multiple", separator
    is_number = all(part.lstrip("-").isdigit() for part in parts)
    guess.match_by = "number" if is_number else "label"
    guess.options, guess.missing = {part: part for part in parts}, {}
    guess.review = f"several answers joined by '{separator}'? A label may hold the separator itself"
