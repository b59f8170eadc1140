"""The findings as slides with charts of the program itself, in a template of the reader's."""

import io
from collections.abc import Iterator
from pathlib import Path

from pptx import Presentation
from pptx.enum.text import PP_ALIGN
from pptx.presentation import Presentation as Slides
from pptx.slide import Slide, SlideLayout
from pptx.util import Emu, Inches, Pt

from peil.errors import InputError
from peil.report.archive import MOMENT, without_time
from peil.report.compose import warning
from peil.report.document import printable
from peil.report.front import caution, cover, key_findings
from peil.report.slide_charts import add_chart, rgb
from peil.site.charts import Figure
from peil.site.context import Reading
from peil.site.data import TOTAL
from peil.site.page_advice import applying
from peil.site.page_summary import divided
from peil.site.page_topic import headings, whole_of

WIDE, HIGH = Inches(13.333), Inches(7.5)
OWN, SOURCE = "Peil", "source"  # the look without a template; the line under a slide
TITLE, TITLE_ONLY = "title", "titleOnly"
LINE = Inches(0.45)
MOST_ON_SLIDE = 14  # lines of a chart that can be read from a chair


def slides(reading: Reading, template: Path | None = None) -> bytes:
    """A slide per finding, as the bytes of a .pptx file.

    Raises:
        InputError: the template cannot be read as .pptx, or has no layout with a title.
    """
    file = _opened(template)
    _set_properties(file, reading)
    _title(file, reading)
    _list(file, reading.t("in_short"), key_findings(reading), _source(reading))
    for figure, heading, about in _figures(reading):
        _finding(file, reading, figure, heading, about)
    advice = [a.title for a in applying(reading, TOTAL)]
    if advice:
        _list(
            file, reading.t("what_to_do"), advice, f"{reading.t('advice_lead')}\n{_source(reading)}"
        )
    _list(file, reading.t("how_sure"), _how_sure(reading), _source(reading))
    for slide in file.slides:
        _below(file, slide, reading)
    content = io.BytesIO()
    file.save(content)
    return without_time(content.getvalue())


def _below(file: Slides, slide: Slide, reading: Reading) -> None:
    """One line under a slide: which survey, and whether it is simulated."""
    survey, said = reading.data.survey, warning(reading)
    width, height = file.slide_width or WIDE, file.slide_height or HIGH
    left, top = round(width * 0.05), round(height * 0.94)
    box = slide.shapes.add_textbox(Emu(left), Emu(top), Emu(width - 2 * left), Inches(0.35))
    box.name = SOURCE
    box.text_frame.word_wrap = True
    text = f"{survey.label}, {survey.wave_label}. {said or ''}"
    box.text_frame.text = printable(text.strip())
    box.text_frame.paragraphs[0].font.size = Pt(9)


def _opened(template: Path | None) -> Slides:
    if template is None:
        file = Presentation()
        _widen(file)
        file.core_properties.category = OWN
        return file
    try:
        file = Presentation(str(template))
    except Exception as error:  # whatever a broken archive makes of it
        raise InputError(
            f"--template {template}: cannot be read as .pptx ({type(error).__name__}). "
            "Save the template as PowerPoint presentation (.pptx) and try again."
        ) from error
    for slide in list(file.slides._sldIdLst):  # its example slides
        file.part.drop_rel(slide.rId)
        file.slides._sldIdLst.remove(slide)
    return file


def _widen(file: Slides) -> None:
    """The template of the library is 4:3: stretch what stands on it to 16:9."""
    factor = WIDE / (file.slide_width or WIDE)
    master = file.slide_masters[0]
    for shape in (*master.shapes, *(s for layout in master.slide_layouts for s in layout.shapes)):
        if shape._element.find(".//{*}xfrm") is not None:
            shape.left, shape.width = round(shape.left * factor), round(shape.width * factor)
    file.slide_width = WIDE


def _layout(file: Slides, kind: str) -> SlideLayout:
    """The layout of a kind; else the one with a title and the least beside it.

    Raises:
        InputError: no layout has a title.
    """
    layouts = [layout for master in file.slide_masters for layout in master.slide_layouts]
    for layout in layouts:
        if layout._element.get("type") == kind:
            return layout
    titled = [
        layout for layout in layouts
        if any(p.placeholder_format.type in (1, 3) for p in layout.placeholders)
    ]  # fmt: skip
    if not titled:
        raise InputError("--template: none of its layouts has a title. Add a title to one.")
    return min(titled, key=lambda layout: len(layout.placeholders))


def _set_properties(file: Slides, reading: Reading) -> None:
    properties = file.core_properties
    properties.title = printable(reading.data.survey.label)[:255]
    properties.author, properties.language = "Peil", reading.data.language
    properties.created = properties.modified = MOMENT
    properties.last_modified_by = "Peil"


def _title(file: Slides, reading: Reading) -> None:
    survey = reading.data.survey
    slide = file.slides.add_slide(_layout(file, TITLE))
    lines = [survey.wave_label, *(value for _, value in cover(reading)[:3])]
    if said := warning(reading):
        lines.append(said)
    _set_title(slide, survey.label)
    below = [p for p in slide.placeholders if p.placeholder_format.idx != 0]
    if below:
        below[0].text_frame.text = printable("\n".join(lines))
        for paragraph in below[0].text_frame.paragraphs:
            paragraph.font.size = Pt(16)
    for placeholder in below[1:]:
        placeholder._element.getparent().remove(placeholder._element)
    _note(slide, _source(reading))


