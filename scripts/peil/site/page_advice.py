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
        falls_when=lambda a: falls_when(site, a),
        falls_at=lambda e, unit: falls_at(site, e, unit),
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


def falls_when(site: Reading, a: Advice) -> str:
    """What it takes to overturn a recommendation that applies."""
    if a.n_to_overturn is None or a.base_share_at_fall is None:
        return ""
    figures = site.t("n_to_overturn", n=a.n_to_overturn)
    share = a.base_share_at_fall
    if share <= 0:
        return figures
    return f"{figures} {site.t('base_share_at_fall', share=site.numbers.figure(share, 'share'))}"


def falls_at(site: Reading, e: Evidence, unit: str) -> str:
    """How far a figure is from its norm, and on how many answers its interval would reach it."""
    if e.distance_to_threshold is None or e.threshold is None:
        return ""
    write, side = site.numbers, "above" if e.distance_to_threshold > 0 else "below"
    distance = write.difference(abs(e.distance_to_threshold), unit).lstrip("+")
    points = site.t("points") if unit in ("share", "net") else ""
    said = site.t(
        f"{side}_threshold", distance=f"{distance} {points}".strip(),
        threshold=write.precise(e.threshold, unit),
    )  # fmt: skip
    if e.distance_to_threshold == 0:
        said = site.t("at_threshold", threshold=write.precise(e.threshold, unit))
    if e.n_at_threshold is None or e.n_answers is None or e.verdict == "not_shown":
        return said
    key = "certain_from" if e.verdict == "inconclusive" else "certain_until"
    of = site.t("n_of_kpi" if e.kpi_code else "n_of_answers", n=e.n_at_threshold,
                count=write.count(e.n_at_threshold))  # fmt: skip
    return f"{said} {site.t(key, of=of)}"


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
         e.ci_low, e.ci_high, e.threshold, e.n_answers, e.verdict_label, e.distance_to_threshold,
         e.n_at_threshold)
        for e in site.data.evidence
    )  # fmt: skip
    stem = slug(site.t("page_advice"))
    return site.write.csv(f"data/{stem}.csv", site.t("csv_evidence").split("|"), rows)
