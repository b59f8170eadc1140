"""Columns that belong together: options of one question, and items under one text."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from peil.drafting import cues
from peil.drafting.guess import LIKELY, UNSURE, Guess

_STEM = re.compile(
    r"^(?P<stem>.+?)(\[(?P<sub>[^\]]+)\]|[_.\-](?P<number>(SQ|o|r|opt|a|i)?\d{1,3}|[A-Za-z]|other|"
    r"anders)|(?P<digits>(?<=[A-Za-z])\d{1,2}|(?<=\d)[a-z]))$"
)
# The text of a question and the item under it, as tools join them.
_JOINTS = (" | ", " - ", " – ", ": ", "? ", " / ", "] ", ") ")
_BRACKETS = re.compile(r"^(?P<stem>.*?)\s*\[(?P<item>[^\[\]]+)\]$")
_OWN_CODE = re.compile(r"^\[[\w.]+\]\s*")
_TICKED_VALUES = ({"Y"}, {"Yes", "No"}, {"Ja", "Nee"}, {"1", "0"}, {"1"}, {"TRUE", "FALSE"},
                  {"true", "false"}, {"True", "False"}, {"x"}, {"X"}, {"yes", "no"}, {"ja", "nee"},
                  {"J", "N"}, {"Y", "N"}, {"1", "2"})  # fmt: skip
_SHORTEST_STEM = 12


def group_columns(guesses: list[Guess]) -> None:
    """Make options of one question of columns with ticks, and topics of columns with one text."""
    _file_sets(guesses)
    _batteries_of_ticks(guesses)
    _topics(guesses)


def _file_sets(guesses: list[Guess]) -> None:
    """The multiple-response sets that the file itself declares."""
    sets: dict[str, list[Guess]] = {}
    for guess in guesses:
        if guess.column.multiple_set and guess.binding == "single_column":
            sets.setdefault(guess.column.multiple_set, []).append(guess)
    for name, members in sets.items():
        if members[0].column.is_category_set:
            _make_categories(name, members)
            continue
        counted = members[0].column.counted_value or _ticked_value(members)[0]
        _make_ticks(name, members, counted, FILE_SET)


FILE_SET = "the file's own multiple-response set"


def _make_categories(name: str, members: list[Guess]) -> None:
    """Columns that each hold one of the answers that were chosen."""
    options = {code: label for guess in members for code, label in guess.options.items()}
    missing = {code: given for guess in members for code, given in guess.missing.items()}
    for guess in members:
        guess.group, guess.scale, guess.new_scale = name, "multiple", None
        guess.options, guess.missing = options, missing
        guess.group_text = guess.column.multiple_text or _common_text(members)
        guess.review, guess.understood = "", f"answer of {name}"
        guess.mark(f"{FILE_SET}: one of the answers that were chosen?", LIKELY)


def _batteries_of_ticks(guesses: list[Guess]) -> None:
    free = [g for g in guesses if g.binding == "single_column" and not g.group and not g.role]
    grouped = [g for g in guesses if g.group and g.binding == "one_hot"]
    for members in _runs(free, [_stem(g) for g in grouped]):
        ticks = [guess for guess in members if _may_be_tick(guess)]
        if guess := next((g for g in grouped if _stem(g) == _stem(members[0])), None):
            _join_set(guess, ticks)
            continue
        if len(ticks) < 2:
            continue
        codes = set().union(*(_codes(guess) for guess in ticks))
        if not _are_ticks(ticks, codes):
            continue
        value, certainty = _ticked_value(ticks)
        _make_ticks(_stem(members[0]), ticks, value, f"options of {_stem(members[0])}", certainty)
        for guess in members:
            if guess not in ticks and not guess.column.is_number:
                _make_text(guess, ticks)
                guess.mark(f"words beside the options of {_stem(members[0])}: open answer?")


def _make_text(guess: Guess, ticks: list[Guess]) -> None:
    """A text beside ticks: the tick of 'Other' itself, where no column ticks it; else read only."""
    guess.options, guess.new_scale, guess.missing, guess.match_by = {}, None, {}, ""
    is_other = cues.OTHER.match(_option_text(guess))
    if is_other and not any(cues.OTHER.match(tick.option_text) for tick in ticks):
        guess.binding, guess.scale, guess.group = "one_hot", "multiple", ticks[0].group
        guess.group_text, guess.option_text = ticks[0].group_text, _option_text(guess)
        guess.true_value, guess.false_value = "*", ticks[0].false_value
        guess.review, guess.understood = "", f"option of {guess.group}"
        guess.mark("any text means ticked?", LIKELY)
        return
    guess.scale, guess.is_reported = "open_text", False
    guess.review, guess.understood = "", "open answer"


def _join_set(known: Guess, ticks: list[Guess]) -> None:
    """Columns that the file's set forgot: its name and its answers, so its options."""
    alike = [g for g in ticks if set(g.column.labels.items()) == set(known.column.labels.items())
             and g.column.labels]  # fmt: skip
    if alike:
        _make_ticks(known.group, alike, known.true_value, f"options of {known.group}")
        for guess in alike:
            guess.group_text = known.group_text


