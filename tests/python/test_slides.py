"""Slides: editable charts with the figures of the marts, in the template of the reader."""

import io
import re
import shutil
import zipfile
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from conftest import options, peil
from peil.errors import InputError
from peil.report.compose import compose, read_published
from peil.report.document import Picture
from peil.report.slides import slides
from pptx import Presentation
from pptx.util import Inches
from python_calamine import CalamineWorkbook


@pytest.fixture(scope="module")
def deck(demo):
    return Presentation(str(demo.published / "documents" / "presentatie.pptx"))


def charts(deck):
    return [
        (slide, shape) for slide in deck.slides for shape in slide.shapes if shape.has_chart
    ]  # fmt: skip


def figures(published) -> dict[str, set[float]]:
    """Label of a question, channel, answer or group to its figures, rounded as they are shown."""
    found: dict[str, set[float]] = {}
    for *labels, kind, value in published.execute(
        "select e.question_label_nl, e.option_label_nl, c.label_nl, "
        "d.label_nl, s.kind, e.estimate from marts.estimates e join marts.dim_questions q "
        "using (survey_code, question_code) join marts.dim_statistics s on q.scale_code = "
        "s.scale_code and e.statistic = s.statistic left join marts.dim_channels c on "
        "e.channel_code = c.channel_code left join marts.dim_segments d on e.survey_code = "
        "d.survey_code and e.segment_code = d.segment_code and e.segment_value = d.segment_value "
        "where e.is_default_scheme and not e.is_withheld"
    ).fetchall():
        step = Decimal("0.1") if kind == "mean" else Decimal("0.01")
        exact = float(Decimal(str(value)).quantize(step, ROUND_HALF_UP))
        for label in filter(None, labels):
            found.setdefault(label, set()).add(exact)
    return found


def test_every_value_of_every_chart_is_a_published_figure(deck, published):
    known = figures(published)
    found = charts(deck)
    assert len(found) > 12
    n_read = 0
    for _, shape in found:
        chart = shape.chart
        labels = [label.rpartition(": ")[2] if label not in known else label
                  for label in chart.plots[0].categories]  # fmt: skip
        parts = list(chart.plots[0].series)
        for series in (parts[0], parts[-1]):  # what lies between is what these two leave
            for label, value in zip(labels, series.values, strict=True):
                n_read += 1
                assert value in known[label], (label, value)
    assert n_read > 80


def test_the_sheet_behind_a_chart_holds_what_it_shows(deck):
    for _, shape in charts(deck):
        chart = shape.chart
        sheet = CalamineWorkbook.from_filelike(
            io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)
        ).get_sheet_by_index(0).to_python()  # fmt: skip
        assert [row[0] for row in sheet[1:]] == list(chart.plots[0].categories)
        for place, series in enumerate(chart.plots[0].series, 1):
            assert [row[place] for row in sheet[1:]] == list(series.values)


def test_every_slide_has_its_finding_as_title_and_its_base_in_the_note(deck, published):
    for slide in deck.slides:
        assert slide.shapes.title.text_frame.text
        assert "GESIMULEERDE GEGEVENS" in slide.notes_slide.notes_text_frame.text
    for slide, shape in charts(deck):
        note = slide.notes_slide.notes_text_frame.text
        assert note.count("n = ") >= len(list(shape.chart.plots[0].categories))
        assert re.search(r"\(marge [−\d]", note)
        alt = shape._element.nvGraphicFramePr.cNvPr.get("descr")
        assert slide.shapes.title.text_frame.text in alt


def test_every_slide_says_that_it_is_simulated(deck):
    for slide in deck.slides:
        words = " ".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
        assert "GESIMULEERDE GEGEVENS" in words


def test_axes_are_those_of_the_site(deck, demo):
    reading = read_published(demo.published_file)
    ends = {(scale.low, scale.high) for scale in reading.measures.scales.values()}
    for _, shape in charts(deck):
        axis = shape.chart.value_axis
        assert (axis.minimum_scale, axis.maximum_scale) in ends


def test_the_same_figures_give_the_same_bytes(demo):
    reading = read_published(demo.published_file)
    before = (demo.published / "documents" / "presentatie.pptx").read_bytes()
    assert slides(reading) == before
    with zipfile.ZipFile(io.BytesIO(before)) as archive:
        assert {member.date_time[0] for member in archive.infolist()} == {2000}


def test_a_template_gives_its_layouts_and_size(demo, tmp_path):
    template = Presentation()
    template.slide_width, template.slide_height = Inches(11), Inches(8)
    by_kind = {layout._element.get("type"): layout for layout in template.slide_layouts}
    by_kind["title"].name, by_kind["titleOnly"].name = "Voorblad", "Alleen titel"
    example = template.slides.add_slide(by_kind["title"])
    example.shapes.title.text_frame.text = "Voorbeeldtekst"
    template.save(str(tmp_path / "huisstijl.pptx"))
    run = peil(
        "slides", *options(demo), "--template", tmp_path / "huisstijl.pptx", "--output", tmp_path
    )
    assert run.returncode == 0, run.stderr
    made = Presentation(str(tmp_path / "presentatie.pptx"))
    assert (made.slide_width, made.slide_height) == (Inches(11), Inches(8))
    layouts = [slide.slide_layout.name for slide in made.slides]
    assert layouts[0] == "Voorblad"
    assert set(layouts[1:]) == {"Alleen titel"}
    assert "Voorbeeldtekst" not in [s.shapes.title.text_frame.text for s in made.slides]


def test_a_template_that_is_none_is_refused(demo, tmp_path):
    (tmp_path / "huisstijl.pptx").write_text("geen presentatie")
    with pytest.raises(InputError, match="cannot be read as"):
        slides(read_published(demo.published_file), tmp_path / "huisstijl.pptx")


@pytest.mark.parametrize(
    "label", ['=HYPERLINK("http://x.nl","klik")', "http://x.nl", "'+1+'</a:t>"]
)
def test_a_label_is_a_text_in_charts_their_sheets_and_pictures(demo, tmp_path, label):
    copy = tmp_path / "peil.duckdb"
    shutil.copy(demo.published_file, copy)
    with duckdb.connect(str(copy)) as connection:
        for table, column in (("dim_questions", "label_nl"), ("dim_channels", "label_nl")):
            connection.execute(f"update marts.{table} set {column} = ?", [label])
        connection.execute(
            "update marts.estimates set option_label_nl = ? where option_label_nl is not null",
            [label],
        )
    reading = read_published(copy)
    assert any(label in b.alt for s in compose(reading).sections for b in s.blocks
               if isinstance(b, Picture))  # fmt: skip
    content = slides(reading)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            assert b"hlinkClick" not in archive.read(name), name
            if name.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(archive.read(name))) as book:
                    sheet = book.read("xl/worksheets/sheet1.xml")
                    assert b"<f>" not in sheet
                    assert b"hyperlink" not in sheet
    shown = [
        list(shape.chart.plots[0].categories)
        for _, shape in charts(Presentation(io.BytesIO(content)))
    ]
    assert any(label in labels for labels in shown)