def _set_title(slide: Slide, text: str) -> None:
    """In the template of the library in the look of the site; in another in its own."""
    title = slide.shapes.title
    is_own = slide.part.package.core_properties.category == OWN
    if title is not None:
        title.text_frame.text = printable(text)
        title.text_frame.word_wrap = True
        for paragraph in title.text_frame.paragraphs:
            paragraph.font.size = Pt(26 if len(text) < 90 else 22 if len(text) < 160 else 18)
            if is_own:
                paragraph.font.bold, paragraph.alignment = True, PP_ALIGN.LEFT
                paragraph.font.color.rgb = rgb("brand")


def _note(slide: Slide, text: str) -> None:
    frame = slide.notes_slide.notes_text_frame
    if frame is not None:
        frame.text = printable(text)


def _plain(file: Slides, title: str) -> tuple[Slide, tuple[Emu, Emu, Emu, Emu]]:
    """A slide with a title only, and the place under it."""
    slide = file.slides.add_slide(_layout(file, TITLE_ONLY))
    for placeholder in list(slide.placeholders):
        if placeholder.placeholder_format.idx != 0:
            placeholder._element.getparent().remove(placeholder._element)
    _set_title(slide, title)
    width, height = file.slide_width or WIDE, file.slide_height or HIGH
    head = slide.shapes.title
    left, top = round(width * 0.05), round(height * 0.24)
    if head is not None and head.top is not None:
        left, top = head.left, head.top + head.height
    return slide, (
        Emu(left), Emu(top), Emu(width - 2 * left), Emu(round(height * 0.92) - top),
    )  # fmt: skip


def _list(file: Slides, title: str, items: list[str], note: str) -> None:
    slide, (left, top, width, height) = _plain(file, title)
    frame = slide.shapes.add_textbox(left, top, width, height).text_frame
    frame.word_wrap = True
    for place, item in enumerate(items):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.text = printable(f"•  {item}")
        paragraph.font.size, paragraph.space_after = Pt(18), Pt(10)
    _note(slide, note)


def _figures(reading: Reading) -> Iterator[tuple[Figure, str, str]]:
    """The headline by group, then every topic: chart, what it is about, and who."""
    overall = reading.measures.overall
    chart = divided(reading, overall) if overall else None
    if chart and overall:
        yield chart, overall.question.label, reading.findings.everybody(reading.data.survey)
    for topic in reading.data.topics:
        who = reading.findings.everybody(topic.survey)
        blocks = [block for block in reading.charts.blocks(topic.questions) if block.measures]
        for block, heading in zip(blocks, headings(reading, blocks), strict=True):
            title = heading if block.heading else topic.label
            yield whole_of(reading, block, topic), title, who


def _under(figure: Figure, heading: str) -> str:
    """What was asked, without what the title of the chart says already."""
    return (
        figure.subtitle if figure.subtitle.startswith(heading) else f"{heading}. {figure.subtitle}"
    )


def _finding(file: Slides, reading: Reading, figure: Figure, heading: str, about: str) -> None:
    if not any(panel.rows for panel in figure.panels):
        return
    slide, (left, top, width, height) = _plain(file, figure.title)
    line = slide.shapes.add_textbox(left, top, width, LINE)
    line.text_frame.word_wrap = True
    line.text_frame.text = printable(_under(figure, heading))
    line.text_frame.paragraphs[0].font.size = Pt(14)
    place = (left, Emu(top + LINE), width, Emu(height - LINE))
    add_chart(slide, reading, figure, place, MOST_ON_SLIDE)
    t, lines = reading.t, [reading.t("doc_notes", who=about, what=figure.subtitle)]
    for panel in figure.panels:
        for row in panel.rows:
            ends = reading.numbers.interval(row.estimate.ci_low, row.estimate.ci_high, row.unit)
            lines.append(t(
                "doc_note_row", label=f"{panel.label}, {row.label}" if panel.label else row.label,
                figure=reading.numbers.figure(row.estimate.estimate, row.unit),
                interval=t("doc_evidence_interval", ends=ends) if ends else "",
                n=reading.numbers.count(row.estimate.n_answers),
            ))  # fmt: skip
    _note(slide, "\n".join([*lines, _source(reading)]))


def _how_sure(reading: Reading) -> list[str]:
    survey, day = reading.data.survey, reading.numbers.day
    found = [
        reading.t(
            "fieldwork", n=reading.numbers.count(survey.n_respondents),
            start=day(survey.fieldwork_start), end=day(survey.fieldwork_end),
        )
    ]  # fmt: skip
    return [*found, *([survey.method] if survey.method else []), caution(reading)]


def _source(reading: Reading) -> str:
    survey, said = reading.data.survey, warning(reading)
    source = reading.t(
        "doc_notes_source", label=survey.label, wave=survey.wave_label, caution=caution(reading)
    )
    return f"{source}\n{said}" if said else source