def _runs(guesses: list[Guess], stems: Sequence[str] = ()) -> list[list[Guess]]:
    """Neighbours whose names, or whose texts, share a stem; one alone where its stem is known."""
    found: list[list[Guess]] = []
    for _, group in groupby(guesses, key=_stem):
        run = list(group)
        if (len(run) > 1 or _stem(run[0]) in stems) and _stem(run[0]):
            found.append(run)
    grouped = {id(guess) for run in found for guess in run}
    rest = [guess for guess in guesses if id(guess) not in grouped]
    for stem, group in groupby(rest, key=lambda g: _split(g.column.text)[0]):
        run = list(group)
        if len(run) > 1 and stem:
            found.append(run)
    return found


def _stem(guess: Guess) -> str:
    name = guess.column.name
    match = _STEM.match(name)
    if match:
        return match["stem"]
    return _split(name)[0]


def _split(text: str) -> tuple[str, str]:
    """The text of a question and the item under it; no stem where the text is whole."""
    whole = _OWN_CODE.sub("", text).strip()
    if (match := _BRACKETS.match(whole)) and match["stem"]:
        return match["stem"].strip(), match["item"].strip()
    for joint in _JOINTS:
        stem, found, item = whole.rpartition(joint)
        if found and item.strip() and len(stem) >= 3:
            return (stem + joint.rstrip(" |-–:/")).strip(), item.strip()
    return "", whole


def _codes(guess: Guess) -> set[str]:
    """The codes of a column that are answers."""
    column = guess.column
    return (set(column.labels) or set(column.values)) - set(guess.missing)


def _labels(guess: Guess) -> dict[str, str]:
    return {c: text for c, text in guess.column.labels.items() if c not in guess.missing}


def _may_be_tick(guess: Guess) -> bool:
    column, labels = guess.column, _labels(guess)
    given = set(column.values) - set(guess.missing)
    if labels:
        return len(labels) <= 2 and given <= set(labels) | {"0"}
    if not column.n_filled:
        return True
    return bool(given) and len(given) <= 2 and column.n_distinct <= 2 + len(guess.missing)


def _own_label(guess: Guess) -> str:
    """The code of a column whose one label is the text of its own option; empty elsewhere."""
    labels = _labels(guess)
    (code,) = labels if len(labels) == 1 else ("",)
    return code if code != "0" else ""


def _are_ticks(ticks: list[Guess], codes: set[str]) -> bool:
    """Two values over the whole battery, of which one is a tick; or each its own option's text."""
    labels = {label for guess in ticks for label in _labels(guess).values()}
    if all(map(_own_label, ticks)) and len(labels) == len(ticks):
        return True
    if labels:
        return len(labels) <= 2 and _ticked_label(labels) is not None
    filled = [guess for guess in ticks if guess.column.n_filled]
    if len(filled) < 1 or (len(filled) < 2 and len(ticks) < 3):
        return False
    if any(codes <= known for known in _TICKED_VALUES):
        # Two codes without labels may be two answers: of ticks some option lacks one of them,
        # or the text says that more answers may be given.
        return codes != {"1", "2"} or any(
            cues.CHOOSE_MORE.search(guess.column.words) or len(guess.column.values) == 1
            or _BRACKETS.match(guess.column.name) for guess in ticks
        )  # fmt: skip
    return (
        all(len(guess.column.values) == 1 and not guess.column.is_number for guess in filled)
        and len(codes) > 1
    )


