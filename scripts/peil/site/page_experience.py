"""Residents and staff on the same theme, side by side and never in one figure."""

from peil.site.context import Site
from peil.site.data import TOTAL
from peil.site.insights import Experience
from peil.site.numbers import slug


def write(site: Site) -> None:
    if not site.addresses.experience:
        return
    total = [e for e in site.data.experiences if e.segment_code == TOTAL]
    site.write.page(
        site.addresses.experience,
        "experience.html.j2",
        themes=total,
        csv=_csv(site, site.data.experiences),
    )


def _csv(site: Site, experiences: list[Experience]) -> str:
    rows = (
        (e.label, _group(site, e), e.resident_label, e.resident_estimate, e.resident_ci_low,
         e.resident_ci_high, e.n_residents, e.staff_label, e.staff_estimate, e.staff_ci_low,
         e.staff_ci_high, e.n_staff)
        for e in experiences
    )  # fmt: skip
    stem = slug(site.t("page_experience"))
    return site.write.csv(f"data/{stem}.csv", site.t("csv_experience").split("|"), rows)


def _group(site: Site, e: Experience) -> str:
    key = (site.data.survey.survey_code, e.segment_code, e.segment_value)
    group = site.data.group.get(key)
    return group.label if group else ""
