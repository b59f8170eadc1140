"""The written summary follows the published figures: change a figure and the sentence changes."""

import re
import shutil
from pathlib import Path

import docx
import duckdb
import pytest
from peil.dutch import difference, figure, interval
from peil.report import write_summary
from peil.report.figures import read_published
from peil.report.sections import compose
from peil.settings import Places

from tests.python.conftest import options, peil

SECTIONS = [
    "Opzet", "Rapportcijfer", "Gebruikte contactkanalen", "Tevredenheid per kanaal", "Afhandelen",
    "Status volgen", "Digitale toegankelijkheid", "Toekomstig contact", "Aanbevelingen",
    "Hoe u deze cijfers leest",
]  # fmt: skip
TOTAL = "segment_code = 'total' and is_default_scheme"


@pytest.fixture
def changed(demo: Places, tmp_path: Path):
    """Write the summary of a copy of the published file after an update of its figures."""

    def summarise(*updates: str) -> dict[str, str]:
        copy = tmp_path / "peil.duckdb"
        shutil.copy(demo.published_file, copy)
        with duckdb.connect(str(copy)) as connection:
            for update in updates:
                connection.execute(update)
                assert connection.fetchone()[0] > 0, f"changes nothing: {update}"
        document = compose(read_published(copy))
        return {s.title: " ".join(s.paragraphs) for s in document.sections}

    return summarise


def set_figure(value: float, where: str, spread: float = 0.02) -> str:
    return (
        f"update marts.estimates set estimate = {value}, ci_low = {value - spread}, "
        f"ci_high = {value + spread} where {TOTAL} and {where}"
    )


def test_sections_stand_in_the_order_of_the_report(changed):
    assert list(changed()) == SECTIONS


def test_intervals_are_called_by_the_level_they_have(changed):
    text = changed("update marts.about set confidence_level = 0.9")
    assert "90%-betrouwbaarheidsinterval" in text["Rapportcijfer"]
    assert "95%" not in " ".join(text.values())


def test_the_text_says_what_the_study_found(changed):
    text = changed()
    assert "gemiddeld het cijfer 6,5" in text["Rapportcijfer"]
    assert (
        "significant hoger: 6,6 bij deelnemers en 6,4 bij niet-deelnemers" in text["Rapportcijfer"]
    )
    assert "het digitale kanaal (64%), de telefoon (46%)" in text["Gebruikte contactkanalen"]
    assert "het digitale kanaal (69% tegen 57%)" in text["Gebruikte contactkanalen"]
    assert "het meest tevreden bij de balie" in text["Tevredenheid per kanaal"]
    assert "het minst vaak bij de balie (18%)" in text["Status volgen"]
    assert text["Digitale toegankelijkheid"].startswith("Een grote meerderheid")
    assert "aanvraag indienen via het digitale kanaal" in text["Toekomstig contact"]
    assert "op de hoogte blijven via e-mail" in text["Toekomstig contact"]


def test_a_changed_figure_changes_who_is_highest_and_lowest(changed):
    letter = "question_code = 'contact_grade_letter' and statistic = 'mean'"
    text = changed(set_figure(9.1, letter))["Tevredenheid per kanaal"]
    assert "het meest tevreden bij de brief (9,1)" in text
    assert "het minst tevreden zijn zij bij e-mail" in text


def test_figures_that_read_the_same_are_not_called_highest_and_lowest(changed):
    desk = "question_code = 'contact_grade_desk' and statistic = 'mean'"
    digital = "question_code = 'contact_grade_digital' and statistic = 'mean'"
    text = changed(set_figure(7.31, desk), set_figure(7.29, digital))["Tevredenheid per kanaal"]
    assert "bij de balie en het digitale kanaal (allebei 7,3)" in text


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.8, "Een grote meerderheid"), (0.6, "Een meerderheid"), (0.51, "Ongeveer de helft"),
     (0.3, "Een minderheid")],
)  # fmt: skip
def test_majority_follows_the_whole_interval(changed, share, words):
    where = "question_code = 'accessibility_grade' and statistic = 'share_sufficient'"
    assert changed(set_figure(share, where))["Digitale toegankelijkheid"].startswith(words)


