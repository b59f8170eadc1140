"""The documents of a release follow the published figures, and hold no others."""

import io
import re
import shutil
import tomllib
import zipfile
from pathlib import Path

import docx
import duckdb
import pytest
from conftest import here, options, peil
from docx.oxml.ns import qn
from peil.errors import InputError
from peil.report import write
from peil.report.compose import CATALOGUES, compose, compose_region, read_published
from peil.report.document import Bullets, Document, Picture, Table, Text
from peil.settings import Places
from site_pages import plant_waves
from summary_marts import Known, Tables, between, cells, pipe_tables, rounded

TOTAL = "segment_code = 'total' and is_default_scheme"
KEY, METHOD = "Kerncijfers", "Bijlage: verantwoording"


def texts(document: Document) -> dict[str, str]:
    """Heading to what stands under it in words."""
    found: dict[str, str] = {}
    for section in document.sections:
        words = [b.text for b in section.blocks if isinstance(b, Text)]
        words += [i for b in section.blocks if isinstance(b, Bullets) for i in b.items]
        found[section.title] = " ".join(words)
    return found


@pytest.fixture(scope="module")
def document(demo: Places) -> Document:
    return compose(read_published(demo.published_file))


@pytest.fixture
def changed(demo: Places, tmp_path: Path):
    """Compose the summary of a copy of the published file after an update of its figures."""

    def composed(*updates: str) -> Document:
        copy = tmp_path / "peil.duckdb"
        shutil.copy(demo.published_file, copy)
        with duckdb.connect(str(copy)) as connection:
            for update in updates:
                connection.execute(update)
                assert connection.fetchone()[0] > 0, f"changes nothing: {update}"
        return compose(read_published(copy))

    return composed


def set_figure(value: float, where: str, spread: float = 0.02) -> str:
    return (
        f"update marts.estimates set estimate = {value}, ci_low = {value - spread}, "
        f"ci_high = {value + spread} where {TOTAL} and {where}"
    )


# -- what stands where -------------------------------------------------------------------------


def test_chapters_stand_in_the_order_of_the_topics(document, published):
    topics = published.execute(
        "select label_nl from marts.dim_topics where topic_code in (select topic from "
        "marts.dim_questions where survey_code = 'omnichannel') order by sort_order"
    ).fetchall()
    found = [s.title for s in document.sections if s.level == 1]
    assert found == [
        KEY, *(label for (label,) in topics),
        "Medewerkers van het klantcontactcentrum (gesimuleerd)",
        "Inwoners en medewerkers", "KPI’s", "Prioriteiten", "Aanbevelingen", METHOD,
    ]  # fmt: skip


def test_the_cover_says_who_published_for_whom_and_when(document, published):
    row = published.execute(
        "select label_nl, wave_label_nl, client, publisher, contact from marts.about "
        "where is_latest_wave and has_headlines"
    ).fetchone()
    said = dict(document.about)
    assert (document.title, document.subtitle) == row[:2]
    assert (said["Opdrachtgever"], said["Uitgever"], said["Contact"]) == row[2:]
    assert said["Datum"] == "1 november 2024"


def test_the_text_says_what_the_study_found(document):
    text = texts(document)
    assert "inwoners geven gemiddeld een 6,5" in text[KEY]
    assert "Deelnemers: zeker hoger dan niet-deelnemers (6,6 tegen 6,4)" in text[KEY]
    assert (
        "Deelnemers verschillen zeker van niet-deelnemers: 6,6 tegen 6,4" in text["Rapportcijfer"]
    )
    assert "“Digitaal (website of app)” (69% tegen 57%)" in text["Gebruikte contactkanalen"]
    assert (
        "Het best beoordeeld: de balie en het digitale kanaal (7,3 en 7,1)"
        in (text["Tevredenheid per kanaal"])
    )
    assert (
        "Bij de brief, e-mail en de telefoon is het aandeel onvoldoende 37% tot 49%, "
        "bij het digitale kanaal en de balie 22% tot 28%." in text["Afhandeling"]
    )
    assert (
        "Een grote meerderheid van de inwoners" in text["Rapportcijfer digitale toegankelijkheid"]
    )


