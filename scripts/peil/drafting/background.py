"""Who the respondents are: municipality, gender, age, and what else groups them."""

import re
from itertools import pairwise

from peil.drafting import cues
from peil.drafting.columns import SLIPS, Column
from peil.drafting.guess import LIKELY, UNSURE, Guess
from peil.drafting.places import municipality, share_known

# A column is a municipality when so many of its answers are on the list of CBS.
_KNOWN = 1 - 0.02
_MOST_LEVELS = 25
_AGES = re.compile(
    r"(?P<low>\d{1,3})\s*(-|–|—|t/m|tot en met|tot|to|until|through|/|en)\s*(?P<high>\d{1,3})"
    r"|(?P<open>\d{1,3})\s*(\+|(jaar |years )?(en|of|and|or) (ouder|older|over|more|meer|above)"
    r"|plus)"
    r"|(jonger dan|onder|under|younger than|less than|tot|up to|<)\s*(?P<below>\d{1,3})"
    r"|(ouder dan|older than|over|boven|>)\s*(?P<above>\d{1,3})",
    re.IGNORECASE,
)


def add_background(guesses: list[Guess]) -> None:
    """Say of questions that they are about the respondent, and what role they play."""
    taken: set[str] = set()
    for find in (_municipality, _gender, _age, _birth_year, _age_band):
        for guess in guesses:
            if guess.binding != "single_column" or guess.role or guess.group:
                continue
            if (role := find(guess)) and role not in taken:
                taken.add("age" if role in {"age", "birth_year", "age_band"} else role)
                taken.add(role)
                _make(guess, role)
                break
        if "age" in taken and find is _age:
            taken |= {"birth_year", "age_band"}
    for guess in guesses:
        if not guess.role and guess.binding == "single_column" and _is_background(guess):
            _make(guess, "background")


def _make(guess: Guess, role: str) -> None:
    guess.role, guess.topic, guess.is_reported = role, "background", False
    guess.understood = role.replace("_", " ") if role != "background" else "background"
    if role == "background":
        guess.new_scale, guess.review = None, ""
    if role != "municipality":
        guess.mark(f"background of the respondent ({guess.understood})?", LIKELY)


def _municipality(guess: Guess) -> str:
    column = guess.column
    named = cues.MUNICIPALITY.search(column.name) or (
        cues.MUNICIPALITY.search(column.text) and not cues.OPINION.search(column.text)
    )
    labels = {c: t for c, t in column.labels.items() if c not in guess.missing}
    if column.is_format and named and column.is_number and not labels:
        guess.scale, guess.match_by, guess.group = "single", "number", "municipalities"
        guess.options, guess.missing, guess.new_scale = {}, {}, None
        guess.mark("municipalities.csv must list them", UNSURE)
        return "municipality"
    answers = [(v, n) for v, n in column.listed.items() if v not in guess.missing]
    if not answers or column.n_filled < _KNOWN * column.n_rows:
        return ""
    by_label = [(labels[v], n) for v, n in answers if v in labels]
    # Labels say what a code is; without them a number needs a column that says municipality.
    if labels and len(by_label) == len(answers):
        known = share_known(by_label) if not all(_is_number(t) for t, _ in by_label) else 0
        if known < _KNOWN or (not named and len(by_label) < 3):
            return ""
        guess.fixes = {
            value: place.code for value, _ in answers if (place := municipality(labels[value]))
        }
        places = set(guess.fixes.values())
        if all((p := municipality(v)) and p.code == guess.fixes.get(v) for v, _ in answers):
            guess.fixes = {}
        guess.match_by = "number" if column.is_number else "code"
    elif share_known(answers) >= _KNOWN and (
        named or (len(answers) > 3 and all(re.search("[A-Za-z]", v) for v, _ in answers))
    ):  # fmt: skip
        places = {place.code for v, _ in answers if (place := municipality(v))}
        as_codes = all(re.fullmatch(r"GM\d{4}", v) for v, _ in answers)
        guess.match_by = "number" if column.is_number else "code"
        if not column.is_number and not as_codes:
            guess.fixes = {v: place.code for v, _ in answers if (place := municipality(v))}
    else:
        return ""
    guess.scale, guess.group, guess.new_scale = "single", "municipalities", None
    guess.options = {code: place.label for code in sorted(places) if (place := municipality(code))}
    guess.missing = {}
    n_unknown = column.n_rows - sum(n for v, n in answers if municipality(labels.get(v, v)))
    guess.review = ""
    guess.certainty = LIKELY
    if n_unknown:
        guess.mark(f"{n_unknown:,} rows without a municipality of CBS do not count", LIKELY)
    else:
        guess.mark(f"{len(places)} municipalities by the list of CBS?", LIKELY)
    return "municipality"


def _is_number(text: str) -> bool:
    return text.strip().isdigit()


