"""Columns that are questions: their scale, their answers, and which codes are no answer."""

import re
from dataclasses import replace

from peil.drafting import cues, scales
from peil.drafting.columns import Column
from peil.drafting.cues import missing_reason
from peil.drafting.guess import LIKELY, UNSURE, Guess, ignored
from peil.drafting.numbers import number_of, read_numbers, whole_of

_LONGEST_OPTION = 120
# More numbers than this and a label on each is no list of answers but a special value.
_MOST_UNLABELLED = 2
_GIVEN = "Ontbreekt volgens het SPSS-bestand"


def question(column: Column) -> Guess:
    """What is asked in a column, by its value labels and by its values."""
    guess = Guess(column, "single_column")
    labels = dict(column.labels)
    _take_missing(guess, labels)
    if not column.n_filled and not labels:
        if column.is_number and not column.is_format:
            return ignored(column, "empty in this file: what is asked?", UNSURE)
        guess.scale, guess.understood, guess.is_reported = "open_text", "open answer", False
        return guess.mark("empty in this file: what is asked?", UNSURE)
    unlabelled = _unlabelled(guess, labels)
    if column.is_number and unlabelled and (
        not labels or len(unlabelled) > max(_MOST_UNLABELLED, len(labels) - 1)
    ):  # fmt: skip
        read_numbers(guess, labels)
    elif labels:
        _labelled(guess, labels, unlabelled)
    elif column.is_number:
        read_numbers(guess, labels)
    elif numbered := _numbered(column):
        return _with_numbers(column, *numbered)
    else:
        _texts(guess)
    return guess


_NUMBERED = re.compile(r"^\s*(-?\d{1,3})\s*(?:[.:)=–-]|\s)\s*(\D.*)$", re.DOTALL)


def _numbered(column: Column) -> tuple[dict[str, str], dict[str, str]] | None:
    """Answers that begin with their number, and words for no answer; None for other texts."""
    numbers: dict[str, str] = {}
    words: dict[str, str] = {}
    for value in column.values:
        match = _NUMBERED.match(value)
        if number_of(value) is not None:
            numbers[value] = value.strip()
        elif match and not missing_reason(match[2]):
            numbers[value] = match[1]
        elif reason := missing_reason(value):
            words[value] = reason
        else:
            return None
    several = len(numbers) >= 3 and len(set(numbers.values())) == len(numbers)
    return (numbers, words) if several else None


def _with_numbers(column: Column, numbers: dict[str, str], words: dict[str, str]) -> Guess:
    """A question whose answers are written with their numbers: 10 = uitstekend."""
    guess = Guess(column, "single_column")
    named = [value for value, number in numbers.items() if value != number]
    if len(named) > 0.5 * len(numbers):
        ordered = sorted(numbers, key=lambda value: float(numbers[value].replace(",", ".")))
        guess.options = {numbers[value]: value for value in ordered}
        guess.scale, guess.match_by, guess.understood = "single", "label", "one answer"
        guess.new_scale = scales.labelled_scale("draft", guess.options)
        guess.mark("one answer; numbers are those of its labels", LIKELY)
    else:
        listed = {numbers[value]: n for value, n in column.listed.items() if value in numbers}
        found = [float(number.replace(",", ".")) for number in listed]
        plain = replace(
            column, listed=listed, values=listed, is_number=True,
            is_whole=all(number == int(number) for number in found),
            lowest=min(found), highest=max(found),
        )  # fmt: skip
        guess.column = plain
        read_numbers(guess, {})
        guess.column = column
        guess.fixes = {value: numbers[value] for value in named}
        if guess.options and named:
            guess.fixes = {}
    guess.missing |= {value: (reason, value) for value, reason in words.items()}
    return guess


def _unlabelled(guess: Guess, labels: dict[str, str]) -> list[str]:
    return [v for v in guess.column.listed if v not in labels and v not in guess.missing]


