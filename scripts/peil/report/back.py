"""Chapters that a survey may have: staff beside residents, KPIs, priorities, trends, advice."""

from collections.abc import Callable, Iterator

from peil.report.document import Block, Bullets, Section, Table, Text
from peil.report.pictures import kpi_picture
from peil.site.context import Reading
from peil.site.data import TOTAL
from peil.site.insights import Advice, Evidence, Kpi, Trend
from peil.site.numbers import capital, small
from peil.site.page_advice import by_support, evidence_of, falls_at, falls_when, unit_of
from peil.site.page_priorities import headline
from peil.site.page_trends import changes_of, since_base, since_previous, wave_names


def experience_chapter(reading: Reading) -> Iterator[Section]:
    """Residents and staff on the same theme, never in one figure."""
    themes = [e for e in reading.data.experiences if e.segment_code == TOTAL]
    if not themes:
        return
    t, write = reading.t, reading.numbers
    header = (
        t("theme"), capital(t("who_residents")), t("figure"), t("interval"),
        capital(t("who_staff")), t("figure"), t("interval"),
    )  # fmt: skip
    rows = tuple(
        (
            e.label, e.resident_label, write.figure(e.resident_estimate, "mean"),
            write.interval(e.resident_ci_low, e.resident_ci_high, "mean"), e.staff_label,
            write.figure(e.staff_estimate, "mean"),
            write.interval(e.staff_ci_low, e.staff_ci_high, "mean"),
        )
        for e in themes
    )  # fmt: skip
    table = Table(t("page_experience"), header, rows, frozenset({2, 3, 5, 6}))
    yield Section(t("page_experience"), (Text(t("experience_lead")), table))


def kpi_chapter(reading: Reading) -> Iterator[Section]:
    """Of everybody, against their norms."""
    kpis = [k for k in reading.data.kpis if k.segment_code == TOTAL]
    if not kpis:
        return
    t = reading.t
    n_met, n_not = (sum(k.verdict == v for k in kpis) for v in ("met", "not_met"))
    found = t("kpis_found", met=n_met, not_met=n_not, n=len(kpis))
    blocks: list[Block] = [Text(found)]
    if any(k.is_example for k in kpis):
        blocks.append(Text(t("norms_are_examples")))
    drawn = kpi_picture(reading, kpis, f"{t('page_kpis')}. {t('thick_line_is_norm')}")
    if drawn:
        blocks.append(drawn)
    yield Section(t("page_kpis"), (*blocks, kpi_table(reading, kpis)))


def kpi_table(reading: Reading, kpis: list[Kpi]) -> Table:
    t, write = reading.t, reading.numbers
    header = (
        t("page_kpis"), t("figure"), t("interval"), capital(t("norm")), t("verdict"),
    )  # fmt: skip
    rows = []
    for k in kpis:
        bound = t("at_least") if k.direction == "higher_is_better" else t("at_most")
        norm = f"{bound} {write.figure(k.norm, k.unit)}"
        if k.is_withheld or k.value is None:
            rows.append((k.label, t("not_shown"), "", norm, k.withheld_label or ""))
            continue
        ends = write.interval(k.ci_low, k.ci_high, k.unit)
        verdict = (k.verdict_label or "").partition(":")[0]
        rows.append((k.label, write.precise(k.value, k.unit), ends, norm, verdict))
    return Table(t("page_kpis"), header, tuple(rows), frozenset({1, 2, 3}))


def priorities_chapter(reading: Reading) -> Iterator[Section]:
    """What weighs most, against how many are dissatisfied with it."""
    shown = [p for p in reading.data.priorities if not p.is_withheld]
    if not shown:
        return
    t, write = reading.t, reading.numbers
    labels = {q.question_code: q.label for q in reading.data.questions}
    outcome = labels.get(shown[0].outcome_question_code, shown[0].outcome_question_code)
    header = (
        t("part"), t("question"), capital(t("weighs")), t("interval"),
        capital(t("dissatisfied")), t("interval"), capital(t("first_chance_column")), t("verdict"),
    )  # fmt: skip
    rows = tuple(
        (
            p.driver_model_label, p.question_label, write.figure(p.importance_share, "share"),
            write.interval(p.importance_share_ci_low, p.importance_share_ci_high, "share"),
            write.figure(p.share_unsatisfied, "share"),
            write.interval(p.share_unsatisfied_ci_low, p.share_unsatisfied_ci_high, "share"),
            write.chance(p.first_probability),
            (p.quadrant_label or "").partition(":")[0],
        )
        for p in shown
    )  # fmt: skip
    table = Table(t("page_priorities"), header, rows, frozenset({2, 3, 4, 5, 6}))
    lead = f"{t('priorities_lead', outcome=small(outcome))} {t('priorities_chance')}"
    yield Section(t("page_priorities"), (Text(f"{headline(reading, shown)}."), Text(lead), table))


