"""What pollsters disclose of a survey: every element of the list, and gaps that are said to be."""

from datetime import date
from types import SimpleNamespace

from peil.settings import PROJECT
from peil.site.account import account_of
from peil.site.numbers import Numbers
from peil.site.texts import Texts
from small_survey import rows_of

ELEMENTS = [
    "Opdrachtgever", "Uitgever", "Veldwerk", "Over wie het gaat", "Bronnen",
    "Hoe mensen werden gevraagd", "Soort steekproef", "Deelnemers", "Weging", "Aannames",
    "Nauwkeurigheid", "Zelf nagaan", "Vragen",
]  # fmt: skip
SURVEY = {
    "survey_code": "s", "fieldwork_start": date(2024, 7, 1), "fieldwork_end": date(2024, 8, 31),
    "n_respondents": 1234, "confidence_level": 0.9, "caution": None, "is_random_sample": False,
    **dict.fromkeys(("client", "publisher", "target_population", "sources", "recruitment",
                     "sample_kinds", "contact")),
}  # fmt: skip


def account(weighting=(), estimates=(), **known) -> dict[str, str]:
    survey = SimpleNamespace(**(SURVEY | known))
    reading = SimpleNamespace(
        t=Texts("nl"), numbers=Numbers("nl"), measures=SimpleNamespace(unit_of=lambda *_: "share"),
        data=SimpleNamespace(weighting=list(weighting), estimates=list(estimates)),
    )  # fmt: skip
    return dict(account_of(reading, survey))


def test_every_element_is_there_and_a_gap_is_said_to_be_one():
    found = account()
    assert list(found) == ELEMENTS
    gaps = {name for name, text in found.items() if text == "niet opgegeven"}
    assert gaps == {"Opdrachtgever", "Uitgever", "Over wie het gaat", "Bronnen",
                    "Hoe mensen werden gevraagd", "Soort steekproef", "Weging",
                    "Vragen"}  # fmt: skip


def test_what_seeds_say_is_said():
    found = account(client="de raad", target_population="inwoners", recruitment="per brief",
                    sample_kinds="een open link", contact="post@voorbeeld.nl")  # fmt: skip
    assert found["Opdrachtgever"] == "de raad"
    assert found["Hoe mensen werden gevraagd"] == "per brief"
    assert found["Veldwerk"] == "1 juli 2024 tot en met 31 augustus 2024"
    assert "1.234 vragenlijsten" in found["Deelnemers"]
    assert "Niemand is geloot" in found["Aannames"]
    assert found["Nauwkeurigheid"] == "Marges gelden op 90%."


def test_weights_and_precision_are_those_of_the_figures():
    weights = SimpleNamespace(survey_code="s", is_default_scheme=True, label="Naar leeftijd",
                              deff_weights=1.104, n_effective=1118, min_weight=0.4,
                              max_weight=2.71)  # fmt: skip
    figure = {"survey_code": "s", "segment_code": "total", "is_default_scheme": True,
              "question_code": "q", "statistic": "share"}  # fmt: skip
    ends = ((0.4, 0.44), (0.1, 0.164), (None, None))
    found = account(
        [weights], [SimpleNamespace(**figure, ci_low=low, ci_high=high) for low, high in ends]
    )
    assert found["Weging"] == (
        "Naar leeftijd: het ontwerpeffect is 1,10, de antwoorden zijn er 1.118 waard, gewichten "
        "lopen van 0,40 tot 2,71."
    )
    assert "hoogstens 3,2 procentpunt" in found["Nauwkeurigheid"]


def test_the_demo_leaves_no_gap():
    for row in rows_of(PROJECT / "seeds" / "publications.csv"):
        assert all(row[name] for name in ("client", "publisher", "population", "recruitment"))
