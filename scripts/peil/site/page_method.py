"""How it was done: method, what could be worked out, downloads, terms, accessibility, not found."""

from peil.site.account import account_of
from peil.site.addresses import NOT_FOUND
from peil.site.context import Reading, Site
from peil.site.insights import Margin, Reliability, Response, Weighting
from peil.site.numbers import slug, small
from peil.site.rows import Statistic
from peil.site.samples import Coverage, Evenness, SchemeEffect
from peil.site.sources import contrast_of

MOST_MISSED = 3
MOST_LEVELS = 12  # a variable with more is one row: where weighting leaves the most


def write(site: Site) -> None:
    at = site.addresses
    site.write.page(
        at.method,
        "method.html.j2",
        accounts={s.survey_code: account_of(site, s) for s in site.data.surveys},
        responses={s.survey_code: responses_of(site, s.survey_code) for s in site.data.surveys},
        weighting={s.survey_code: weighting_of(site, s.survey_code) for s in site.data.surveys},
        margins={s.survey_code: margins_of(site, s.survey_code) for s in site.data.surveys},
        evenness={s.survey_code: evenness_of(site, s.survey_code) for s in site.data.surveys},
        contrasts={s.survey_code: contrast_of(site, s.survey_code) for s in site.data.surveys},
        missed={s.survey_code: missed_of(site, s.survey_code) for s in site.data.surveys},
        coverage={s.survey_code: coverage_of(site, s.survey_code) for s in site.data.surveys},
        schemes={s.survey_code: schemes_of(site, s.survey_code) for s in site.data.surveys},
        scores={s.survey_code: scores_of(site, s.survey_code) for s in site.data.surveys},
        overall=site.measures.overall,
        audit=site.data.audit,
        items={
            s.survey_code: [i for i in site.data.items if i.survey_code == s.survey_code]
            for s in site.data.surveys
        },
        csv=_items_csv(site),
    )
    if at.protection:
        site.write.page(
            at.protection,
            "protection.html.j2",
            attacks=site.data.attacks,
            n_tried=sum(a.n_tried for a in site.data.attacks),
            n_recovered=sum(a.n_recovered for a in site.data.attacks),
            n_figures=len(site.data.estimates),
            n_withheld=sum(e.is_withheld for e in site.data.estimates),
            csv=_attacks_csv(site),
        )
    site.write.page(at.glossary, "glossary.html.j2", statistics=_statistics(site))
    site.write.page(at.access, "access.html.j2")
    site.write.page(NOT_FOUND, "404.html.j2")
    site.write.page(
        at.downloads,
        "downloads.html.j2",
        topics=site.data.topics,
        documents=[f"{path.parent.name}/{path.name}" for path in site.write.documents],
    )


def responses_of(site: Reading, survey_code: str) -> list[Response]:
    """Steps from received to counted, of all sources together."""
    return [
        r for r in site.data.responses
        if r.survey_code == survey_code and r.source_code == "all"
    ]  # fmt: skip


def evenness_of(site: Reading, survey_code: str) -> list[Evenness]:
    """Per source how much groups of the population differ in how many answered."""
    return [
        e for e in site.data.evenness
        if e.survey_code == survey_code and e.attribute_code is None and e.cv is not None
    ]  # fmt: skip


def missed_of(site: Reading, survey_code: str) -> list[str]:
    """Groups that answered least, of all sources together, most missed first."""
    found = [
        e for e in site.data.evenness
        if e.survey_code == survey_code and e.source_code == "all" and e.invite_rank is not None
    ]  # fmt: skip
    found.sort(key=lambda e: e.invite_rank or 0)
    return [small(e.level_label or "") for e in found[:MOST_MISSED]]


def weighting_of(site: Reading, survey_code: str) -> list[Weighting]:
    return [w for w in site.data.weighting if w.survey_code == survey_code and w.is_default_scheme]


def margins_of(site: Reading, survey_code: str) -> list[Margin]:
    return [m for m in site.data.margins if m.survey_code == survey_code]


def coverage_of(site: Reading, survey_code: str) -> list[Coverage]:
    """Variables that are not raked on, beside the population; of many levels the worst one."""
    found: dict[str, list[Coverage]] = {}
    for c in site.data.coverage:
        if c.survey_code == survey_code and not c.is_raked:
            found.setdefault(c.attribute_code, []).append(c)
    return [
        c for levels in found.values()
        for c in (
            levels if len(levels) <= MOST_LEVELS
            else [max(levels, key=lambda c: abs(c.difference_after))]
        )
    ]  # fmt: skip


def schemes_of(site: Reading, survey_code: str) -> list[SchemeEffect]:
    """What the headline of the survey would be under every other weighting."""
    m = site.measures.overall
    if m is None or m.question.survey_code != survey_code:
        return []
    key = (m.question.question_code, m.statistic.statistic, m.option_code)
    return [
        e for e in site.data.scheme_effects
        if e.survey_code == survey_code and (e.question_code, e.statistic, e.option_code) == key
    ]  # fmt: skip


def scores_of(site: Reading, survey_code: str) -> list[list[Reliability]]:
    """The items of every score of a survey."""
    return [items for (survey, _), items in site.data.items_of.items() if survey == survey_code]


def _statistics(site: Site) -> list[Statistic]:
    """What is counted, once per label, of the scales that questions have."""
    used = {q.scale_code for q in site.data.questions}
    return list({s.label: s for s in site.data.statistics if s.scale_code in used}.values())


def _items_csv(site: Site) -> str:
    rows = (
        (i.label, i.n_eligible, i.n_not_asked, i.n_answered, i.n_dont_know, i.n_refused,
         i.n_skipped)
        for i in site.data.items
    )  # fmt: skip
    stem = slug(site.t("page_method"))
    return site.write.csv(f"data/{stem}.csv", site.t("csv_items").split("|"), rows)


def _attacks_csv(site: Site) -> str:
    labels = {s.survey_code: s.label for s in site.data.surveys}
    rows = ((labels[a.survey_code], a.label, a.n_tried, a.n_recovered) for a in site.data.attacks)
    stem = slug(site.t("page_protection"))
    return site.write.csv(f"data/{stem}.csv", site.t("csv_attacks").split("|"), rows)
