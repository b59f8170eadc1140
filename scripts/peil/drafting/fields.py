"""Columns that are no questions: who answered and when, tests, weights, strata, clusters."""

import re
from collections.abc import Iterable

from peil.drafting import cues
from peil.drafting.columns import SLIPS, Column
from peil.drafting.guess import LIKELY, UNSURE, Guess, ignored
from peil.drafting.sampling import design, find_weights, matches, names
from peil.landing.privacy import NAMES

_IDENTIFIERS = re.compile(
    r"recipient.*|ip.?addr.*|externalreference|externaldatareference|location(latitude|longitude)"
    r"|token|refurl|emailaddress|name|e-?mail",
    re.IGNORECASE,
)
# Fewer rows than this, and every number is unique by chance.
_FEWEST_UNIQUE = 20
_UNIQUE, _FILLED = 0.8, 1 - SLIPS


def find_fields(columns: list[Column], file_format: str) -> dict[str, Guess]:
    """A guess per column that is no question; each field of the respondent is bound once."""
    found: dict[str, Guess] = {}
    for column in columns:
        if guess := _by_name(column):
            found[column.name] = guess
    rest = [c for c in columns if c.name not in found]
    for find in (find_weights, _numbers, _dates, _completion, _tests, _durations):
        for guess in find([c for c in rest if c.name not in found], file_format):
            found[guess.column.name] = guess
    for column in rest:
        if column.name not in found and (guess := _leftover(column)):
            found[column.name] = guess
    return found


def _by_name(column: Column) -> Guess | None:
    if cues.RESPONDENT.fullmatch(column.name.strip().lower()) or column.labels:
        return None
    if matches(column, _IDENTIFIERS) or NAMES.search(column.name):
        return Guess(column, "identifier", understood="identifies people: dropped at the door")
    if column.holds:
        guess = Guess(column, "identifier", understood=f"holds {column.holds}: dropped at the door")
        return guess.mark(f"holds {column.holds}?")
    return None


def _numbers(columns: list[Column], _: str) -> Iterable[Guess]:
    """The respondent number: unique whole numbers or codes, whatever the column is called."""
    candidates = [
        c for c in columns
        if not c.labels and not c.is_date and _is_unique(c) and (
            _is_number_name(c) or not c.is_number or _is_dense(c))
    ]  # fmt: skip
    if not candidates:
        # Numbers that look like those of people are empty by now; their column is still theirs.
        candidates = [
            c for c in columns
            if not c.labels and not c.n_filled and matches(c, cues.RESPONDENT)
        ]  # fmt: skip
    candidates.sort(key=lambda c: (not _is_number_name(c), columns.index(c)))
    for first, column in enumerate(candidates):
        named = _is_number_name(column)
        if first == 0:
            guess = Guess(column, "metadata", field="respondent_id", understood="respondent number")
            yield guess.mark(
                "read as respondent_id?" if named
                else "read as respondent_id: every row has another number",
                LIKELY,
            )  # fmt: skip
        elif named or _is_dense(column):
            yield ignored(column, "another number that differs on every row: not used")


def _is_number_name(column: Column) -> bool:
    return any(cues.RESPONDENT.search(name) for name in names(column) if len(name) <= 40)


def _is_dense(column: Column) -> bool:
    """Numbers in a row, or long ones: amounts of money differ on every row as well."""
    if column.highest is None or column.lowest is None:
        return False
    return column.highest - column.lowest < 20 * column.n_rows or column.lowest >= 10**7


def _is_unique(column: Column) -> bool:
    if not column.n_filled or column.n_filled < _FILLED * column.n_rows:
        return False
    if column.is_number and not column.is_whole:
        return False
    if not column.is_number and (column.longest > 64 or any(" " in v for v, _ in column.cells)):
        return False
    share = column.n_distinct / column.n_filled
    if column.n_filled >= _FEWEST_UNIQUE and share >= (1 - 0.02):
        return True
    return share >= _UNIQUE and any(cues.RESPONDENT.fullmatch(name) for name in names(column))


def _dates(columns: list[Column], file_format: str) -> Iterable[Guess]:
    dates = [c for c in columns if c.is_date and not c.labels]
    is_tool = file_format.startswith("limesurvey")
    usable = [
        c for c in dates
        if not any(cues.OTHER_DATE.search(n) for n in names(c))
        and (c.n_filled >= 0.9 * c.n_rows or (is_tool and c.name.lower() == "submitdate"))
    ]  # fmt: skip
    usable.sort(key=lambda c: (not matches(c, cues.END_DATE), -columns.index(c)))
    # Where nothing else says that a row was submitted, an empty date of the tool does.
    if not usable:
        usable = [c for c in columns if c.name.lower() == "submitdate" and is_tool]
    for column in dates:
        if usable and column is usable[0]:
            continue
        sparse = column.n_filled < 0.9 * column.n_rows and matches(column, cues.END_DATE)
        why = f"a date, empty in {column.n_rows - column.n_filled:,} rows: not used"
        yield ignored(column, why, UNSURE) if sparse else ignored(column)
    if usable:
        guess = Guess(usable[0], "metadata", field="submitted_at", understood="date of submission")
        yield guess.mark("read as submitted_at?", LIKELY)


