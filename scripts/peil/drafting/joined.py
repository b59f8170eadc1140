"""Cells that join several answers: found by splitting them and seeing few parts come back."""

import re
from collections import Counter
from itertools import pairwise

from peil.drafting.columns import SLIPS
from peil.drafting.cues import OTHER, missing_reason
from peil.drafting.guess import LIKELY, UNSURE, Guess

SEPARATORS = (";", ", ", ",")
# So many cells must hold more than one part, and so often must a part come back.
_FEWEST_JOINED = 0.1
_MOST_PARTS = 40
_TIMES_SEEN = 3
_RISING = 1 - SLIPS
# What stands behind the comma of halves, quarters and tenths that are rounded.
_FRACTIONS = {"0", "00", "25", "50", "75"}


def find_joined(guesses: list[Guess]) -> None:
    """Turn columns whose cells are joined answers into delimited questions."""
    for guess in guesses:
        column = guess.column
        if guess.binding != "single_column" and guess.understood != "number":
            continue
        if guess.role or column.labels or column.n_distinct < 2 or column.is_date:
            continue
        if column.is_number:
            if parts := _codes_in_numbers(column.cells):
                _make_delimited(guess, ",", parts)
            continue
        if guess.scale not in {"open_text", "single"}:
            continue
        for separator in SEPARATORS:
            parts, n_own = _parts(column.cells, separator)
            if parts:
                _make_delimited(guess, separator, parts)
                _own_texts(guess, n_own)
                break


def _codes_in_numbers(cells: list[tuple[str, int]]) -> list[str]:
    """Codes that a comma joins and that look like decimal numbers: '3,6' beside '3' and '6'.

    Both sides stand alone elsewhere and rise; of decimal numbers they do neither. Where every
    cell joins two, what is behind the comma is no half or quarter and comes back.
    """
    split = [(text.split(","), n) for text, n in cells]
    joined = [parts for parts, _ in split if len(parts) > 1]
    alone = {parts[0] for parts, _ in split if len(parts) == 1}
    both = {part.strip() for parts in joined for part in parts}
    if not joined or not all(part.isdigit() for part in both | alone) or len(both) > _MOST_PARTS:
        return []
    rising = sum(
        all(int(a) < int(b) for a, b in pairwise(parts)) for parts in joined
    ) / len(joined)  # fmt: skip
    known = sum(part in alone for part in both) / len(both)
    last = {parts[-1].strip() for parts in joined}
    first = {parts[0].strip() for parts in joined}
    always = not alone and len(last) > 1 and not last & _FRACTIONS and "0" not in first
    # Halves: 1,5 and 2,5 rise as well, and all end alike.
    if rising < _RISING or (len(last) == 1 and max(map(len, joined)) < 3):
        return []
    return sorted(both | alone, key=int) if known >= 0.5 or always else []


def _parts(cells: list[tuple[str, int]], separator: str) -> tuple[list[str], int]:
    """The answers that come back when the cells are split, and how many do not.

    Empty when these are no answers.
    """
    split = [
        ([p.strip() for p in _outside_brackets(text, separator) if p.strip()], n)
        for text, n in cells
    ]
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
        return sorted(often), counts.total() - sum(counts[part] for part in often)
    return [], 0


def _outside_brackets(text: str, separator: str) -> list[str]:
    """Cut a cell, but not within brackets: 'Zorg (Wmo, jeugd), Afval' holds two answers."""
    if "(" not in text:
        return text.split(separator)
    return re.split(re.escape(separator) + r"(?![^()]*\))", text)


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
    guess.options = {part: part for part in parts if is_number or not missing_reason(part)}
    guess.missing = {
        part: (missing_reason(part), part) for part in parts if part not in guess.options
    }
    guess.new_scale, guess.is_reported, guess.review = None, True, ""
    guess.understood = f"several answers in a cell, joined by '{separator}'"
    guess.mark(
        f"several answers joined by '{separator}'? A label may hold the separator itself", LIKELY
    )


def _own_texts(guess: Guess, n_own: int) -> None:
    """Count what respondents wrote themselves at 'Other: ...' as one answer."""
    if not n_own or guess.match_by != "label":
        return
    guess.other = next((label for label in guess.options if OTHER.match(label)), "Anders / other")
    guess.options.setdefault(guess.other, guess.other)
    guess.mark(f"{n_own} texts that few or none share count as '{guess.other}'?", UNSURE)
