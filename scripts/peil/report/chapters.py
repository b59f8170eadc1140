"""A chapter per topic: introduction, finding, figure, table, and who differs."""

from collections.abc import Iterator

from peil.report.document import Block as Part
from peil.report.document import Bullets, Section, Table, Text
from peil.report.pictures import picture
from peil.report.sentences import (
    Measured,
    about_contrast,
    about_divisions,
    about_everybody,
    measured,
)
from peil.site.charts import Block
from peil.site.context import Reading
from peil.site.data import Topic
from peil.site.measures import Measure
from peil.site.numbers import capital, short, small
from peil.site.page_contrast import Effect, effects_of
from peil.site.page_topic import headings, whole_of
from peil.site.rows import Contrast, Estimate

Effects = dict[Contrast, list[Effect]]


def topic_chapters(reading: Reading) -> Iterator[Section]:
    """Chapters of the first survey; every other survey is a chapter, with its topics in it."""
    effects = {c: effects_of(reading, c) for c in reading.data.contrasts}
    for survey in reading.data.surveys:
        topics = [t for t in reading.data.topics if t.survey is survey]
        level = 1
        if survey is not reading.data.survey and topics:
            yield Section(survey.label, tuple(_introduction(survey.description)), starts_page=True)
            level = 2
        of_survey = {c: e for c, e in effects.items() if c.survey_code == survey.survey_code}
        for place, topic in enumerate(topics):
            starts = place == 0 and level == 1
            yield from _topic(reading, topic, of_survey, level, starts)


def _introduction(text: str | None) -> list[Part]:
    return [Text(text)] if text else []


def _topic(
    reading: Reading, topic: Topic, effects: Effects, level: int, starts: bool
) -> Iterator[Section]:
    blocks = [block for block in reading.charts.blocks(topic.questions) if block.measures]
    opening = _introduction(topic.introduction)
    if not blocks:
        opening.append(Text(reading.t("doc_no_figures")))
    if len(blocks) == 1:
        opening += block_parts(reading, topic, blocks[0], topic.label, effects)
    yield Section(topic.label, tuple(opening), level, starts)
    if len(blocks) > 1:
        for block, heading in zip(blocks, headings(reading, blocks), strict=True):
            # A caption is read apart from its chapter: "Per channel" alone says too little.
            name = heading if block.heading else f"{topic.label}, {small(heading)}"
            parts = block_parts(reading, topic, block, name, effects)
            yield Section(heading, tuple(parts), level + 1)


def block_parts(
    reading: Reading, topic: Topic, block: Block, heading: str, effects: Effects
) -> Iterator[Part]:
    """What a text says about questions that share a chart."""
    figure = whole_of(reading, block, topic)
    sentences = [f"{figure.title}.", *about_everybody(reading, topic.survey, block)]
    yield Text(" ".join(sentences))
    drawn = picture(reading, figure, f"{heading}. {figure.subtitle}")
    if drawn:
        yield drawn
    yield figures_table(reading, block, heading)
    labels = {measured(m): m.label for m in block.measures}
    contrasted = set()
    for contrast, found in effects.items():
        of_topic = [e for e in found if measured(e.measure) in labels]
        contrasted.add(contrast.segment_code)
        if of_topic:
            yield Text(about_contrast(reading, contrast, of_topic, labels))
            yield differences_table(reading, heading, contrast, of_topic, labels)
    others = about_divisions(reading, block, contrasted)
    if others:
        yield Bullets(tuple(others))


def figures_table(reading: Reading, block: Block, heading: str) -> Table:
    """The figures of everybody, with margins; what may not be shown says so."""
    t, first = reading.t, block.measures[0]
    parts = reading.measures.parts(block.questions[0].scale_code) if block.kind == "parts" else None
    rows = []
    if parts is None:
        what = t("figure") if block.kind == "options" else capital(short(first.statistic.label))
        header = [t("answer" if block.kind == "options" else "question"), what, t("interval")]
        for m in _ordered(reading, block):
            rows.append([m.label, *figure_cells(reading, m, reading.measures.estimate(m))])
    else:
        shown = (parts.bad, first.statistic, parts.good, parts.mean)
        statistics = list(dict.fromkeys(s for s in shown if s))
        header = [t("question"), *(capital(short(s.label)) for s in statistics)]
        for m in _ordered(reading, block):
            line = [m.label]
            for statistic in statistics:
                changed = m._replace(statistic=statistic)
                cells = figure_cells(reading, changed, reading.measures.estimate(changed))
                line.append(f"{cells[0]} ({cells[1]})" if cells[1] else cells[0])
            rows.append(line)
    for m, line in zip(_ordered(reading, block), rows, strict=True):
        line.append(_base(reading, reading.measures.estimate(m)))
    return Table(
        t("doc_figures_of", title=heading), (*header, "n"), tuple(map(tuple, rows)),
        frozenset(range(1, len(header) + 1)),
    )  # fmt: skip


def _ordered(reading: Reading, block: Block) -> list[Measure]:
    """As in the chart: answers from high to low, withheld ones last."""
    shown = [m for m in block.measures if not reading.measures.estimate(m).is_withheld]
    if block.kind == "options" or (block.kind == "parts" and not block.by_channel):
        shown.sort(key=lambda m: -reading.measures.estimate(m).shown)
    return shown + [m for m in block.measures if reading.measures.estimate(m).is_withheld]


def figure_cells(reading: Reading, m: Measure, e: Estimate) -> list[str]:
    """A figure and its margin, or that it is not shown."""
    if e.is_withheld:
        return [reading.t("not_shown"), ""]
    ends = reading.numbers.interval(e.ci_low, e.ci_high, m.unit)
    return [reading.numbers.figure(e.estimate, m.unit), ends]


def _base(reading: Reading, e: Estimate) -> str:
    return "" if e.is_withheld else reading.numbers.count(e.n_answers)


def differences_table(
    reading: Reading, heading: str, contrast: Contrast, effects: list[Effect],
    labels: dict[Measured, str],
) -> Table:  # fmt: skip
    """Both groups of a contrast, their difference, and how certain it is."""
    t, write = reading.t, reading.numbers
    header = (
        t("question"), contrast.comparison_label, contrast.reference_label, t("difference"),
        t("interval"), t("verdict"),
    )  # fmt: skip
    rows = tuple(
        (
            labels[measured(e.measure)],
            write.figure(e.comparison.estimate, e.unit),
            write.figure(e.reference.estimate, e.unit),
            write.difference(e.difference, e.unit),
            f"{write.difference(e.low, e.unit)} {t('to')} {write.difference(e.high, e.unit)}",
            reading.findings.words(e.verdict),
        )
        for e in effects
    )
    caption = t(
        "doc_differences_of",
        title=heading,
        a=small(contrast.comparison_label),
        b=small(contrast.reference_label),
    )
    return Table(caption, header, rows, frozenset(range(1, 5)))
