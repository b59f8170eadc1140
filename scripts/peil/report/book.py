"""The tabellenboek: a table per question, its answers by the groups of a banner.

What stands in it, whatever the format. A figure is read from the published file as it stands.
"""

from collections.abc import Iterable, Iterator

from peil.report.book_crosstabs import crosstab_chapters
from peil.report.book_parts import (
    COUNT,
    SHARE,
    Battery,
    Book,
    Cell,
    Chapter,
    Column,
    Line,
    Region,
    Row,
    Table,
)
from peil.report.compose import warning
from peil.site.context import Reading
from peil.site.data import TOTAL, Topic
from peil.site.measures import Measure, Parts, between_label
from peil.site.numbers import capital, short
from peil.site.page_regions import side_of
from peil.site.rows import Estimate, Group, Question

ORDER = ("option", "range", "net", "mean")


def book(reading: Reading) -> Book:
    """Key figures, a chapter per topic and per crosstab, and a sheet per region."""
    survey = reading.data.survey
    made = Book(reading, survey.label, survey.wave_label, warning(reading))
    numbers = iter(range(1, 10**6))
    for s in reading.data.surveys:
        columns = banner(reading, s.survey_code)
        topics = [topic for topic in reading.data.topics if topic.survey is s]
        if found := tuple(_key_figures(made, topics, columns)):
            title = reading.t("doc_key_figures")
            if s is not survey:
                title = f"{title}: {short(s.label)}"
            table = Table(next(numbers), title, s.label, found)
            made.chapters.append(Chapter(title, s.label, columns, (table,)))
        for topic in topics:
            tables = [_table(made, q, next(numbers), columns) for q in topic.questions]
            batteries = tuple(_batteries(made, topic))
            made.chapters.append(
                Chapter(topic.label or topic.code, s.label, columns, tuple(tables), batteries)
            )
    made.chapters += crosstab_chapters(made, numbers)
    made.regions += [_region(made, group) for group in reading.data.region_groups]
    return made


def banner(reading: Reading, survey_code: str) -> tuple[Column, ...]:
    """Everybody, then the groups of every division that the codebook puts in the banner."""
    everybody = Column("", reading.t("everybody_together"), "", TOTAL, TOTAL)
    groups = (
        Column(
            g.division_label or segment,
            g.label or g.group_key,
            g.letter or "",
            segment,
            g.group_key,
        )
        for segment, groups in reading.data.divisions(survey_code).items()
        for g in groups
        if g.is_in_banner
    )
    return (everybody, *groups)


def _lines(reading: Reading, q: Question) -> list[Estimate]:
    """The figures of everybody, a row each: answers, ranges, net score, mean."""
    known = reading.measures.statistics(q.scale_code)
    own = [
        e for e in reading.data.of_everybody.get((q.survey_code, q.question_code), [])
        if e.statistic in known
    ]  # fmt: skip
    kinds = {name: statistic.kind for name, statistic in known.items()}

    def place(e: Estimate) -> int:
        kind = kinds[e.statistic]
        return ORDER.index(kind) if kind in ORDER else len(ORDER)

    return sorted(own, key=place)


def _label(line: Estimate) -> str:
    """What a codebook calls it; its code where it calls it nothing."""
    return line.option_label or line.option_code or line.statistic_label or line.statistic


def _unit(reading: Reading, q: Question, e: Estimate) -> str:
    return reading.measures.unit_of(q.question_code, e.statistic)


def _figures(reading: Reading, line: Estimate, columns: Iterable[Column]) -> list[Estimate]:
    return [reading.measures.beside(line, column.segment, column.group) for column in columns]


def _table(made: Book, q: Question, number: int, columns: tuple[Column, ...]) -> Table:
    reading, rows = made.reading, []
    lines = _lines(reading, q)
    for line in lines:
        cells = tuple(made.cell(e) for e in _figures(reading, line, columns))
        label, is_answer = _label(line), bool(line.option_code)
        rows.append(Row(label, _unit(reading, q, line), cells, is_answer))
    bases = list(zip(*(_figures(reading, line, columns) for line in lines), strict=True))
    label = q.label or q.question_code
    return Table(number, label, q.text or label, (*rows, *_bases(made, bases)))


