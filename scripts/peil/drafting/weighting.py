"""Attributes, segments and a weighting scheme that works, from the background of respondents."""

from collections.abc import Callable

from peil.drafting.background import age_bands, gender_levels
from peil.drafting.guess import Guess
from peil.drafting.places import municipality
from peil.drafting.schemes import ADULT, Frame, Setting, add_scheme

# The bands of the Burgerpeiling.
_BANDS = ((18, 29), (30, 39), (40, 54), (55, 64), (65, 74), (75, 120))
_OLDEST = 120
_FEWEST_PER_BAND = 20
_MOST_SEGMENTS, _MOST_LEVELS = 5, 15
# A group of fewer municipal answers is indicative: the publication floor of the Burgerpeiling.
_INDICATIVE = 475


def make_frame(
    guesses: list[Guess],
    code_of: Callable[[Guess], str],
    option_of: Callable[[Guess, str], str],
    setting: Setting,
) -> Frame:
    """The groups that figures are made of, and the weights.

    Args:
        guesses: one per column.
        code_of: the question code of a guess.
        option_of: the option code of a value of it.
        setting: survey, wave and residents.
    """
    frame = Frame()
    total = {"label_nl": "Totaal", "label_en": "Total"}
    frame.add("segments", segment_code="total", survey_code=setting.survey, comparison="none",
              shows_kpis="true", sort_order=1, **total)  # fmt: skip
    by_role = {g.role: g for g in guesses if g.role and g.role != "background"}
    grouped = [g for role in ("gender", "age", "birth_year", "age_band")
               if (g := by_role.get(role))]  # fmt: skip
    grouped += [g for g in guesses if g.role == "background" and _is_segment(g)][:_MOST_SEGMENTS]
    bands: dict[str, tuple[int, int]] = {}
    for guess in grouped:
        bands |= _attribute(frame, guess, code_of(guess), option_of, setting)
    for role in ("stratum", "cluster"):
        if role in by_role:
            _levels(frame, by_role[role], code_of(by_role[role]), option_of, setting)
    if "municipality" in by_role:
        _municipalities(frame, by_role["municipality"], code_of(by_role["municipality"]), setting)
    _contrast(frame, by_role.get("gender"), code_of, option_of, setting)
    add_scheme(frame, by_role, bands, code_of, option_of, setting)
    return frame


def _is_segment(guess: Guess) -> bool:
    few = 2 <= len(guess.options) <= _MOST_LEVELS
    return few and guess.column.n_filled >= 0.5 * guess.column.n_rows


def _label(guess: Guess) -> str:
    text = guess.column.text.strip()
    return text if len(text) <= 60 else text[:59].rstrip() + "…"


def _attribute(
    frame: Frame, guess: Guess, code: str, option_of: Callable[[Guess, str], str], setting: Setting
) -> dict[str, tuple[int, int]]:
    """An attribute with its levels and segment; returns the ages of its levels."""
    label = _label(guess)
    bands: dict[str, tuple[int, int]] = {}
    if guess.role in {"age", "birth_year"}:
        bands = _number_bands(frame, guess, code, setting)
        if len(bands) < 2:
            frame.tables["attribute_levels"] = [
                row
                for row in frame.tables.get("attribute_levels", [])
                if row["attribute_code"] != code
            ]
            return {}
        kind = "number_band"
    else:
        kind = "question"
        _level_rows(frame, guess, code, option_of)
        if guess.role == "age_band":
            bands = {option_of(guess, c): ends for c, ends in age_bands(guess.options).items()}
    frame.add("attributes", attribute_code=code, survey_code=setting.survey, kind=kind,
              question_code=code, label_nl=label, label_en=label)  # fmt: skip
    n_levels = len(bands) or len(guess.options)
    frame.add("segments", segment_code=code, survey_code=setting.survey, attribute_code=code,
              comparison="pairs" if n_levels <= 6 else "against_total", shows_kpis="false",
              label_nl=label, label_en=label,
              sort_order=len(frame.tables["segments"]) + 1)  # fmt: skip
    return bands