def test_method_tells_response_weighting_tests_choice_and_questions(document):
    titles = [s.title for s in document.sections]
    method = document.sections[titles.index(METHOD) :]
    captions = [b.caption for s in method for b in s.blocks if isinstance(b, Table)]
    for wanted in ("Respons, in vragenlijsten", "Weging", "Verdeling voor en na weging"):
        assert wanted in captions
    assert any(caption.startswith("Vragenlijst") for caption in captions)
    words = " ".join(texts(document).values())
    assert "wie meedeed, koos daar zelf voor" in words
    assert "bootstrap" in words


# -- sentences follow figures and tests --------------------------------------------------------


def test_trends_say_what_changed_since_each_wave_with_its_margin(demo, document, tmp_path):
    def tables(of: Document) -> list[Table]:
        (section,) = [s for s in of.sections if s.title == "Trends"]
        return [block for block in section.blocks if isinstance(block, Table)]

    assert "Trends" not in texts(document), "one wave has no trends"
    file = plant_waves(demo.published_file, tmp_path / "waves.duckdb", base=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update marts.trends set verdict = 'no_demonstrable_difference', ci_low = -0.01 "
            "where question_code = 'overall_grade' and is_since_previous_wave"
        )
        grade = connection.execute(
            "select question_label_nl from marts.estimates where question_code = 'overall_grade'"
        ).fetchone()[0]
    found = compose(read_published(file))
    previous, base = tables(found)
    assert (len(base.rows) - len(previous.rows), len(previous.rows) > 0) == (1, True)
    words = texts(found)["Trends"]
    n = len(base.rows)
    assert f"{n - 1} van de {n} cijfers veranderden zeker sinds Meting w2." in words
    assert f"{n} van de {n} cijfers veranderden zeker sinds Meting w1." in words
    assert previous.caption == "Wat zeker is veranderd, sinds Meting w2"
    assert base.caption == "Wat zeker is veranderd, sinds Meting w1, de basismeting"
    assert not any(row[0] == grade for row in previous.rows)
    (row,) = (row for row in base.rows if row[0] == grade)
    assert row[3:] == ("−0,05", "−0,06 tot −0,04", "zeker slechter")


def test_a_changed_figure_changes_who_is_best_and_worst(changed):
    letter = "question_code = 'contact_grade_letter' and statistic = 'mean'"
    text = texts(changed(set_figure(9.1, letter)))["Tevredenheid per kanaal"]
    assert "Het best beoordeeld: de brief (9,1)." in text


def test_figures_whose_intervals_touch_are_not_called_better_and_worse(changed):
    everything = "question_code like 'handling_grade_%' and statistic = 'mean'"
    text = texts(changed(set_figure(6.5, everything)))["Afhandeling"]
    assert "De gemiddelden (6,5 tot 6,5)" in text
    assert "best beoordeeld" not in text


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.8, "Een grote meerderheid"), (0.6, "Een meerderheid"), (0.51, "Ongeveer de helft"),
     (0.3, "Een minderheid")],
)  # fmt: skip
def test_majority_follows_the_whole_interval(changed, share, words):
    where = "question_code = 'accessibility_grade' and statistic = 'share_sufficient'"
    text = texts(changed(set_figure(share, where)))["Rapportcijfer digitale toegankelijkheid"]
    assert f"{words} van de inwoners" in text


def test_of_figures_without_an_interval_nothing_is_said_but_the_figure(changed):
    """As many clusters as strata leave no interval: nobody knows what is higher, or half."""
    question = "question_code like 'handling_grade_%' or question_code = 'accessibility_grade'"
    text = texts(changed(
        "update marts.estimates set ci_low = null, ci_high = null, quality_flag = 'low_df' "
        f"where segment_code = 'total' and ({question})"
    ))  # fmt: skip
    assert "best beoordeeld" not in text["Afhandeling"]
    assert "het vaakst bij" not in text["Afhandeling"]
    assert "meerderheid" not in text["Rapportcijfer digitale toegankelijkheid"]