def _bases(made: Book, columns: list[tuple[Estimate, ...]]) -> Iterator[Row]:
    """Answers counted and what they are worth; of a column in which something is shown."""
    for name, label in (("n_answers", "book_base"), ("n_effective", "book_effective")):
        cells = []
        for figures in columns:
            shown = [getattr(e, name) for e in figures if not e.is_withheld]
            most = max((value for value in shown if value is not None), default=None)
            cells.append(made.cell(figures[0]) if most is None else Cell(most))
        yield Row(made.reading.t(label), COUNT, tuple(cells))


def _key_figures(made: Book, topics: list[Topic], columns: tuple[Column, ...]) -> Iterator[Row]:
    """The headline of every question that has one."""
    reading = made.reading
    for topic in topics:
        for q in topic.questions:
            for m in reading.measures.of(q) if q.headline_statistic else ():
                figures = [
                    reading.measures.estimate(m, column.segment, column.group) for column in columns
                ]
                what = m.label if m.option_code else short(m.statistic.label)
                label = f"{q.label}: {what}"
                yield Row(label, m.unit, tuple(made.cell(e) for e in figures))


def _batteries(made: Book, topic: Topic) -> Iterator[Battery]:
    """Questions on one scale whose answers fall into what is bad, between and good."""
    measures, t = made.reading.measures, made.reading.t
    scales: dict[str, list[Question]] = {}
    for q in topic.questions:
        scales.setdefault(q.scale_code, []).append(q)
    for code, questions in scales.items():
        parts = measures.parts(code)
        if parts is None:
            continue
        rows = [row for q in questions if (row := _parts(made, q, parts))]
        if rows:
            label = short(next(iter(measures.statistics(code).values())).scale_label)
            middle = capital(between_label(parts, t("or"), t("between")))
            yield Battery(label, (parts.bad.label, middle, parts.good.label), tuple(rows))


def _parts(made: Book, q: Question, parts: Parts) -> Row | None:
    """What is bad and what is good, of everybody; none where one of them is withheld."""
    found = [
        made.reading.measures.estimate(Measure(q, statistic, None, q.label))
        for statistic in (parts.bad, parts.good)
    ]
    if any(e.is_withheld for e in found):
        return None
    bad, good = (e.shown for e in found)
    return Row(q.label, SHARE, (Cell(bad), Cell(max(1 - bad - good, 0.0)), Cell(good)))


def _region(made: Book, group: Group) -> Region:
    """Figure, interval and base of a region; its group and everybody beside it."""
    reading, t = made.reading, made.reading.t
    name = group.label or group.group_key
    side = side_of(reading, group)
    header = [
        t("topic"), t("question"), t("book_line"), name, t("book_low"), t("book_high"), "n"
    ]  # fmt: skip
    header += [side.label or side.group_key] if side else []
    lines = []
    for topic in reading.data.topics:
        if topic.survey.survey_code != group.survey_code:
            continue
        for q in topic.questions:
            for line in _lines(reading, q):
                own = reading.measures.beside(line, group.segment_code, group.group_key)
                cells = [made.cell(own)]
                ends = (own.ci_low, own.ci_high, own.n_answers)
                cells += [Cell(None if own.is_withheld else end) for end in ends]
                if side:
                    e = reading.measures.beside(line, side.segment_code, side.group_key)
                    cells.append(made.cell(e, with_letters=False))
                cells.append(made.cell(line))
                unit = _unit(reading, q, line)
                names = (topic.label or topic.code, q.label or q.question_code, _label(line))
                lines.append(Line(*names, unit, tuple(cells)))
    header.append(t("everybody_together"))
    return Region(name, group.division_label, tuple(header), tuple(lines))