def _level_rows(
    frame: Frame, guess: Guess, code: str, option_of: Callable[[Guess, str], str]
) -> None:
    known = gender_levels(guess.options) if guess.role == "gender" else guess.options
    if guess.role == "age_band":
        known = dict.fromkeys(age_bands(guess.options), "")
    done: set[str] = set()
    for value, label in guess.options.items():
        level = option_of(guess, value)
        if level in done:
            continue
        done.add(level)
        frame.add("attribute_levels", attribute_code=code, level_code=level, label_nl=label,
                  label_en=label, has_population_target=str(value in known).lower(),
                  is_reported="true", sort_order=len(done))  # fmt: skip


def _levels(
    frame: Frame, guess: Guess, code: str, option_of: Callable[[Guess, str], str], setting: Setting
) -> None:
    label = _label(guess)
    frame.add("attributes", attribute_code=code, survey_code=setting.survey, kind="question",
              question_code=code, label_nl=label, label_en=label)  # fmt: skip
    _level_rows(frame, guess, code, option_of)


def _number_bands(
    frame: Frame, guess: Guess, code: str, setting: Setting
) -> dict[str, tuple[int, int]]:
    ages: dict[int, int] = {}
    for value, n in guess.column.listed.items():
        if value.isdigit() and value not in guess.missing:
            age = setting.year - int(value) if guess.role == "birth_year" else int(value)
            ages[age] = ages.get(age, 0) + n
    lowest = min(ages, default=ADULT)
    bands = [(min(lowest, low) if low == ADULT else low, high) for low, high in _BANDS]
    counts = [sum(n for age, n in ages.items() if low <= age <= high) for low, high in bands]
    # A band with hardly anybody joins a neighbour: it could not be weighted to.
    while len(bands) > 1 and min(counts) < _FEWEST_PER_BAND:
        i = counts.index(min(counts))
        j = i - 1 if i == len(bands) - 1 or (i and counts[i - 1] <= counts[i + 1]) else i + 1
        a, b = min(i, j), max(i, j)
        bands[a : b + 1] = [(bands[a][0], bands[b][1])]
        counts[a : b + 1] = [counts[a] + counts[b]]
    found: dict[str, tuple[int, int]] = {}
    for number, (low, high) in enumerate(bands, start=1):
        level = f"{low}+" if high == _OLDEST else f"{low}-{high}"
        found[level] = (low, high)
        ends = (low, high)
        if guess.role == "birth_year":
            ends = (setting.year - high, setting.year - low)
        frame.add("attribute_levels", attribute_code=code, level_code=level, label_nl=level,
                  label_en=level, value_from=ends[0], value_to=ends[1],
                  has_population_target="true", is_reported="true", sort_order=number)  # fmt: skip
    return found


def _municipalities(frame: Frame, guess: Guess, code: str, setting: Setting) -> None:
    for place_code, label in guess.options.items():
        place = municipality(place_code)
        frame.add("municipalities", municipality_code=place_code, survey_code=setting.survey,
                  municipality_number=place.number if place else "",
                  label=label.replace(" (gemeente)", ""))  # fmt: skip
    label = _label(guess)
    frame.add("attributes", attribute_code=code, survey_code=setting.survey, kind="region",
              question_code=code, label_nl=label, label_en=label)  # fmt: skip
    if len(guess.options) > 1 or not guess.options:
        frame.add("segments", segment_code=code, survey_code=setting.survey, attribute_code=code,
                  comparison="against_total", indicative_below=_INDICATIVE, shows_kpis="true",
                  label_nl=label, label_en=label,
                  sort_order=len(frame.tables["segments"]) + 1)  # fmt: skip


def _contrast(
    frame: Frame, gender: Guess | None, code_of: Callable[[Guess], str],
    option_of: Callable[[Guess, str], str], setting: Setting,
) -> None:  # fmt: skip
    if not gender:
        return
    levels = {sex: code for code, sex in gender_levels(gender.options).items()}
    if set(levels) != {"M", "V"} or len(gender.options) > 6:
        return
    frame.add("contrasts", survey_code=setting.survey, contrast_code=code_of(gender),
              attribute_code=code_of(gender),
              comparison_level_code=option_of(gender, levels["V"]),
              reference_level_code=option_of(gender, levels["M"]),
              label_nl="Vrouwen vergeleken met mannen", label_en="Women compared with men",
              sort_order=1)  # fmt: skip