def _completion(columns: list[Column], file_format: str) -> Iterable[Guess]:
    for column in columns:
        named = matches(column, cues.COMPLETE)
        labels = column.labels or {v: v for v in column.values}
        true = [code for code, label in labels.items() if cues.TRUE.fullmatch(label.strip())]
        false = [code for code, label in labels.items() if cues.FALSE.fullmatch(label.strip())]
        words = " ".join(labels.values())
        says_so = bool(true and false) and re.search(
            r"complet|voltooi|afgerond|partial|screen|quota", words, re.IGNORECASE
        )
        if not (named or says_so) or not labels or len(labels) > 12:
            continue
        if _is_status(labels) or (file_format.startswith("qualtrics") and column.name == "Status"):
            continue
        if column.labels and {"1", "0"} & set(true):
            true = [code for code in true if labels[code] != "0"]
        if not true and set(column.values) <= {"0", "1"} and not column.labels:
            true = ["1"]
        n_true = sum(column.values.get(code, 0) for code in true)
        undecided = set(column.values) - set(true) - set(false)
        if not n_true or column.n_filled < 0.9 * column.n_rows or undecided:
            if says_so or (named and column.labels):
                yield ignored(column, "completed or not? its answers do not say which", UNSURE)
            continue
        guess = Guess(column, "metadata", field="is_complete", true_value="|".join(true),
                      understood="completed, by its values")  # fmt: skip
        shown = ", ".join(f"{code} = {labels[code]}" if labels[code] != code else code
                          for code in true)  # fmt: skip
        yield guess.mark(f"read as is_complete: {shown}", LIKELY)
        return


def _is_status(labels: dict[str, str]) -> bool:
    """Qualtrics' Status: how a response came in, and whether it was a test."""
    return any(re.search(r"preview|survey test|ip address", v, re.I) for v in labels.values())


def _tests(columns: list[Column], file_format: str) -> Iterable[Guess]:
    for column in columns:
        labels = column.labels or {v: v for v in column.values}
        named = matches(column, cues.TEST_FLAG)
        is_status = _is_status(labels) or (
            file_format.startswith("qualtrics") and column.name.lower() == "status"
        )
        if not (named or is_status) or len(labels) > 20:
            continue
        if is_status:
            tests = [c for c, label in labels.items() if cues.TESTS.fullmatch(label)]
            # 1 preview, 2 test, 9 and 17 the same from a spammer or offline.
            default = "1|2|9|17" if column.is_number else "Survey Preview|Survey Test"
            true = "|".join(tests) if column.labels and tests else default
        else:
            ticked = [
                c
                for c, label in labels.items()
                if cues.TICKED.fullmatch(label.strip()) or cues.TESTS.fullmatch(label)
            ]
            ticked = [c for c in ticked if not cues.NOT_TICKED.fullmatch(labels[c].strip())]
            true = "|".join(ticked) or "1"
        n_true = sum(column.values.get(code, 0) for code in true.split("|"))
        if column.n_filled and n_true > 0.5 * column.n_filled and not is_status:
            yield ignored(column, "a test or not? most rows would be one", UNSURE)
            continue
        guess = Guess(column, "metadata", field="is_test", true_value=true,
                      understood="test or preview")  # fmt: skip
        yield guess.mark(f"read as is_test: {true.replace('|', ', ')}", LIKELY)
        return


def _durations(columns: list[Column], _: str) -> Iterable[Guess]:
    found = [c for c in columns if matches(c, cues.DURATION) and c.is_number and not c.labels]
    for number, column in enumerate(found):
        if number:
            yield ignored(column, "another duration: not used")
        else:
            guess = Guess(column, "metadata", field="duration_seconds", understood="duration")
            yield guess.mark("read as duration_seconds?", LIKELY)


def _leftover(column: Column) -> Guess | None:
    if matches(column, cues.ADMINISTRATION) and not column.labels:
        return ignored(column)
    if column.name.lower() in {"jr", "kw", "org", "veldwerkmodus", "wijknr"}:
        return ignored(column)
    if matches(column, cues.POSTCODE) and not column.labels and column.n_distinct > 20:
        return ignored(column, "a postcode: not used", LIKELY)
    if sampled := design(column):
        return sampled
    if not column.labels and matches(column, cues.COMPLETE) and not column.values:
        return ignored(column, "what does it say?", UNSURE) if column.n_filled else None
    return None