def _gender(guess: Guess) -> str:
    column = guess.column
    if guess.scale != "single" or not 2 <= len(guess.options) <= 6:
        return ""
    levels = gender_levels(guess.options)
    named = cues.GENDER.search(column.name) or cues.GENDER.search(column.text)
    if {"M", "V"} <= set(levels.values()):
        one_letter = all(len(label.strip()) == 1 for label in guess.options.values())
        return "gender" if named or not one_letter else ""
    return "gender" if named and not cues.OPINION.search(column.text) else ""


def gender_levels(options: dict[str, str]) -> dict[str, str]:
    """M or V per code whose label says so."""
    found = {}
    for code, label in options.items():
        if cues.WOMAN.fullmatch(label.strip()):
            found[code] = "V"
        elif cues.MAN.fullmatch(label.strip()):
            found[code] = "M"
    return found


def _age(guess: Guess) -> str:
    column = guess.column
    is_number = guess.scale == "years" or (guess.new_scale and guess.new_scale.kind == "number")
    if not is_number or not column.is_whole or not _is_about_age(column):
        return ""
    inside = sum(n for v, n in column.listed.items() if v.isdigit() and 10 <= int(v) <= 110)
    others = sum(n for v, n in column.listed.items() if v in guess.missing)
    if inside + others < (1 - SLIPS) * column.n_filled or inside < 0.5 * column.n_filled:
        return ""
    guess.scale, guess.new_scale, guess.match_by = "years", None, "number"
    return "age"


def _is_about_age(column: Column) -> bool:
    if cues.BIRTH_YEAR.search(column.words):
        return False
    return bool(cues.AGE.search(column.name) or (
        cues.AGE.search(column.text) and not cues.OPINION.search(column.text)
        and not re.search(r"kind|child|partner|woning|home|house", column.text, re.IGNORECASE)
    ))  # fmt: skip


def _birth_year(guess: Guess) -> str:
    column = guess.column
    if not column.is_number or not column.is_whole or not guess.new_scale:
        return ""
    inside = sum(n for v, n in column.listed.items() if v.isdigit() and 1900 <= int(v) <= 2020)
    is_named = cues.BIRTH_YEAR.search(column.words)
    return "birth_year" if is_named and inside >= (1 - SLIPS) * column.n_filled else ""


def _age_band(guess: Guess) -> str:
    if guess.scale != "single" or len(guess.options) < 2:
        return ""
    bands = age_bands(guess.options)
    if len(bands) < 2 or len(bands) < len(guess.options) - 1:
        return ""
    column = guess.column
    years = sum("jaar" in t.lower() or "year" in t.lower() for t in guess.options.values())
    about = _is_about_age(column)
    highest = max(high for _, high in bands.values())
    return "age_band" if about or (years >= len(bands) - 1 and highest >= 60) else ""


def age_bands(options: dict[str, str]) -> dict[str, tuple[int, int]]:
    """First and last age per code whose label is a band of ages."""
    found: dict[str, tuple[int, int]] = {}
    for code, label in options.items():
        text = re.sub(r"\s+", " ", label.strip())
        match = _AGES.search(text)
        if not match:
            continue
        if match["low"]:
            low, high = int(match["low"]), int(match["high"])
            # "18 tot 30" ends at 29.
            if re.search(r"\d\s*tot\s*\d", text, re.IGNORECASE):
                high -= 1
        elif match["open"]:
            low, high = int(match["open"]), 120
        elif match["below"]:
            low, high = 0, int(match["below"]) - 1
        else:
            low, high = int(match["above"]) + 1, 120
        if 0 <= low <= high <= 120:
            found[code] = (low, high)
    spans = sorted(found.values())
    overlap = any(a[1] >= b[0] for a, b in pairwise(spans))
    return {} if overlap else found


def _is_background(guess: Guess) -> bool:
    column = guess.column
    if guess.scale != "single" or guess.item_text:
        return False
    if guess.new_scale and _opinions(guess):
        return False
    if not 2 <= len(guess.options) <= _MOST_LEVELS or cues.OPINION.search(column.text):
        return False
    if cues.BACKGROUND.search(column.name) and column.name != column.text:
        return True
    text = re.sub(r"^\[[\w.]+\]\s*", "", column.text)
    asks = len(text) <= _SHORT_TEXT or _ASKS.match(text)
    return bool(asks and cues.BACKGROUND.search(text))


def _opinions(guess: Guess) -> bool:
    """Whether the answers themselves judge something; low to high says how much one has."""
    return any(cues.OPINION.search(label) or re.search(r"goed|slecht|good|bad|veilig|safe", label,
               re.IGNORECASE) for label in guess.options.values())  # fmt: skip


# How background is asked after; a longer text that holds such a word is about something else.
_SHORT_TEXT = 30
_ASKS = re.compile(
    r"(wat is (uw|je|de) |welke? .{0,40}(heeft|hebt|volgt) u|tot welk|in welke? |hoe lang woont|"
    r"what (is|was) (your|the highest)|what best describes your|which (best )?describes your|"
    r"how (long|many years) have you lived|do you (own|rent)|are you (currently )?(employed|hisp)|"
    r"bent u (in het bezit|huurder|eigenaar)|hoe is uw huishouden|uit hoeveel personen).{0,60}$",
    re.IGNORECASE,
)
