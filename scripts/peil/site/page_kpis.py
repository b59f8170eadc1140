"""KPIs: value against norm, of everybody, of groups and per region."""

import math

from peil.site.axes import Scale
from peil.site.context import Reading, Site
from peil.site.data import TOTAL
from peil.site.insights import Kpi
from peil.site.numbers import slug


def write(site: Site) -> None:
    if not site.addresses.kpis:
        return
    codes = dict.fromkeys(k.kpi_code for k in site.data.kpis)
    found = []
    for code in codes:
        own = [k for k in site.data.kpis if k.kpi_code == code]
        everybody = next((k for k in own if k.segment_code == TOTAL), own[0])
        groups = [k for k in own if k.segment_code != TOTAL]
        regions = [k for k in groups if site.data.is_region(k.segment_code)]
        others = [k for k in groups if not site.data.is_region(k.segment_code)]
        regions.sort(key=lambda k: _rank(k, everybody.direction))
        found.append((everybody, scale_of(site, everybody), others, regions))
    site.write.page(
        site.addresses.kpis,
        "kpis.html.j2",
        kpis=found,
        n_met=sum(k.verdict == "met" for k, *_ in found),
        n_not_met=sum(k.verdict == "not_met" for k, *_ in found),
        table={
            kpi.kpi_code: [_row(site, k) for k in (kpi, *groups, *regions)]
            for kpi, _, groups, regions in found
        },
        csv=_csv(site),
    )


def _row(site: Site, k: Kpi) -> tuple[str, ...]:
    """Group, value, interval, norm and verdict, as they are shown."""
    if k.is_withheld or k.value is None:
        return k.segment_label, site.t("not_shown"), "", "", ""
    write = site.numbers
    return (
        k.segment_label, write.precise(k.value, k.unit),
        write.interval(k.ci_low, k.ci_high, k.unit), write.figure(k.norm, k.unit),
        (k.verdict_label or "").partition(":")[0],
    )  # fmt: skip


def _rank(k: Kpi, direction: str) -> float:
    """Best first, withheld last."""
    if k.value is None:
        return math.inf
    return -k.value if direction == "higher_is_better" else k.value


def scale_of(site: Reading, kpi: Kpi) -> Scale:
    """One axis per KPI, the same for every group: from 0, unless all values lie far from it."""
    same = [k for k in site.data.kpis if k.kpi_code == kpi.kpi_code]
    ends = [e for k in same for e in (k.value, k.ci_low, k.ci_high, k.norm) if e is not None]
    top, bottom = max(ends, default=1), min(ends, default=0)
    if kpi.unit == "share":
        high = 1.0 if top > 0.6 else max(0.1, math.ceil(top * 10) / 10)
        return Scale(kpi.unit, 0, high, high / 2)
    low = math.floor(bottom) if bottom > top / 2 and bottom > 2 else 0
    high = max(low + 1, math.ceil(top))
    return Scale(kpi.unit, low, high, (high - low) / 2)


def _csv(site: Site) -> str:
    rows = (
        (k.label, k.segment_label, k.period, k.value, k.ci_low, k.ci_high, k.norm,
         k.verdict_label or k.withheld_label, k.previous_period, k.previous_value)
        for k in site.data.kpis
    )  # fmt: skip
    stem = slug(site.t("page_kpis"))
    return site.write.csv(f"data/{stem}.csv", site.t("csv_kpis").split("|"), rows)
