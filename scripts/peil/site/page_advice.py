"""Recommendations: which apply, on which figures they stand, and where they apply."""

from collections.abc import Callable, Iterable

from peil.site.context import Reading, Site
from peil.site.data import TOTAL
from peil.site.insights import Advice, Evidence
from peil.site.numbers import slug

STATUSES = ("applies", "too_little_data", "does_not_apply")


def write(site: Site) -> None:
    if not site.addresses.advice:
        return
    everybody = by_support(a for a in site.data.advice if a.segment_code == TOTAL)
    everybody.sort(key=lambda a: STATUSES.index(a.status))
    site.write.page(
        site.addresses.advice,
        "advice.html.j2",
        advice=everybody,
        evidence={a.recommendation_code: evidence_of(site, a) for a in everybody},
        where={a.recommendation_code: _where(site, a) for a in everybody},
        unit=unit_of(site),
        csv=_csv(site, everybody),
    )


def by_support(advice: Iterable[Advice]) -> list[Advice]:
    """Best supported first."""
    return sorted(advice, key=lambda a: a.n_contradicting - a.n_supporting)


def applying(site: Reading, group: str) -> list[Advice]:
    """What applies to a group, best supported first."""
    found = (a for a in site.data.advice if a.segment_value == group and a.status == "applies")
    return by_support(found)


def evidence_of(site: Reading, a: Advice) -> list[Evidence]:
    return [
        e for e in site.data.evidence
        if (e.segment_code, e.recommendation_code) == (TOTAL, a.recommendation_code)
    ]  # fmt: skip


def _where(site: Site, a: Advice) -> dict[str, list[tuple[str, str]]]:
    """Per division the groups it applies to, with the page of a region."""
    found: dict[str, list[tuple[str, str]]] = {}
    for other in site.data.advice:
        if other.recommendation_code != a.recommendation_code or other.status != "applies":
            continue
        if other.segment_code == TOTAL:
            continue
        group = site.data.group.get((other.survey_code, other.segment_code, other.segment_value))
        division = group.division_label if group else other.segment_code
        page = ""
        if site.data.is_region(other.segment_code):
            page = site.addresses.region(other.segment_value)
        found.setdefault(division, []).append((other.segment_label, page))
    return {division: sorted(groups) for division, groups in found.items()}


def unit_of(site: Reading) -> Callable[[Evidence], str]:
    """The unit of a piece of evidence: that of its KPI, else of its statistic."""
    kpis = {k.kpi_code: k.unit for k in site.data.kpis}

    def unit(e: Evidence) -> str:
        if e.kpi_code:
            return kpis.get(e.kpi_code, "share")
        return site.measures.unit_of(e.question_code, e.statistic)

    return unit


def _csv(site: Site, advice: list[Advice]) -> str:
    titles = {a.recommendation_code: a.title for a in advice}
    rows = (
        (titles.get(e.recommendation_code, ""), e.segment_value, e.measure_label, e.estimate,
         e.ci_low, e.ci_high, e.threshold, e.n_answers, e.verdict_label)
        for e in site.data.evidence
    )  # fmt: skip
    stem = slug(site.t("page_advice"))
    return site.write.csv(f"data/{stem}.csv", site.t("csv_evidence").split("|"), rows)