def trends_chapter(reading: Reading) -> Iterator[Section]:
    """What changed for certain since the wave before, and since the base wave."""
    trends = [
        x for x in reading.data.trends if x.survey_code == reading.data.survey.survey_code
    ]  # fmt: skip
    parts = (since_previous(trends), since_base(trends))
    blocks = [block for chosen in parts for block in _changed(reading, *chosen)]
    if blocks:
        yield Section(reading.t("page_trends"), (Text(reading.t("doc_trends_lead")), *blocks))


def _changed(reading: Reading, trends: list[Trend], since: str) -> Iterator[Block]:
    """How many figures changed for certain, and those with their interval and verdict."""
    changes = [change for change, _ in changes_of(reading, trends)]
    if not changes:
        return
    t, write = reading.t, reading.numbers
    wave = wave_names(reading, trends)
    certain = [change for change in changes if change.certainty == "certain"]
    yield Text(f"{t('trends_found', n=len(certain), of=len(changes), wave=wave)}.")
    if not certain:
        return
    header = (
        t("question"), t("earlier"), t("now"), t("difference"), t("interval"), t("verdict"),
    )  # fmt: skip
    rows = tuple(
        (
            reading.findings.about(c.measure), c.earlier, c.now,
            write.difference(c.difference, c.unit),
            f"{write.difference(c.low, c.unit)} {t('to')} {write.difference(c.high, c.unit)}",
            reading.findings.words(c.verdict),
        )
        for c in certain
    )  # fmt: skip
    caption = f"{t('what_changed')}, {small(t(since, wave=wave))}"
    yield Table(caption, header, rows, frozenset({1, 2, 3, 4}))


def advice_chapter(reading: Reading) -> Iterator[Section]:
    """A heading per recommendation that applies, with its evidence as a list."""
    everybody = by_support(a for a in reading.data.advice if a.segment_code == TOTAL)
    if not everybody:
        return
    t, unit = reading.t, unit_of(reading)
    yield Section(t("page_advice"), (Text(t("advice_lead")),), starts_page=True)
    for a in everybody:
        if a.status == "applies":
            yield Section(a.title, tuple(_advice(reading, a, unit)), 2)
    others = [a for a in everybody if a.status != "applies"]
    if others:
        items = tuple(f"{a.title}: {small(t(f'status_{a.status}'))}" for a in others)
        yield Section(t("doc_other"), (Bullets(items),), 2)


def _advice(reading: Reading, a: Advice, unit: Callable[[Evidence], str]) -> Iterator[Block]:
    yield Text(a.text)
    if a.owner:
        yield Text(f"{reading.t('owner')}: {a.owner}.")
    shown = [e for e in evidence_of(reading, a) if e.estimate is not None]
    if not shown:
        return
    if falls := falls_when(reading, a):
        yield Text(falls)
    yield Text(reading.t("doc_evidence"))
    yield Bullets(tuple(_evidence(reading, e, unit(e)) for e in shown))


def _evidence(reading: Reading, e: Evidence, unit: str) -> str:
    write = reading.numbers
    ends = write.interval(e.ci_low, e.ci_high, unit)
    # What is held against a norm is read with its decimals.
    figure = write.precise(e.estimate or 0, unit) if e.kpi_code else write.figure(e.estimate, unit)
    return reading.t(
        "doc_evidence_line", reason=capital(e.reason or e.measure_label), figure=figure,
        interval=reading.t("doc_evidence_interval", ends=ends) if ends else "",
        verdict=small(e.verdict_label), falls_at=falls_at(reading, e, unit),
    ).strip()  # fmt: skip
