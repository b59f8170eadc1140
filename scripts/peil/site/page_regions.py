"""The list of regions and a page per region."""

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from peil.site.charts import Figure, Panel, Row
from peil.site.context import Reading, Site
from peil.site.data import TOTAL
from peil.site.insights import Mix, ModelEstimate
from peil.site.measures import CERTAINTY, Measure, Verdict
from peil.site.numbers import capital
from peil.site.page_advice import applying, by_support
from peil.site.page_kpis import scale_of
from peil.site.rows import Contrast, Estimate, Group

MOST_POINTS = 4
OfRegion = TypeVar("OfRegion", Mix, ModelEstimate)
COMPARED = "data/regions.json"


class Line(NamedTuple):
    """A figure of a region, held against everybody."""

    measure: Measure
    estimate: Estimate
    everybody: Estimate
    verdict: Verdict | None

    @property
    def tone(self) -> str:
        return self.verdict.tone if self.verdict else ""


def write(site: Site) -> None:
    if not site.addresses.regions or not site.measures.overall:
        return
    _overview(site, site.measures.overall)
    compared = {}
    for place, group in enumerate(site.data.region_groups):
        lines = lines_of(site, group, site.measures.profile)
        shown = [line for line in lines if not line.estimate.is_withheld]
        compared[group.group_key] = {
            "name": group.label,
            "values": {line.measure.id: line.estimate.estimate for line in shown},
        }
        _region(site, place, group, lines, site.measures.overall)
    site.write.json(COMPARED, compared)


def lines_of(site: Reading, group: Group, measures: list[Measure]) -> list[Line]:
    segment, key = group.segment_code, group.group_key
    return [
        Line(
            m, site.measures.estimate(m, segment, key), site.measures.estimate(m),
            site.measures.against_everybody(m, segment, key),
        )
        for m in measures
    ]  # fmt: skip


def _overview(site: Site, overall: Measure) -> None:
    """Sorted dots with intervals; what cannot be shown at the end."""
    lines = [(g, lines_of(site, g, [overall])[0]) for g in site.data.region_groups]
    shown = [pair for pair in lines if not pair[1].estimate.is_withheld]
    shown.sort(key=lambda pair: -pair[1].estimate.shown)
    verdicts = [line.verdict.certainty for _, line in shown if line.verdict]
    belongs, filters = _belongs(site)
    site.write.page(
        site.addresses.regions,
        "regions.html.j2",
        overall=overall,
        lines=shown,
        withheld=[g for g, line in lines if line.estimate.is_withheld],
        everybody=site.measures.estimate(overall),
        scale=site.measures.scales[overall.unit],
        tally={c: verdicts.count(c) for c in CERTAINTY},
        is_indicative=bool(shown) and all(line.estimate.is_indicative for _, line in shown),
        belongs=belongs,
        filters=filters,
        table=[
            site.write.table_row(group.label, line.estimate, overall.unit) for group, line in lines
        ],
        csv=site.write.figures_csv("data/regions.csv", [line.estimate for _, line in lines]),
    )


