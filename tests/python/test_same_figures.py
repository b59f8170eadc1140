"""Site, report, slides and tabellenboek name the same figures: those of the marts."""

import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from peil.report.compose import read_published
from peil.site.addresses import Addresses
from peil.site.context import Reading
from peil.site.measures import Measure
from pptx import Presentation
from python_calamine import CalamineWorkbook
from site_pages import tables_of_page


@pytest.fixture(scope="module")
def reading(demo) -> Reading:
    return read_published(demo.published_file)


@pytest.fixture(scope="module")
def measures(reading) -> list[Measure]:
    """Headlines that can be better or worse, and every answer of questions with answers."""
    of_answers = [
        m
        for topic in reading.data.topics
        if topic.survey is reading.data.survey
        for q in topic.questions
        for m in reading.measures.of(q)
        if m.option_code
    ]
    found = [*reading.measures.profile, *of_answers]
    assert len(found) > 40
    return [m for m in found if not reading.measures.estimate(m).is_withheld]


@pytest.fixture(scope="module")
def known(published, measures) -> dict[str, float]:
    """Measure to its figure of everybody, read from the mart itself."""
    found = {}
    for m in measures:
        (found[m.id],) = published.execute(
            "select estimate from marts.estimates join marts.dim_segments using "
            "(survey_code, segment_code, segment_value) where is_total and is_default_scheme "
            "and question_code = $1 and statistic = $2 and option_code is not distinct from $3",
            [m.question.question_code, m.statistic.statistic, m.option_code],
        ).fetchone()
    return found


def names(reading: Reading, m: Measure) -> set[str]:
    """What a measure is called where the topic is known: itself, its question or its channel."""
    if m.option_code:
        return {m.label}
    channel = reading.measures.channels.get(m.question.channel_code or "")
    return {m.label, m.question.label} | ({channel.label} if channel else set())


def rounded(m: Measure, value: float) -> Decimal:
    step = "0.1" if m.statistic.kind == "mean" else "0.01"
    return Decimal(str(value)).quantize(Decimal(step), ROUND_HALF_UP)


def written(reading: Reading, m: Measure, value: float) -> str:
    return reading.numbers.figure(value, m.unit)


def is_named(tables: list[list[list[str]]], labels: set[str], figure: str) -> bool:
    """Whether a row with one of the labels has the figure, alone or before its interval."""
    rows = [row for table in tables for row in table if labels & set(row[:2])]
    return any(cell == figure or cell.startswith(f"{figure} (") for row in rows for cell in row)


def test_the_site_names_them(demo, reading, measures, known):
    addresses = Addresses(reading.data, reading.t)
    for m in measures:
        topic = next(t for t in reading.data.topics if t.code == m.question.topic)
        page = (demo.published / "site" / addresses.topic(topic)).read_text("utf-8")
        figure = written(reading, m, known[m.id])
        headings = " ".join(re.findall(r"<h[1-4][^>]*>(.*?)</h[1-4]>", page))
        in_table = is_named(tables_of_page(page), names(reading, m), figure)
        assert in_table or re.search(rf"(?<!\d){re.escape(figure)}", headings), m.id


def test_the_report_names_them(demo, reading, measures, known):
    text = (demo.published / "documents" / "samenvatting.html").read_text("utf-8")
    chapters = dict(re.findall(r"<h2[^>]*>([^<]*)</h2>(.*?)(?=<h2|</main>)", text, re.S))
    for m in measures:
        topic = next(t for t in reading.data.topics if t.code == m.question.topic)
        tables = tables_of_page(chapters[topic.label])
        assert is_named(tables, names(reading, m), written(reading, m, known[m.id])), m.id


def test_the_slides_name_no_other(demo, reading, measures, known):
    """A chart of answers, or of one statistic, holds the figure of every line it has."""
    deck = Presentation(str(demo.published / "documents" / "presentatie.pptx"))
    n_read = 0
    for slide in deck.slides:
        words = slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else ""
        for chart in (shape.chart for shape in slide.shapes if shape.has_chart):
            labels = list(chart.plots[0].categories)
            series = list(chart.plots[0].series)
            for m in measures:
                is_of_question = m.option_code and m.question.text in words
                if is_of_question and m.label in labels and len(series) == 1:
                    shown = Decimal(str(series[0].values[labels.index(m.label)]))
                    assert shown == rounded(m, known[m.id]), m.id
                    n_read += 1
    assert n_read > 15
    overall = reading.measures.overall
    text = " ".join(
        shape.text_frame.text for slide in deck.slides for shape in slide.shapes
        if shape.has_text_frame
    )  # fmt: skip
    assert written(reading, overall, known[overall.id]) in text


def test_the_tabellenboek_names_them(demo, measures, known):
    path: Path = demo.published / "documents" / "tabellenboek.xlsx"
    book = CalamineWorkbook.from_path(str(path))
    tables: dict[str, dict[str, float]] = {}
    for name in book.sheet_names:
        own: dict[str, float] = {}
        for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
            title = re.match(r"\d+\. (.*)", str(row[0]))
            if title:
                own = tables.setdefault(title[1], {})
            elif len(row) > 1 and isinstance(row[1], float):
                own[row[0]] = row[1]
    for m in measures:
        row = m.label if m.option_code else m.statistic.label
        # The sixteenth digit is the workbook's own: see halves_up.
        assert f"{tables[m.question.label][row]:.15G}" == f"{known[m.id]:.15G}", m.id