def test_a_difference_is_called_one_only_when_it_is_significant(changed):
    where = (
        "comparison_kind = 'segments' and question_code = 'overall_grade' and statistic = 'mean' "
        "and segment_code = 'participation'"
    )
    text = texts(
        changed(
            "update marts.comparisons set is_significant = false, ci_low = -0.1, ci_high = 0.5, "
            f"verdict = 'no_demonstrable_difference' where {where}"
        )
    )
    assert (
        "Tussen deelnemers en niet-deelnemers is hier geen zeker verschil" in text["Rapportcijfer"]
    )
    assert "6,6 tegen 6,4" not in text["Rapportcijfer"]


def test_a_withheld_figure_stands_nowhere(changed, demo, tmp_path):
    document = changed(
        "update marts.estimates set estimate = null, ci_low = null, ci_high = null, "
        "n_answers = null, is_withheld = true where question_code = 'contact_grade_desk'",
        # As a night does with every difference of which a side is withheld.
        "update marts.comparisons set difference = null, ci_low = null, ci_high = null, "
        "verdict = null, is_significant = false, is_withheld = true "
        "where question_code = 'contact_grade_desk'",
    )
    chapter = next(s for s in document.sections if s.title == "Tevredenheid per kanaal")
    assert "balie" not in texts(document)["Tevredenheid per kanaal"]
    picture = next(b for b in chapter.blocks if isinstance(b, Picture))
    assert "Balie" not in picture.alt
    table = next(b for b in chapter.blocks if isinstance(b, Table))
    (row,) = (row for row in table.rows if row[0] == "Balie")
    assert not re.search(r"\d", "".join(row[1:]))
    assert "niet getoond" in row


def test_recommendations_stand_with_their_figures_and_go_with_them(changed):
    text = texts(changed())
    assert "(marge 34 tot 38); steunt het advies" in text["Geef duidelijkheid over de status"]
    without = texts(
        changed(
            "update marts.recommendations set status = 'does_not_apply' "
            "where recommendation_code = 'clear_status'"
        )
    )
    assert "Geef duidelijkheid over de status" not in without
    others = without["Adviezen die niet voor iedereen gelden"]
    assert "Geef duidelijkheid over de status: geldt niet voor iedereen samen" in others


# -- every figure is one of the marts ----------------------------------------------------------


def read_back(folder: Path) -> tuple[docx.document.Document, Tables, str]:
    return (
        docx.Document(str(folder / "samenvatting.docx")),
        Tables((folder / "samenvatting.html").read_text("utf-8")),
        (folder / "samenvatting.md").read_text("utf-8"),
    )


def test_every_figure_in_every_format_is_that_of_the_marts(demo, published):
    word, page, markdown = read_back(demo.published / "documents")
    known = Known(published)
    tables = [cells(table) for table in word.tables]
    assert tables == page.tables
    assert [[[c.strip() for c in row] for row in t] for t in tables] == pipe_tables(markdown)
    n_read, wrong = 0, []
    for header, *rows in tables:
        if header == ["Onderdeel", "Opgave"]:
            continue  # what is disclosed, in words
        label_at = 1 if header[0] == "Onderdeel" else 0
        for row in rows:
            may = known.of(row[label_at])
            for cell in (c for c in row[label_at + 1 :] if re.search(r"\d", c)):
                if not re.match(r"[−+]?\d|minstens|hoogstens", cell):
                    continue  # a label of another question beside it
                n_read += 1
                if cell not in may:
                    wrong.append((row[label_at], cell))
    assert not wrong
    assert n_read > 600


