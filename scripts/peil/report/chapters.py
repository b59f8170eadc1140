"""A chapter per topic: introduction, finding, figure, table, and who differs."""

from collections.abc import Iterator

from peil.report.document import Block as Part
from peil.report.document import Bullets, Section, Table, Text
from peil.report.pictures import picture
from peil.report.sentences import about_contrast, about_divisions, about_everybody
from peil.site.charts import Block, Figure
from peil.site.context import Reading
from peil.site.data import Topic
from peil.site.measures import Measure
from peil.site.numbers import capital, short
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
            yield Section(survey.label, tuple(_introduction(survey.description)))
            level = 2
        mine = {c: e for c, e in effects.items() if c.survey_code == survey.survey_code}
        for topic in topics:
            yield from _topic(reading, topic, mine, level)


def _introduction(text: str | None) -> list[Part]:
    return [Text(text)] if text else []


def _topic(reading: Reading, topic: Topic, effects: Effects, level: int) -> Iterator[Section]:
    blocks = [block for block in reading.charts.blocks(topic.questions) if block.measures]
    parts = _introduction(topic.introduction)
    if not blocks:
        parts.append(Text(reading.t("doc_no_figures")))
    if len(blocks) == 1:
        parts += block_parts(reading, topic, blocks[0], effects)
    yield Section(topic.label, tuple(parts), level)
    if len(blocks) > 1:
        for block, heading in zip(blocks, headings(reading, blocks), strict=True):
            yield Section(heading, tuple(block_parts(reading, topic, block, effects)), level + 1)


def block_parts(reading: Reading, topic: Topic, block: Block, effects: Effects) -> Iterator[Part]:
    """What a text says about questions that share a chart."""
    figure = whole_of(reading, block, topic)
    sentences = [f"{figure.title}.", *about_everybody(reading, topic.survey, block)]
    yield Text(" ".join(sentences))
    drawn = picture(reading, figure, f"{figure.title}. {figure.subtitle}")
    if drawn:
        yield drawn
    yield figures_table(reading, block, figure)
    contrasted = set()
    for contrast, found in effects.items():
        mine = [e for e in found if e.measure in block.measures or _is_of(e, block)]
        contrasted.add(contrast.segment_code)
        if mine:
            yield Text(about_contrast(reading, contrast, mine))
            yield differences_table(reading, figure.title, contrast, mine)
    others = about_divisions(reading, block, contrasted)
    if others:
        yield Bullets(tuple(others))


def _is_of(e: Effect, block: Block) -> bool:
    return e.measure.question in block.questions


def figures_table(reading: Reading, block: Block, figure: Figure) -> Table:
    """The figures of everybody, with margins; what may not be shown says so."""
    t = reading.t
    parts = reading.measures.parts(block.questions[0].scale_code) if block.kind == "parts" else None
    first = block.measures[0]
    statistics = parts.statistics if parts else [first.statistic]
    header = [t("answer") if block.kind == "options" else t("question")]
    for statistic in statistics:
        what = reading.findings.what(first) if block.kind == "options" else statistic.label
        header += [capital(short(what)), t("interval")]
    header.append("n")
    rows = []
    for m in _ordered(reading, block):
        line = [m.label]
        for statistic in statistics:
            changed = m._replace(statistic=statistic)
            line += figure_cells(reading, changed, reading.measures.estimate(changed))
        rows.append((*line, _base(reading, reading.measures.estimate(m))))
    return Table(
        t("doc_figures_of", title=figure.title), tuple(header), tuple(rows),
        frozenset(range(1, len(header))),
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
    reading: Reading, title: str, contrast: Contrast, effects: list[Effect]
) -> Table:
    """Both groups of a contrast, their difference, and how certain it is."""
    t, write = reading.t, reading.numbers
    header = (
        t("question"), contrast.comparison_label, contrast.reference_label, t("difference"),
        t("interval"), t("verdict"),
    )  # fmt: skip
    rows = tuple(
        (
            e.measure.label,
            write.figure(e.comparison.estimate, e.unit),
            write.figure(e.reference.estimate, e.unit),
            write.difference(e.difference, e.unit),
            f"{write.difference(e.low, e.unit)} {t('to')} {write.difference(e.high, e.unit)}",
            reading.findings.words(e.verdict),
        )
        for e in effects
    )
    caption = t(
        "doc_differences_of", title=title, a=contrast.comparison_label, b=contrast.reference_label
    )
    return Table(caption, header, rows, frozenset(range(1, 5)))
