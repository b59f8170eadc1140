"""The appendix: response, weighting, margins reached, tests, and what was asked."""

from collections.abc import Iterator

from peil.report.document import Block, Bullets, Section, Table, Text
from peil.report.front import caution
from peil.site.account import account_of
from peil.site.context import Reading
from peil.site.numbers import capital
from peil.site.page_method import coverage_of, margins_of, weighting_of
from peil.site.rows import Survey

ALL_SOURCES = "all"
VERDICTS = ("certain_difference", "hint", "none")
TERMS = ("interval", "indicative", "not_shown", "weighted")


def method_appendix(reading: Reading) -> Iterator[Section]:
    t = reading.t
    yield Section(t("doc_method"), (Text(t("method_description")),), starts_page=True)
    several = len(reading.data.surveys) > 1
    for survey in reading.data.surveys:
        title = survey.label if several else t("doc_how")
        yield Section(title, tuple(_survey(reading, survey)), 2)
    yield Section(t("doc_selection"), (Text(f"{caution(reading)} {t('no_cause')}"),), 2)
    verdicts = [f"{capital(t(f'{key}_name'))}: {t(f'{key}_means')}." for key in VERDICTS]
    level = reading.numbers.figure(reading.data.survey.confidence_level, "share")
    terms = [f"{t(f'term_{k}')}: {t(f'term_{k}_means', level=level)}" for k in TERMS]
    yield Section(t("doc_words"), (Bullets((*terms, *verdicts)),), 2)
    yield from _questionnaire(reading)


def _survey(reading: Reading, survey: Survey) -> Iterator[Block]:
    t, day = reading.t, reading.numbers.day
    for text in (survey.description, survey.method):
        if text:
            yield Text(text)
    fieldwork = t(
        "fieldwork", n=reading.numbers.count(survey.n_respondents),
        start=day(survey.fieldwork_start), end=day(survey.fieldwork_end),
    )  # fmt: skip
    sources = f" {t('sources')}: {survey.sources}." if survey.sources else ""
    yield Text(fieldwork + sources)
    yield Table(
        t("account"), (t("account_element"), t("account_given")), account_of(reading, survey)
    )
    yield from _response(reading, survey)
    yield from _weighting(reading, survey)
    if survey.survey_code in reading.data.audit:
        tried, agree = reading.data.audit[survey.survey_code]
        yield Text(t("audit", n=agree, of=tried))
    if survey.licences:
        yield Text(survey.licences)


def _response(reading: Reading, survey: Survey) -> Iterator[Table]:
    """From received to counted, a column per source."""
    found = [r for r in reading.data.responses if r.survey_code == survey.survey_code]
    sources = dict(sorted(
        {r.source_code: r.source_label for r in found}.items(),
        key=lambda pair: pair[0] != ALL_SOURCES,
    ))  # fmt: skip
    if len(sources) == 2:  # one source says the same as all together
        sources = {ALL_SOURCES: sources[ALL_SOURCES]} if ALL_SOURCES in sources else sources
    counts = {(r.step_code, r.source_code): r.n_rows for r in found}
    steps = {r.step_code: r.label for r in found}
    rows = tuple(
        (label, *(reading.numbers.count(counts.get((step, source))) for source in sources))
        for step, label in steps.items()
        if any(counts.get((step, source)) for source in sources)
    )
    if rows:
        header = ("", *sources.values())
        yield Table(reading.t("response"), header, rows, frozenset(range(1, len(header))))


def _weighting(reading: Reading, survey: Survey) -> Iterator[Table]:
    t, write = reading.t, reading.numbers
    header = (
        t("weighting"), "n", t("n_effective"), t("deff"), t("least_weight"), t("most_weight"),
    )  # fmt: skip
    rows = tuple(
        (
            w.label, write.count(w.n_respondents), write.count(w.n_effective),
            *("" if x is None else write.precise(x, "mean")
              for x in (w.deff_weights, w.min_weight, w.max_weight)),
        )
        for w in weighting_of(reading, survey.survey_code)
    )  # fmt: skip
    if rows:
        yield Table(t("weighting"), header, rows, frozenset(range(1, 6)))
    margins = tuple(
        (
            m.label, write.count(m.n_respondents),
            *("" if x is None else write.precise(x, "share")
              for x in (m.target_share, m.unweighted_share, m.weighted_share)),
        )
        for m in margins_of(reading, survey.survey_code)
    )  # fmt: skip
    if margins:
        columns = (t("group"), "n", t("population"), t("unweighted"), t("weighted"))
        yield Table(t("margins"), columns, margins, frozenset(range(1, 5)))
    beside = tuple(
        (
            f"{c.attribute_label}: {c.label}", write.precise(c.population_share, "share"),
            write.precise(c.unweighted_share, "share"), write.precise(c.weighted_share, "share"),
            write.difference(c.difference_after, "share"),
        )
        for c in coverage_of(reading, survey.survey_code)
    )  # fmt: skip
    if beside:
        columns = (
            t("group"), t("population"), t("unweighted"), t("weighted"), t("difference"),
        )  # fmt: skip
        yield Table(t("coverage"), columns, beside, frozenset(range(1, 5)))


def _questionnaire(reading: Reading) -> Iterator[Section]:
    """The questions as they were asked, with their scales and how many answered."""
    t = reading.t
    scales = {s.scale_code: s.scale_label for s in reading.data.statistics}
    answered = {(i.survey_code, i.question_code): i.n_answered for i in reading.data.items}
    for survey in reading.data.surveys:
        asked = [q for q in reading.data.questions if q.survey_code == survey.survey_code]
        rows = tuple(
            (
                q.text or q.label, scales.get(q.scale_code, ""),
                reading.numbers.count(answered.get((q.survey_code, q.question_code))),
            )
            for q in asked
        )  # fmt: skip
        if rows:
            title = t("doc_questionnaire")
            if len(reading.data.surveys) > 1:
                title += f": {survey.label}"
            header = (t("question"), t("doc_scale"), t("answered"))
            yield Section(title, (Table(title, header, rows, frozenset({2})),), 2)