def test_every_figure_in_the_text_is_one_of_the_marts(document, published):
    known = set().union(*Known(published).texts.values())
    known |= {part for text in known for part in re.findall(r"−?\d[\d.,]*%?", text)}
    for section in document.sections:
        if section.title == METHOD:
            break
        for block in section.blocks:
            if isinstance(block, Picture):
                said = block.alt
            elif isinstance(block, Text):
                said = block.text
            else:
                continue
            for word in re.findall(r"(?<![\w-])\d+(?:,\d+)?%|\b\d,\d+\b", said):
                assert word in known or word in ("95%", "80%", "90%"), (section.title, word)


# -- a file that everybody can read ------------------------------------------------------------


@pytest.fixture(scope="module")
def word(demo: Places) -> docx.document.Document:
    return docx.Document(str(demo.published / "documents" / "samenvatting.docx"))


def test_word_has_headings_in_order_alt_texts_and_marked_headers(word, document):
    levels = [
        int(p.style.name.removeprefix("Heading ")) for p in word.paragraphs
        if p.style.name.startswith("Heading ")
    ]  # fmt: skip
    assert levels == [section.level for section in document.sections]
    assert all(b <= a + 1 for a, b in zip([0, *levels], levels, strict=False))
    pictures = word.element.body.findall(f".//{qn('wp:docPr')}")
    assert len(pictures) == len(word.inline_shapes) > 12
    assert all(len(p.get("descr")) > 40 for p in pictures)
    for table in word.tables:
        marked = [r._tr.find(f".//{qn('w:tblHeader')}") is not None for r in table.rows]
        assert marked == [True] + [False] * (len(marked) - 1)


def test_word_speaks_dutch_counts_captions_and_pages(word):
    assert word.core_properties.language == "nl-NL"
    spoken = word.styles["Normal"].element.find(f".//{qn('w:lang')}")
    assert spoken.get(qn("w:val")) == "nl-NL"
    fields = [f.get(qn("w:instr")) for f in word.element.body.iter(qn("w:fldSimple"))]
    assert sum(f.startswith("SEQ Tabel") for f in fields) == len(word.tables)
    assert sum(f.startswith("SEQ Figuur") for f in fields) == len(word.inline_shapes)
    marks = {m.get(qn("w:name")) for m in word.element.body.iter(qn("w:bookmarkStart"))}
    pages = [f.split()[1] for f in fields if f.startswith("PAGEREF")]
    assert len(pages) > 20
    assert set(pages) <= marks
    footer = word.sections[0].footer._element
    assert [f.get(qn("w:instr")) for f in footer.iter(qn("w:fldSimple"))] == ["PAGE"]


def test_captions_are_numbered_in_reading_order(word):
    captions = [p for p in word.paragraphs if p.style.name == "Caption"]
    found = ["".join(t.text for t in p._p.iter(qn("w:t"))) for p in captions]
    for kind in ("Figuur", "Tabel"):
        numbers = [int(t.split()[1].rstrip(".")) for t in found if t.startswith(kind)]
        assert numbers == list(range(1, len(numbers) + 1)), kind


def test_every_file_says_that_it_is_simulated(demo, word):
    said = "GESIMULEERDE GEGEVENS"
    assert any(said in p.text for p in word.sections[0].header.paragraphs)
    assert any(said in p.text for p in word.paragraphs[:5])
    for name in ("html", "md"):
        assert said in (demo.published / "documents" / f"samenvatting.{name}").read_text("utf-8")


def test_the_page_stands_alone_and_has_headings_in_order(demo):
    text = (demo.published / "documents" / "samenvatting.html").read_text("utf-8")
    page = Tables(text)
    assert '<html lang="nl">' in text
    assert page.headings[0] == 1
    assert all(b <= a + 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.alts) > 12
    assert all(page.alts)
    assert not re.findall(r'(?:src|href)="(?!data:image/png;base64,|#)', text)
    assert "default-src 'none'" in text
    assert "<script" not in text


def test_documents_are_light(demo):
    for path in (demo.published / "documents").iterdir():
        assert path.stat().st_size < 3_000_000, path.name


# -- the command -------------------------------------------------------------------------------


