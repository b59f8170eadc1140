"""Two pages about one region: its figures beside those of its group and of everybody."""

from collections.abc import Iterator

from peil.errors import InputError
from peil.report.back import kpi_table
from peil.report.chapters import figure_cells
from peil.report.document import Block, Bullets, Section, Table, Text
from peil.report.front import caution
from peil.report.pictures import picture
from peil.site.context import Reading
from peil.site.measures import Measure
from peil.site.page_advice import applying
from peil.site.page_regions import Line, beside, lines_of, n_took_part, points_of, side_of
from peil.site.rows import Group


def region_of(reading: Reading, code: str) -> Group:
    """The region with this code.

    Raises:
        InputError: the survey has no such region, or no regions at all.
    """
    groups = {g.group_key: g for g in reading.data.region_groups}
    if not groups:
        raise InputError(
            f"--region {code}: survey {reading.data.survey.survey_code} has no regions. "
            "Leave --region out for the whole summary."
        )
    if code not in groups:
        known = ", ".join(list(groups)[:5])
        raise InputError(f"--region {code}: no region of this survey. Known are {known}, ...")
    return groups[code]


def region_sections(reading: Reading, group: Group) -> Iterator[Section]:
    overall = reading.measures.overall
    if overall is None:
        return
    lines = lines_of(reading, group, reading.measures.profile)
    shown = [line for line in lines if not line.estimate.is_withheld]
    yield Section(reading.t("in_short"), tuple(_answer(reading, group, overall, lines)))
    if shown:
        blocks: list[Block] = [Text(reading.t("chance_hint"))]
        for tone in ("better", "worse"):
            blocks += _points(reading, shown, tone)
        yield Section(reading.t("strong_and_weak"), tuple(blocks))
    yield from _advice(reading, group)
    if shown:
        table = _figures(reading, group, shown)
        n = len(lines) - len(shown)
        withheld = (Text(reading.t("doc_n_withheld", n=n)),) if n else ()
        yield Section(table.caption, (table, *withheld))
    kpis = [
        k for k in reading.data.kpis
        if (k.segment_code, k.segment_value) == (group.segment_code, group.group_key)
    ]  # fmt: skip
    if kpis:
        yield Section(reading.t("page_kpis"), (kpi_table(reading, kpis),))


def _answer(reading: Reading, group: Group, overall: Measure, lines: list[Line]) -> Iterator[Block]:
    t = reading.t
    yield Text(reading.findings.region(overall, group.segment_code, group))
    n = n_took_part(reading, group)
    if n:
        said = t("n_took_part", n=reading.numbers.count(n))
        if any(line.estimate.is_indicative for line in lines):
            said += f" {t('page_indicative')}"
        yield Text(said)
        chart = beside(reading, group, overall)
        drawn = picture(reading, chart, f"{chart.title}. {chart.subtitle}")
        if drawn:
            yield drawn
    yield Text(caution(reading))


def _points(reading: Reading, lines: list[Line], tone: str) -> Iterator[Block]:
    t, write = reading.t, reading.numbers
    items = tuple(
        f"{reading.findings.about(x.measure)}: {write.figure(x.estimate.estimate, x.measure.unit)} "
        f"{t('against')} {write.figure(x.everybody.estimate, x.measure.unit)} "
        f"{t('of_everybody')} ({reading.findings.words(x.verdict)})"
        for x in points_of(lines, tone)
    )
    yield Text(f"{t(f'{tone}_than_all')}:")
    yield Bullets(items or (t("no_point"),))


def _figures(reading: Reading, group: Group, lines: list[Line]) -> Table:
    """The region, its group and everybody, on every headline figure that may be shown."""
    t, side = reading.t, side_of(reading, group)
    header = [t("question"), group.label, t("interval"), "n"]
    header += [side.label] if side else []
    header += [t("everybody_together"), t("verdict")]
    rows = []
    for line in lines:
        m, e = line.measure, line.estimate
        cells = [reading.findings.about(m), *figure_cells(reading, m, e)]
        cells.append(reading.numbers.count(e.n_answers))
        if side:
            theirs = reading.measures.estimate(m, side.segment_code, side.group_key)
            cells.append(figure_cells(reading, m, theirs)[0])
        cells.append(figure_cells(reading, m, line.everybody)[0])
        is_alike = line.verdict is not None and line.verdict.certainty == "none"
        cells.append(t("tally_none") if is_alike else reading.findings.words(line.verdict))
        rows.append(tuple(cells))
    caption = t("headlines_of", name=group.label)
    return Table(caption, tuple(header), tuple(rows), frozenset(range(1, len(header) - 1)))


def _advice(reading: Reading, group: Group) -> Iterator[Section]:
    advice = [a for a in applying(reading, group.group_key) if a.segment_code == group.segment_code]
    if advice:
        items = tuple(f"{a.title}. {a.text}" for a in advice)
        yield Section(reading.t("advice_for", name=group.label), (Bullets(items),))
