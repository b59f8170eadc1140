"""The weighting scheme of a draft: margins of residents, weights as given, or none."""

from collections.abc import Callable
from dataclasses import dataclass, field

from peil.codebook.sources import read_rows
from peil.drafting.background import gender_levels
from peil.drafting.guess import Guess
from peil.drafting.residents import NETHERLANDS, Residents, netherlands
from peil.settings import PROJECT

Rows = list[dict[str, object]]


# With so many municipalities in it a file is about the country.
_COUNTRY = 100
ADULT = 18


@dataclass
class Frame:
    """Rows of the seeds about groups and weights, and the sentence that says how it weights."""

    sentence: str = ""
    sentence_nl: str = ""
    tables: dict[str, Rows] = field(default_factory=dict)

    def add(self, seed: str, **row: object) -> None:
        self.tables.setdefault(seed, []).append(row)


@dataclass(frozen=True)
class Setting:
    """What the seeds call the survey and wave, and the residents to weight to, if any."""

    survey: str
    wave: str
    year: int
    residents: Residents | str | None


def add_scheme(
    frame: Frame, by_role: dict[str, Guess], bands: dict[str, tuple[int, int]],
    code_of: Callable[[Guess], str], option_of: Callable[[Guess, str], str], setting: Setting,
) -> None:  # fmt: skip
    """Add the one scheme that a draft has, and say in a sentence how it weights."""
    template = next(
        row for row in read_rows(PROJECT / "seeds" / "weighting_schemes.csv")
        if row["scheme_code"] == "unweighted"
    )  # fmt: skip
    design = {
        "stratum_attribute_code": code_of(by_role["stratum"]) if "stratum" in by_role else "",
        "cluster_attribute_code": code_of(by_role["cluster"]) if "cluster" in by_role else "",
        "inference_unit": "cluster" if "cluster" in by_role else "respondent",
    }
    weight = by_role.get("weight") or by_role.get("base_weight")
    raked = _margins(frame, by_role, bands, code_of, option_of, setting)
    if raked:
        code, label_nl, label_en, method = (
            "raked", "Gewogen naar geslacht en leeftijd", "Weighted by gender and age", "calibrated"
        )  # fmt: skip
        start = f", starting from '{weight.column.name}'" if weight else ""
        frame.sentence = f"Weighted by gender and age{start}: {raked}."
        frame.sentence_nl = f"Gewogen naar geslacht en leeftijd. {raked}."
    elif weight:
        code, label_nl, label_en, method = (
            "as_given", "Gewogen met de aangeleverde gewichten", "Weighted as delivered",
            "weights_as_given",
        )  # fmt: skip
        frame.sentence = f"Weighted with '{weight.column.name}', as delivered."
        frame.sentence_nl = "Gewogen met de gewichten in het bestand."
    else:
        code, label_nl, label_en, method = (
            template["scheme_code"], "Ongewogen", "Unweighted", "weights_as_given"
        )  # fmt: skip
        frame.sentence = f"Unweighted: no weight in the file and {_why_not(by_role, bands)}."
        frame.sentence_nl = "Ongewogen."
    frame.add(
        "weighting_schemes",
        **{**template, **design, "scheme_code": code, "survey_code": setting.survey,
           "label_nl": label_nl, "label_en": label_en, "variance_method": method,
           "is_default": "true", "sort_order": 1},
    )  # fmt: skip


def _why_not(by_role: dict[str, Guess], bands: dict[str, tuple[int, int]]) -> str:
    gender = by_role.get("gender")
    if not gender or set(gender_levels(gender.options).values()) != {"M", "V"}:
        return "no gender with labels to weight by"
    if not bands:
        return "no age to weight by"
    return (
        "no residents to weight to (`--population FILE`, `--population 2024` for those of CBS, "
        f"or `--population {NETHERLANDS}` for the whole country)"
    )


def _margins(
    frame: Frame, by_role: dict[str, Guess], bands: dict[str, tuple[int, int]],
    code_of: Callable[[Guess], str], option_of: Callable[[Guess, str], str], setting: Setting,
) -> str:  # fmt: skip
    """Targets for gender and age; returns where they come from, empty where there are none."""
    gender = by_role.get("gender")
    age = next((by_role[r] for r in ("age", "birth_year", "age_band") if r in by_role), None)
    if not gender or not age or not bands:
        return ""
    sexes = {code: sex for code, sex in gender_levels(gender.options).items()
             if gender.column.listed.get(code)}  # fmt: skip
    if set(sexes.values()) != {"M", "V"}:
        return ""
    place = by_role.get("municipality")
    regions = set(place.options) if place else set()
    residents = setting.residents
    if residents == NETHERLANDS or (
        residents is None and len(regions) >= _COUNTRY and "weight" not in by_role
    ):
        residents, regions = netherlands(setting.year), set()
    if not isinstance(residents, Residents):
        return ""
    chosen = residents.of(regions)
    start = min(low for low, _ in bands.values()) or ADULT
    last = max(high for _, high in bands.values())
    ages = {level: (max(low, start), high) for level, (low, high) in bands.items()}
    inside = [(sex, a, n) for _, sex, a, n in chosen.cells if start <= a <= last
              and any(low <= a <= high for low, high in ages.values())]  # fmt: skip
    if not inside:
        return ""
    for letter in ("M", "V"):
        level = next(code for code, sex in sexes.items() if sex == letter)
        _target(frame, setting, code_of(gender), option_of(gender, level),
                sum(n for sex, _, n in inside if sex == letter))  # fmt: skip
    for level, (low, high) in ages.items():
        _target(frame, setting, code_of(age), level,
                sum(n for _, a, n in inside if low <= a <= high))  # fmt: skip
    for guess in (gender, age):
        frame.add("weighting_variables", scheme_code="raked", attribute_code=code_of(guess),
                  target_source="seed")  # fmt: skip
    ordered = sorted(ages, key=lambda level: ages[level])
    for i, level in enumerate(ordered):
        for number, j in enumerate((i + 1, i - 1), start=1):
            if 0 <= j < len(ordered):
                frame.add("weighting_ladders", scheme_code="raked", attribute_code=code_of(age),
                          level_code=level, neighbour_level_code=ordered[j],
                          sort_order=2 * i + number)  # fmt: skip
    lacking = residents.absent(regions)
    unknown = f"; without {', '.join(lacking)}, which it does not have" if lacking else ""
    return f"{residents.line}, {start} jaar en ouder{unknown}"


def _target(frame: Frame, setting: Setting, attribute: str, level: str, total: float) -> None:
    frame.add("weighting_margins", wave_code=setting.wave, attribute_code=attribute,
              level_code=level, total=round(total, 3))  # fmt: skip