def _labelled(guess: Guess, labels: dict[str, str], unlabelled: list[str]) -> None:
    column = guess.column
    numbers = {whole_of(code) for code in labels}
    are_numbers = all(number_of(label.split()[0]) is not None for label in labels.values() if label)
    guess.match_by = "number" if all(number_of(code) is not None for code in labels) else "code"
    if guess.match_by == "number" and not column.is_number and column.n_filled:
        guess.match_by = "code"
    if are_numbers and numbers >= set(range(1, 11)):
        guess.scale, guess.match_by, guess.understood = scales.GRADE, "number", "grade 1-10"
        guess.mark("grade 1-10?", LIKELY)
    elif scales.is_likert(labels) and guess.match_by == "number":
        guess.scale, guess.understood = scales.LIKERT, "statement, 1 = fully agree"
        guess.mark("statement, reversed: 1 = fully agree?", LIKELY)
    else:
        guess.scale, guess.options, guess.understood = "single", labels, "one answer"
        _order(guess)
    folded = [label.strip().lower() for label in labels.values()]
    if twice := sorted({x for x in folded if folded.count(x) > 1}):
        guess.mark(f"several codes are called '{twice[0]}': are they one answer?", UNSURE)
    if unlabelled and guess.scale == "single":
        guess.options |= {code: code for code in unlabelled}
        n = sum(column.listed[code] for code in unlabelled)
        codes = ", ".join(unlabelled[:5])
        guess.mark(f"codes without a label: {codes} ({n:,} rows). What do they mean?", UNSURE)
        if guess.new_scale:
            guess.new_scale, guess.understood = None, "one answer"


def _order(guess: Guess) -> None:
    """A scale with a good end, by its labels."""
    if guess.match_by != "number":
        return
    scale = scales.labelled_scale("draft", guess.options)
    if scale is None:
        return
    guess.new_scale = scale
    guess.understood = "scale with a good end"
    top = scale.statistics[0]["label_nl"]
    guess.mark(f"scale from '{scale.label}'; good is '{top}'?", LIKELY)


def _texts(guess: Guess) -> None:
    column = guess.column
    often = column.n_distinct <= max(15, 0.5 * column.n_filled) or column.n_rows < 20
    if column.values and often and column.longest <= _LONGEST_OPTION:
        labels = {v: v for v in column.values}
        _take_missing(guess, labels)
        guess.scale, guess.options, guess.match_by = "single", labels, "label"
        guess.understood = "one answer"
        if placed := scales.ordered_by_label(list(_one_spelling(labels))):
            guess.options = placed
            scale = scales.labelled_scale("draft", placed)
            if scale:
                guess.new_scale, guess.understood = scale, "scale with a good end"
                guess.mark(f"scale from '{scale.label}'?", LIKELY)
                return
        guess.mark("one answer; labels are the codes of the file", LIKELY)
    else:
        guess.scale, guess.understood, guess.is_reported = "open_text", "open answer", False
        guess.mark("open answer?", LIKELY)


def _one_spelling(labels: dict[str, str]) -> list[str]:
    found = {label.strip().lower(): label for label in labels.values()}
    return list(found.values())


def _take_missing(guess: Guess, labels: dict[str, str]) -> None:
    """Move codes that mean no answer out of the labels, each with its own reason."""
    column = guess.column
    # An answer list of nothing but such words asks for them.
    reasons = {code: cues.missing_reason(label) for code, label in labels.items()}
    answers = [code for code, reason in reasons.items() if not reason]
    for code in list(labels):
        declared = code in column.missing_texts or any(
            low <= n <= high for n in [number_of(code)] if n is not None
            for low, high in column.missing
        )  # fmt: skip
        if declared or (reasons[code] and (answers or column.is_number)):
            guess.missing[code] = (reasons[code] or "skipped", labels.pop(code))
    for low, high in column.missing:
        codes = {low, high} if low == high else {
            n for v in column.listed if (n := number_of(v)) is not None and low <= n <= high
        }  # fmt: skip
        for n in codes:
            code = str(int(n)) if n == int(n) else str(n)
            if code not in guess.missing and code not in labels:
                guess.missing[code] = ("skipped", _GIVEN)
    for text in column.missing_texts:
        if text not in guess.missing and text not in labels:
            guess.missing[text] = ("skipped", _GIVEN)
