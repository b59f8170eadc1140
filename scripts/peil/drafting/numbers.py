"""Questions that are answered with a number: grades, ranges, years, counts."""

import re

from peil.drafting import cues, scales
from peil.drafting.guess import LIKELY, UNSURE, Guess

# Beside grades stand a few codes for no answer; more, and the numbers count something.
_MOST_NON_GRADES = 3


# So many different numbers make a table of their own; a mean needs them, a site does not.
_MOST_NUMBERS = 150


_SPECIAL = (-9, -8, -7, -99, -98, -97, -999, -1)


def read_numbers(guess: Guess, labels: dict[str, str]) -> None:
    """What the numbers of a column mean; `labels` name some of them."""
    column = guess.column
    guess.match_by = "number"
    _take_specials(guess, labels)
    whole = {n for v in column.listed if v not in guess.missing and (n := whole_of(v)) is not None}
    extra = sorted(n for n in whole if not 1 <= n <= 10)
    ends = {n for code in labels if (n := whole_of(code)) is not None}
    low, high = _range(guess)
    many = not column.listed or not column.is_whole
    if (
        not many and not labels and len(whole & set(range(1, 11))) >= 8
        and len(extra) <= _MOST_NON_GRADES and not cues.YEARS.search(column.words)
        and 0 not in whole
    ):  # fmt: skip
        guess.scale, guess.understood = scales.GRADE, "grade 1-10"
        guess.missing |= {str(v): ("dont_know", "Weet niet / geen mening") for v in extra}
        guess.mark("grade 1-10?" + (f" {extra} read as don't know" if extra else ""), LIKELY)
    elif not many and whole and whole <= set(range(1, 11)) and (
        10 in ends or (10 in whole and cues.GRADE.search(column.words))
    ):  # fmt: skip
        guess.scale, guess.understood = scales.GRADE, "grade 1-10"
        guess.mark("grade 1-10?", LIKELY)
    elif not many and whole and (10 in ends or len(whole) >= 8) and whole <= set(range(11)):
        promoters = cues.RECOMMEND.search(column.words) is not None
        guess.scale, guess.new_scale = "", scales.number_scale(0, 10, promoters=promoters)
        guess.understood = "recommendation 0-10" if promoters else "number 0-10"
        guess.mark("a number from 0 to 10?", LIKELY)
    elif len(ends) >= 2 and whole and min(ends) <= min(whole) and max(ends) >= max(whole):
        low, high = min(ends), max(ends)
        guess.new_scale = scales.number_scale(low, high)
        guess.understood = f"number {low:g}-{high:g}, labelled at its ends"
        guess.mark(f"a number from {low:g} to {high:g}?", LIKELY)
    elif (
        not column.is_whole and low is not None and low >= 1 and high <= 10
        and cues.GRADE.search(column.words)
    ):  # fmt: skip
        guess.scale, guess.understood = scales.GRADE, "grade 1-10"
        guess.mark("grade 1-10?", LIKELY)
    elif (
        not many and not labels and 2 <= len(whole) <= 7 and max(whole) <= 20
        and not cues.COUNT.search(column.words)
    ):  # fmt: skip
        _codes(guess)
    elif low is not None and low >= 1900 and high <= 2100 and column.is_whole:
        guess.new_scale, guess.is_reported = scales.number_scale(1900, 2100), False
        guess.understood = "a year"
        guess.mark("a year: not reported?", LIKELY)
    elif (
        low is not None
        and cues.YEARS.search(column.words)
        and low >= 0
        and high <= 120
        and column.is_whole
    ):
        guess.scale, guess.understood = scales.YEARS, "years"
        guess.mark("a number: years?", LIKELY)
    elif low is not None:
        guess.new_scale = scales.number_scale(*_rounded(low, high))
        guess.understood = "number"
        special = f"; {', '.join(labels.values())} is a value of it" if labels else ""
        guess.mark(f"a number: what does it count{special}?", UNSURE)
        if column.n_distinct > _MOST_NUMBERS:
            guess.is_reported = False
            guess.mark(f"{column.n_distinct:,} different numbers: not reported", UNSURE)
    else:
        guess.binding, guess.match_by = "ignored", ""
        guess.mark("only codes for no answer: what is asked?", UNSURE)


def _codes(guess: Guess) -> None:
    """A few numbers without labels: answers whose meaning the file does not say."""
    guess.scale, guess.understood = "single", "one answer, codes without labels"
    guess.options = {v: v for v in guess.column.values if v not in guess.missing}
    guess.mark("one answer; labels are the codes of the file", UNSURE)


def _range(guess: Guess) -> tuple[float, float]:
    column = guess.column
    if column.listed:
        numbers = [n for v in column.listed if v not in guess.missing
                   if (n := number_of(v)) is not None]  # fmt: skip
        return (min(numbers), max(numbers)) if numbers else (None, None)  # type: ignore[return-value]
    return column.lowest, column.highest  # type: ignore[return-value]


def _rounded(low: float, high: float) -> tuple[float, float]:
    """Ends that a later file may reach as well: 0-9, 0-99, 0-999, ..."""
    top = 9.0
    while top < high:
        top = top * 10 + 9
    bottom = 0.0 if low >= 0 else -1.0
    while bottom > low:
        bottom *= 10
    return bottom, top


def _take_specials(guess: Guess, labels: dict[str, str]) -> None:
    """Numbers far outside the others, without a label, that survey tools use for no answer."""
    column = guess.column
    numbers = {n: v for v in column.listed if v not in guess.missing
               and v not in labels and (n := whole_of(v)) is not None}  # fmt: skip
    answers = [n for n in numbers if n not in _SPECIAL]
    if not answers or min(answers) < 0:
        return
    top = max((n for n in answers if not re.fullmatch(r"9?9[5-9]|99[5-9]\d?|8888?|9999", str(n))),
              default=0)  # fmt: skip
    found = [n for n in numbers if n in _SPECIAL or (
        n in {77, 88, 96, 97, 98, 99, 888, 997, 998, 999, 9998, 9999} and n >= 4 * max(top, 1)
    ) or (n == 9 and 0 < top <= 5 and len(numbers) > 2)]  # fmt: skip
    for n in found:
        guess.missing[numbers[n]] = ("dont_know" if n == 9 else "skipped", f"Code {n}")
    if found:
        guess.mark(f"{', '.join(map(str, sorted(found)))} read as no answer?", UNSURE)


def number_of(text: str) -> float | None:
    """A number as files write it, with a comma or a point."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def whole_of(text: str) -> int | None:
    """A whole number; None for anything else."""
    number = number_of(text)
    return int(number) if number is not None and number == int(number) else None