def _belongs(site: Site) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The side of the first contrast that a region is on, where the file says so."""
    found = site.data.region_sides
    contrast = next(iter(_contrasts(site)), None)
    if contrast is None or not found:
        return {}, []
    return found, [
        (contrast.comparison_level_code, contrast.comparison_label),
        (contrast.reference_level_code, contrast.reference_label),
    ]


def _contrasts(site: Reading) -> Iterator[Contrast]:
    return (c for c in site.data.contrasts if c.survey_code == site.data.survey.survey_code)


def _region(site: Site, place: int, group: Group, lines: list[Line], overall: Measure) -> None:
    everyone, key = site.data.region_groups, group.group_key
    shown = [line for line in lines if not line.estimate.is_withheld]
    path = site.addresses.region(key)
    own = [a for a in site.data.advice if a.segment_code == group.segment_code]
    site.write.page(
        path,
        "region.html.j2",
        group=group,
        overall=overall,
        headline=site.measures.estimate(overall, group.segment_code, key),
        sentence=site.findings.region(overall, group.segment_code, group),
        n_answers=n_took_part(site, group),
        is_indicative=any(line.estimate.is_indicative for line in lines),
        beside=site.write.figure(path, beside(site, group, overall)),
        models=_headline_first(site, site.data.models_of, group, overall),
        mixes=_headline_first(site, site.data.mixes_of, group, overall),
        by_statistic=_by_statistic(site, shown),
        n_withheld=len(lines) - len(shown),
        points={tone: points_of(shown, tone) for tone in ("better", "worse")},
        kpis=[
            (k, scale_of(site, k)) for k in site.data.kpis
            if (k.segment_code, k.segment_value) == (group.segment_code, key)
        ],
        advice=[a for a in applying(site, key) if a.segment_code == group.segment_code],
        open_advice=by_support(
            a for a in own if a.segment_value == key and a.status == "too_little_data"
        ),
        others=[g for g in everyone if g is not group],
        neighbours=(everyone[place - 1], everyone[(place + 1) % len(everyone)]),
        compared=COMPARED,
        csv=site.write.figures_csv(
            f"data/{path.removesuffix('.html').replace('/', '--')}.csv",
            [line.estimate for line in lines],
        ),
    )  # fmt: skip


def _headline_first(
    site: Site, of_regions: dict[tuple[str, str], list[OfRegion]], group: Group, overall: Measure
) -> list[tuple[OfRegion, str]]:
    """Rows of a region with their units, that of the headline first."""
    first = (overall.question.question_code, overall.statistic.statistic)
    own = [
        (m, site.measures.unit_of(m.question_code, m.statistic))
        for m in of_regions.get((group.survey_code, group.group_key), [])
    ]
    return sorted(own, key=lambda pair: (pair[0].question_code, pair[0].statistic) != first)


def n_took_part(site: Reading, group: Group) -> int | None:
    """Answers to the question that most were asked."""
    bases = (
        e.n_answers for key, e in site.data.figure.items()
        if key[:3] == (group.survey_code, group.segment_code, group.group_key)
    )  # fmt: skip
    return max((n for n in bases if n), default=None)


def points_of(lines: list[Line], tone: str) -> list[Line]:
    """Strong or weak points: the certain ones first."""
    found = [line for line in lines if line.tone == tone]
    found.sort(key=lambda line: CERTAINTY.index(line.verdict.certainty))  # type: ignore[union-attr]
    return found[:MOST_POINTS]


def _by_statistic(site: Site, lines: list[Line]) -> list[tuple[str, Measure, list[Line]]]:
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        key = (line.measure.statistic.scale_code, line.measure.statistic.statistic)
        found.setdefault(key, []).append(line)
    return [
        (site.findings.what(members[0].measure), members[0].measure, members)
        for members in found.values()
    ]


def side_of(site: Reading, group: Group) -> Group | None:
    """The side of a contrast that a region is on."""
    side = site.data.region_sides.get(group.group_key) or ""
    keys = ((group.survey_code, c.segment_code, side) for c in _contrasts(site))
    return next((g for key in keys if (g := site.data.group.get(key))), None)


def beside(site: Reading, group: Group, overall: Measure) -> Figure:
    """The headline of a region beside its side of the contrast and everybody."""
    rows = [(group.label, group.segment_code, group.group_key)]
    side = side_of(site, group)
    if side:
        rows.append((side.label, side.segment_code, side.group_key))
    rows.append((site.t("everybody_together"), TOTAL, TOTAL))
    found = [
        Row(label, site.measures.estimate(overall, segment, key), overall.unit)
        for label, segment, key in rows
    ]
    return Figure(
        id="headline",
        kind="dots",
        title=site.findings.about(overall),
        subtitle=site.t(
            "per_group", what=capital(site.findings.what(overall)),
            direction=site.findings.direction(overall.good),
        ).strip(),
        scale=site.measures.scales[overall.unit],
        panels=[
            Panel(
                "", [row for row in found if not row.estimate.is_withheld],
                [row.label for row in found if row.estimate.is_withheld],
                site.measures.estimate(overall),
            )
        ],
        estimates=[row.estimate for row in found],
    )  # fmt: skip