def test_the_same_figures_give_the_same_bytes(demo: Places, tmp_path: Path):
    again = write.write_summary(demo, output=tmp_path)
    for path in again:
        assert path.read_bytes() == (demo.published / "documents" / path.name).read_bytes()
    with zipfile.ZipFile(tmp_path / "samenvatting.docx") as archive:
        assert {member.date_time[0] for member in archive.infolist()} == {2000}


def test_a_sheet_about_a_region_has_its_own_figures(demo, published, tmp_path):
    code, label, value, low, high = published.execute(
        "select e.segment_value, e.segment_label_nl, e.estimate, e.ci_low, e.ci_high "
        "from marts.estimates e where e.segment_code = 'municipality' and e.is_default_scheme "
        "and e.question_code = 'overall_grade' and e.statistic = 'mean' and not e.is_withheld "
        "order by 1 limit 1"
    ).fetchone()
    run = peil("summary", *options(demo), "--municipality", code, "--output", tmp_path)
    assert run.returncode == 0, run.stderr
    assert {p.name for p in tmp_path.iterdir()} == {
        f"samenvatting-{code}.{name}" for name in ("docx", "html", "md")
    }
    text = (tmp_path / f"samenvatting-{code}.md").read_text("utf-8")
    assert f"{label}, rapportcijfer dienstverlening: {rounded(value, 1)}." in text
    table = pipe_tables(text)[0]
    assert table[0][1] == label
    assert ["Rapportcijfer dienstverlening", rounded(value, 1), between(low, high, "mean")] in [
        row[:3] for row in table
    ]


def test_what_is_withheld_of_a_region_stays_withheld(demo, published):
    reading = read_published(demo.published_file)
    for group in reading.data.region_groups:
        sheet = compose_region(reading, group.group_key)
        withheld = {
            reading.findings.about(m)
            for m in reading.measures.profile
            if reading.measures.estimate(m, group.segment_code, group.group_key).is_withheld
        }
        tables = [b for s in sheet.sections for b in s.blocks if isinstance(b, Table)]
        headlines = [row[0] for t in tables if t.caption.startswith("Hoofd") for row in t.rows]
        assert withheld.isdisjoint(headlines)
        assert bool(headlines) == (len(withheld) < len(reading.measures.profile))
        named = " ".join(texts(sheet).values())
        assert not [label for label in withheld if f"{label}: " in named]


def test_an_unknown_region_is_refused_with_what_is_known(demo, tmp_path):
    run = peil("summary", *options(demo), "--region", "GM0000", "--output", tmp_path)
    assert run.returncode == 2
    assert "no region of this survey" in run.stderr
    assert not list(tmp_path.iterdir())


def test_pdf_without_libreoffice_is_refused_in_one_sentence(demo, tmp_path, monkeypatch):
    monkeypatch.setattr(write.shutil, "which", lambda _: None)
    with pytest.raises(InputError, match="LibreOffice"):
        write.write_summary(demo, ("docx", "pdf"), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
def test_pdf_with_libreoffice_is_the_word_file(demo, tmp_path):
    (path,) = write.write_summary(demo, ("pdf",), tmp_path)
    assert io.BytesIO(path.read_bytes()).read(5) == b"%PDF-"


def test_without_a_published_file_it_says_what_to_do(empty_places: Places):
    for verb in ("summary", "slides"):
        result = here(verb, *options(empty_places))
        assert result.returncode == 2
        assert "peil nightly" in result.stderr


def test_both_catalogues_of_documents_have_the_same_sentences_and_each_is_used():
    catalogues = {p.stem: tomllib.loads(p.read_text("utf-8")) for p in CATALOGUES.glob("*.toml")}
    assert catalogues["nl"].keys() == catalogues["en"].keys()
    code = " ".join(p.read_text("utf-8") for p in CATALOGUES.parent.glob("*.py"))
    for key, sentence in catalogues["nl"].items():
        fields = [set(re.findall(r"\{(\w+)\}", str(c[key]))) for c in catalogues.values()]
        assert fields[0] == fields[1], key
        assert f'"{key}"' in code or f"'{key}'" in code, f"{key} is not used"
        assert sentence
