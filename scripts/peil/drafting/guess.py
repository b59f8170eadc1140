"""What a column probably is. Every guess says that it is one: the draft marks it `review`."""

import re
from dataclasses import dataclass
from dataclasses import field as factory

from peil.drafting.columns import Column
from peil.landing.privacy import NAMES

# What survey tools and the Burgerpeiling call the columns that are no questions.
_FIELDS = (
    ("respondent_id", r"respondent|respondent.?id|response.?id|antwoord-id|id|nummer|caseid|"
                      r"psraid"),
    ("submitted_at", r"submitdate|date submitted|datum ingediend|enddate|end date|einddatum|"
                     r"timestamp|tijdstempel|completion time|tijd van voltooien|datum"),
    ("is_test", r"status|test|testinzending"),
    ("is_complete", r"finished|klaar"),
    ("base_weight", r"weging|weight|weegfactor|gewicht"),
    ("duration_seconds", r"duration( \(in seconds\))?|interviewtime|total time|duur"),
)  # fmt: skip
_IGNORED = re.compile(
    r"lastpage|last page|startlanguage|start language|seed|startdate|start date|datestamp|"
    r"progress|recordeddate|distributionchannel|userlanguage|responseset|start time|begintijd|"
    r"locationaccuracy|collector id|custom data.*|jr|kw|org|veldwerkmodus|wijknr|.* - topics",
    re.IGNORECASE,
)
_IDENTIFIERS = re.compile(
    r"recipient.*|ip.?addr.*|externalreference|externaldatareference|location(latitude|longitude)"
    r"|token|refurl|emailaddress|name|e-?mail",
    re.IGNORECASE,
)
_DONT_KNOW = re.compile(r"weet (ik )?niet|geen mening|don.?t know|no opinion|n\.?v\.?t", re.I)
_REFUSED = re.compile(r"wil (ik )?niet zeggen|zeg ik liever niet|refused|prefer not", re.I)
_LIKERT = re.compile(r"(helemaal|zeer|volledig) (mee )?eens|strongly agree|fully agree", re.I)
_TICKED = re.compile(r"aangevinkt|ja|yes|checked|genoemd|selected", re.I)
_TICKED_VALUES = ({"Y"}, {"Yes", "No"}, {"Ja", "Nee"}, {"1", "0"}, {"1", "2"}, {"1"}, {"TRUE"})
_SUB = re.compile(r"^(?P<stem>.+?)(\[(?P<sub>[^\]]+)\]|_(?P<number>\d+|SQ\d+))$")
_OPTION = re.compile(r"^(?P<text>.*?)\s*\[(?P<option>[^\[\]]+)\]$")
_LONGEST_OPTION = 120
# Beside grades stand a few codes for no answer; more, and the numbers count something.
_MOST_NON_GRADES = 3


@dataclass
class Guess:
    """What a column is taken for, and in `review` why somebody must look."""

    column: Column
    binding: str
    field: str = ""
    scale: str = ""
    options: dict[str, str] = factory(default_factory=dict)
    missing: dict[str, tuple[str, str]] = factory(default_factory=dict)
    match_by: str = ""
    true_value: str = ""
    false_value: str = ""
    delimiter: str = ""
    group: str = ""
    option_text: str = ""
    review: str = ""


def guess_all(columns: list[Column], file_format: str) -> list[Guess]:
    """A guess per column; columns of one multiple-response question share a `group`."""
    taken: set[str] = set()
    guesses = [_technical(c, file_format, taken) or _question(c) for c in columns]
    _group_ticked(guesses)
    return guesses


def _technical(column: Column, file_format: str, taken: set[str]) -> Guess | None:
    """Fields of the respondent, identifiers, and what a tool adds. A field is bound once."""
    for name in dict.fromkeys((column.name.lower(), column.text.lower())):
        for known, pattern in _FIELDS:
            if not re.fullmatch(pattern, name) or known in taken:
                continue
            guess = Guess(column, "metadata", field=known, review=f"read as {known}?")
            if known == "is_test" and not file_format.startswith("qualtrics"):
                if name == "status":
                    continue
                guess.true_value = next((v for v in ("1", "ja", "Ja") if v in column.values), "1")
            elif known == "is_test":
                # 1 preview, 2 test, 9 and 17 the same from a spammer or offline.
                guess.true_value = "1|2|9|17" if column.is_number else "Survey Preview|Survey Test"
            elif known == "is_complete":
                guess.true_value = "1" if column.is_number or not column.values else "True"
            taken.add(known)
            return guess
        is_name = name == column.name.lower()
        if _IDENTIFIERS.fullmatch(name) or (is_name and NAMES.search(name)):
            return Guess(column, "identifier", review="")
        if _IGNORED.fullmatch(name):
            return Guess(column, "ignored", review="")
    if column.holds:
        return Guess(column, "identifier", review=f"holds {column.holds}?")
    return None


def _question(column: Column) -> Guess:
    guess = Guess(column, "single_column", review="")
    labels = dict(column.labels)
    _take_missing(guess, labels)
    numeric = {_whole(code) for code in labels}
    if column.name.lower() == "gemnr":
        guess.scale, guess.match_by = "single", "number"
        guess.options, guess.group = {}, "municipalities"
        guess.review = "municipalities.csv must list them"
    elif labels and _are_numbers(labels) and numeric >= set(range(1, 11)) - {None}:
        guess.scale, guess.match_by = "grade_1_10", "number"
        guess.review = "grade 1-10?"
    elif numeric == {1, 2, 3, 4, 5} and _LIKERT.search(labels.get("1", "")):
        guess.scale, guess.match_by = "likert_1_5", "number"
        guess.review = "statement, reversed: 1 = fully agree?"
    elif labels:
        guess.scale, guess.match_by, guess.options = "single", _match(labels), labels
        guess.review = "one answer?"
    else:
        _without_labels(guess)
    return guess