def _ticked_label(labels: set[str]) -> str | None:
    """The label of a tick: never the one that denies it."""
    ticks = [x for x in labels if not cues.NOT_TICKED.fullmatch(x.strip())]
    if len(labels) == 1:
        return next(iter(ticks), None)
    if len(ticks) == 1:
        other = next(iter(labels - set(ticks)))
        known = cues.TICKED.fullmatch(ticks[0].strip())
        denied = re.sub(r"^(niet|not|non|un|geen|no)[ -]?", "", other.strip().lower())
        return ticks[0] if known or denied == ticks[0].strip().lower() or not denied else None
    return None


def _ticked_value(ticks: list[Guess]) -> tuple[str, str]:
    """The value that means ticked, by the options of the whole battery: never 0, No, FALSE."""
    labels = {label for guess in ticks for label in _labels(guess).values()}
    if all(map(_own_label, ticks)) and len(labels) == len(ticks):
        return "", LIKELY
    if labels and (label := _ticked_label(labels)) is not None:
        codes = Counter(
            code for guess in ticks for code, text in _labels(guess).items() if text == label
        )
        return codes.most_common(1)[0][0], LIKELY
    values = Counter(v for g in ticks for v in g.column.values if v not in g.missing)
    known = [v for v in values if cues.TICKED.fullmatch(v) and not cues.NOT_TICKED.fullmatch(v)]
    if known:
        unsure = set(values) == {"1", "2"}
        return ("1", UNSURE) if unsure else (known[0], LIKELY)
    return "", LIKELY


def _make_ticks(
    group: str, members: list[Guess], value: str, why: str, certainty: str = LIKELY
) -> None:
    others: Counter[str] = Counter()
    for guess in members:
        others.update(v for v in _codes(guess) if v != value)
    # SPSS labels the tick alone and leaves the 0 of who did not tick without a label.
    if value and not others and members[0].column.labels:
        others["0"] = 1
    common = others.most_common(1)[0][0] if others and value else ""
    text = members[0].column.multiple_text or _common_text(members)
    for guess in members:
        column = guess.column
        own_code = "" if value else _own_label(guess)
        own = value or own_code or next(iter(column.values), "") or _option_text(guess)
        guess.binding, guess.scale, guess.match_by = "one_hot", "multiple", ""
        guess.group, guess.new_scale, guess.is_reported = group, None, True
        left = (set(column.values) | set(_labels(guess))) - {own} - set(guess.missing)
        guess.options, guess.fixes, guess.true_value = {}, {}, own
        guess.false_value = (common if common in left or not left else min(left)) if value else (
            min(left, default="")
        )  # fmt: skip
        guess.option_text = column.labels[own_code] if own_code else _option_text(guess)
        guess.group_text = text
        guess.review, guess.understood = "", f"option of {group}"
        guess.certainty = LIKELY
        guess.mark(f"{why}: '{own}' means ticked?", certainty)


def _option_text(guess: Guess) -> str:
    column = guess.column
    text = _split(column.text)[1] if column.text != column.name else ""
    if not text:
        match = _STEM.match(column.name)
        text = _split(column.name)[1]
        if match and not _BRACKETS.match(column.name):
            text = match["sub"] or match["number"] or match["digits"]
        if not column.is_number and len(column.values) == 1:
            only = next(iter(column.values))
            text = only if not cues.TICKED.fullmatch(only) else text
    return text.strip() or column.name


def _common_text(members: list[Guess]) -> str:
    """The text that the columns share, as that of their question."""
    texts = [_split(guess.column.text)[0] for guess in members]
    if texts[0] and texts.count(texts[0]) >= len(texts) - 1:
        return texts[0].rstrip(" :|-–")
    return _stem(members[0]).rstrip(" _.-:|")


def _topics(guesses: list[Guess]) -> None:
    """Items with one answer list and one stem are a topic of their own."""
    free = [
        g
        for g in guesses
        if g.binding == "single_column"
        and not g.group
        and g.scale != "open_text"
        and g.column.n_rows
    ]
    for run in _runs(free):
        for _, same in groupby(run, key=_answers):
            members = list(same)
            if len(members) < 2 or not _answers(members[0]):
                continue
            text = _common_text(members)
            for guess in members:
                stem, item = _split(guess.column.text)
                shares = stem.rstrip(" :|-–") == text
                guess.topic, guess.group_text = _stem(members[0]) or text, text
                guess.item_text = item if shares and item else guess.column.text


def _answers(guess: Guess) -> tuple:
    return (guess.scale, tuple(guess.options.items()),
            guess.new_scale.code if guess.new_scale else "")  # fmt: skip