def test_a_difference_is_called_one_only_when_it_is_significant(changed):
    def effect(is_significant: bool, difference: float) -> str:
        return (
            f"update marts.contrast_effects set is_significant = {is_significant}, "
            f"difference = {difference} where question_code = 'overall_grade'"
        )

    assert "significant hoger" in changed(effect(True, 0.2))["Rapportcijfer"]
    assert "significant lager" in changed(effect(True, -0.2))["Rapportcijfer"]
    text = changed(effect(False, 0.9))["Rapportcijfer"]
    assert "verschilt niet significant" in text
    assert "hoger: " not in text


def test_a_withheld_figure_is_never_named(changed):
    withhold = "set estimate = null, ci_low = null, ci_high = null, is_withheld = true where"
    text = changed(
        f"update marts.estimates {withhold} question_code = 'contact_grade_desk'",
        "update marts.contrast_effects set is_withheld = true "
        "where question_code = 'contact_grade_desk'",
    )["Tevredenheid per kanaal"]
    assert "balie" not in text
    assert "het meest tevreden bij het digitale kanaal" in text


def test_recommendations_stand_with_their_figures_and_go_with_them(changed):
    text = changed()["Aanbevelingen"]
    assert text.count("Dit advies steunt op") == 6
    assert "Geef duidelijkheid over de status" in text
    assert "(71%, 95%-interval 69,5% – 72,5%, inwoners: 3.944)" in text
    without = changed(
        "update marts.recommendations set status = 'does_not_apply' "
        "where recommendation_code = 'clear_status'"
    )["Aanbevelingen"]
    assert without.count("Dit advies steunt op") == 5
    assert "Niet van toepassing zijn deze adviezen: geef duidelijkheid over de status." in without


def test_every_percentage_and_grade_in_the_text_is_a_published_figure(changed, published):
    rows = published.execute(
        "select statistic, estimate, ci_low, ci_high from marts.estimates "
        "where is_default_scheme and segment_code in ('total', 'participation')"
    ).fetchall()
    known = {
        figure(estimate, statistic) for statistic, estimate, *_ in rows if estimate is not None
    }
    known |= {part for s, e, low, high in rows if e is not None
              for part in interval(low, high, s).split(" – ")}  # fmt: skip
    known |= {"95%"}
    text = changed()
    for title in SECTIONS[1:8]:
        for said in re.findall(r"\d+(?:,\d+)?%|\b\d,\d+\b", text[title]):
            assert said in known, f"{title}: {said}"


def test_peil_summary_writes_three_files_that_say_simulated(demo: Places, tmp_path: Path):
    done = peil("summary", *options(demo), "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "samenvatting.docx", "samenvatting.html", "samenvatting.md",
    ]  # fmt: skip
    word = docx.Document(str(tmp_path / "samenvatting.docx"))
    headings = [p.text for p in word.paragraphs if p.style.name == "Heading 1"]
    assert headings == SECTIONS
    assert "GESIMULEERDE GEGEVENS" in word.sections[0].header.paragraphs[0].text
    assert len(word.tables) >= 8
    page = (tmp_path / "samenvatting.html").read_text()
    assert '<html lang="nl">' in page
    assert "GESIMULEERDE GEGEVENS" in page
    assert "GESIMULEERDE GEGEVENS" in (tmp_path / "samenvatting.md").read_text()


def test_the_same_figures_give_the_same_bytes(demo: Places, tmp_path: Path):
    first = [p.read_bytes() for p in write_summary(demo, output=tmp_path / "a")]
    assert [p.read_bytes() for p in write_summary(demo, output=tmp_path / "b")] == first


def test_without_a_published_file_it_says_what_to_do(empty_places: Places):
    result = peil("summary", *options(empty_places))
    assert result.returncode == 2
    assert "peil nightly" in result.stderr


def test_differences_carry_their_sign_and_unit():
    assert difference(0.1187, "share") == "+11,9 procentpunt"
    assert difference(-0.2, "mean") == "−0,20 punt"
    assert difference(0.0, "share") == "0,0 procentpunt"