def _without_labels(guess: Guess) -> None:
    column = guess.column
    whole = {_whole(v) for v in column.values}
    extra = sorted(v for v in whole if v is not None and not 1 <= v <= 10)
    if not column.n_filled and not column.is_number:
        guess.scale, guess.review = "open_text", "empty in this file: what is asked?"
    elif (
        column.is_number and len(whole & set(range(1, 11))) >= 8 and len(extra) <= _MOST_NON_GRADES
    ):
        guess.scale, guess.match_by = "grade_1_10", "number"
        guess.missing = {str(v): ("dont_know", "Weet niet / geen mening") for v in extra}
        guess.review = "grade 1-10?" + (f" {extra} read as don't know" if extra else "")
    elif column.is_number and (len(column.values) > 15 or not column.values):
        if column.longest <= 3:
            guess.scale, guess.match_by = "years", "number"
            guess.review = "a number: years?"
        else:
            guess.binding, guess.review = "ignored", "a number: what does it count?"
    elif column.values and (column.longest <= _LONGEST_OPTION or column.n_distinct <= 15):
        labels = {v: v for v in column.values}
        _take_missing(guess, labels)
        guess.scale, guess.options = "single", labels
        guess.match_by = "number" if column.is_number else "label"
        guess.review = "one answer; labels are the codes of the file"
    else:
        guess.scale, guess.review = "open_text", "open answer?"


def _take_missing(guess: Guess, labels: dict[str, str]) -> None:
    """Move codes that mean no answer out of the labels."""
    for code, label in list(labels.items()):
        reason = (
            "refused" if _REFUSED.search(label) else "dont_know" if _DONT_KNOW.search(label) else ""
        )
        declared = any(low <= n <= high for n in [_number(code)] if n is not None
                       for low, high in guess.column.missing)  # fmt: skip
        if reason or declared:
            guess.missing[code] = (reason or "skipped", labels.pop(code))
    for low, high in guess.column.missing:
        codes = {low, high} if low == high else {
            n for v in guess.column.values if (n := _number(v)) is not None and low <= n <= high
        }  # fmt: skip
        for n in codes:
            code = str(int(n)) if n == int(n) else str(n)
            if code not in guess.missing and code not in labels:
                guess.missing[code] = ("skipped", "Ontbreekt volgens het SPSS-bestand")


def _group_ticked(guesses: list[Guess]) -> None:
    """Columns with only ticks that share a stem are the options of one question."""
    stems: dict[str, list[tuple[Guess, re.Match | None]]] = {}
    for guess in guesses:
        column = guess.column
        match = _SUB.match(column.name)
        if guess.binding != "single_column" or not (match or column.multiple_set):
            continue
        if column.multiple_set or _is_ticked(column, (match["sub"] or "") if match else ""):
            stem = column.multiple_set or match["stem"]  # type: ignore[index]
            stems.setdefault(stem, []).append((guess, match))
    for stem, members in stems.items():
        if len(members) < 2:
            continue
        for guess, match in members:
            _make_one_hot(guess, stem, match)


def _is_ticked(column: Column, sub: str) -> bool:
    codes = column.codes
    if column.labels:
        ticked = [label for label in column.labels.values() if _TICKED.fullmatch(label)]
        return len(ticked) == 1 and len(column.labels) <= 2
    return bool(codes) and (codes == {sub} or any(codes <= known for known in _TICKED_VALUES)
                            or (len(codes) == 1 and not column.is_number))  # fmt: skip


def _make_one_hot(guess: Guess, stem: str, match: re.Match | None) -> None:
    column = guess.column
    codes = column.codes
    guess.binding, guess.scale, guess.group, guess.match_by = "one_hot", "multiple", stem, ""
    guess.options, guess.missing = {}, {}
    ticked = [c for c, label in column.labels.items() if _TICKED.fullmatch(label)]
    known = next((v for v in ("Y", "Yes", "Ja", "1", "TRUE") if v in codes), None)
    guess.true_value = ticked[0] if ticked else known or next(iter(sorted(codes)), "1")
    # SPSS labels the tick alone and leaves the 0 of who did not tick without a label.
    others = (codes | ({"0"} if column.labels else set())) - {guess.true_value}
    guess.false_value = min(others) if others else ""
    in_text = _OPTION.match(column.text)
    sub = (match["sub"] or match["number"]) if match else column.name
    whole = re.sub(r"^\[[\w.]+\]\s*", "", column.text)
    guess.option_text = (in_text["option"] if in_text else whole.split("|")[-1]).strip()
    if guess.option_text == column.name:
        guess.option_text = sub
    guess.review = f"option of {stem}: '{guess.true_value}' means ticked?"


def _match(labels: dict[str, str]) -> str:
    return "number" if all(_number(code) is not None for code in labels) else "code"


def _are_numbers(labels: dict[str, str]) -> bool:
    return all(_number(label.split()[0]) is not None for label in labels.values() if label)


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    number = _number(text)
    return int(number) if number is not None and number == int(number) else None
