"""What stands before the chapters: the cover, and a page of key figures."""

from collections.abc import Iterator

from peil.dutch import level
from peil.report.chapters import figure_cells
from peil.report.document import Block, Bullets, Section, Table, Text
from peil.report.pictures import picture
from peil.site.context import Reading
from peil.site.data import TOTAL
from peil.site.measures import Measure
from peil.site.numbers import short, small
from peil.site.page_advice import applying
from peil.site.page_summary import divided, problem, who_differs
from peil.site.sources import without_any

MOST_KEY_FIGURES = 24


def cover(reading: Reading) -> tuple[tuple[str, str], ...]:
    """Client, publisher, date: what the codebook says of them."""
    t, survey, day = reading.t, reading.data.survey, reading.numbers.day
    period = t("doc_period", start=day(survey.fieldwork_start), end=day(survey.fieldwork_end))
    lines = (
        (t("client"), survey.client), (t("publisher"), survey.publisher),
        (t("doc_date"), day(survey.release_date) if survey.release_date else None),
        (t("doc_fieldwork"), period), (t("doc_contact"), survey.contact),
    )  # fmt: skip
    return tuple((name, value) for name, value in lines if value)


def caution(reading: Reading) -> str:
    """The sentence about who chose to take part."""
    return reading.t.caution(reading.data.survey)


def key_figures(reading: Reading) -> Section:
    return Section(reading.t("doc_key_figures"), tuple(_key_figures(reading)), starts_page=True)


def key_findings(reading: Reading) -> list[str]:
    """The answer, who differs, where it is worst, what to do first."""
    overall = reading.measures.overall
    found = []
    if overall:
        found = [reading.findings.answer(overall)]
        if without := without_any(reading, overall):
            found.append(f"{overall.question.label}: {small(without)}")
        found += who_differs(reading, overall)
    worst = problem(reading)
    if worst:
        what = reading.t("most_often", what=small(short(worst["what"])))
        figure = reading.numbers.figure(worst["worst"].estimate, "share")
        found.append(f"{what}: {worst['worst_name']} ({figure})")
    advice = applying(reading, TOTAL)
    if advice:
        found.append(f"{reading.t('do_first')}: {small(advice[0].title)}")
    return [f"{sentence}." for sentence in found]


def _key_figures(reading: Reading) -> Iterator[Block]:
    survey, day = reading.data.survey, reading.numbers.day
    yield Text(
        reading.t(
            "doc_key_lead", n=reading.numbers.count(survey.n_respondents),
            start=day(survey.fieldwork_start), end=day(survey.fieldwork_end),
            level=level(survey.confidence_level, reading.data.language),
        )
    )  # fmt: skip
    yield Bullets(tuple(key_findings(reading)))
    overall = reading.measures.overall
    chart = divided(reading, overall) if overall else None
    drawn = picture(reading, chart, f"{chart.title}. {chart.subtitle}") if chart else None
    if drawn:
        yield drawn
    yield from _headlines(reading)
    yield from _problem(reading)


def headline_measures(reading: Reading) -> list[Measure]:
    """The headline figures of the codebook that can be better or worse."""
    profile = reading.measures.profile
    chosen = [m for m in profile if m.question.headline_statistic]
    return (chosen or profile)[:MOST_KEY_FIGURES]


def _headlines(reading: Reading) -> Iterator[Table]:
    t = reading.t
    contrast = next(
        (c for c in reading.data.contrasts
         if c.survey_code == reading.data.survey.survey_code), None
    )  # fmt: skip
    levels = (contrast.comparison_level_code, contrast.reference_level_code) if contrast else ()
    header = [t("question"), t("figure"), t("interval"), "n"]
    if contrast:
        header += [contrast.comparison_label, contrast.reference_label]
    rows = []
    for m in headline_measures(reading):
        e = reading.measures.estimate(m)
        base = "" if e.is_withheld else reading.numbers.count(e.n_answers)
        groups = [
            figure_cells(reading, m, reading.measures.estimate(m, contrast.segment_code, key))[0]
            for key in levels if contrast
        ]  # fmt: skip
        rows.append((reading.findings.about(m), *figure_cells(reading, m, e), base, *groups))
    if rows:
        yield Table(
            t("doc_key_figures"), tuple(header), tuple(rows), frozenset(range(1, len(header)))
        )


def _problem(reading: Reading) -> Iterator[Table]:
    """The share that is dissatisfied, per channel and topic."""
    found = problem(reading)
    if found.get("kind") != "heat":
        return
    t, cells = reading.t, found["cells"]
    rows = []
    for channel in found["channels"]:
        line = [channel.label]
        for topic in found["topics"]:
            cell = cells.get((channel.channel_code, topic.code))
            line.append("" if cell is None else figure_cells(reading, *cell)[0])
        rows.append(tuple(line))
    header = (t("doc_channel"), *(topic.label for topic in found["topics"]))
    caption = t("doc_problem", what=small(short(found["what"])))
    yield Table(caption, header, tuple(rows), frozenset(range(1, len(header))))
