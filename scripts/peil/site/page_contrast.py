"""A page per contrast: what differs between two groups, certain differences first."""

from typing import NamedTuple

from peil.site.axes import Scale
from peil.site.context import Reading, Site
from peil.site.data import Topic
from peil.site.measures import CERTAINTY, Measure, Verdict, verdict
from peil.site.rows import Contrast, Estimate


class Effect(NamedTuple):
    """Comparison level minus reference level, with its interval."""

    topic: Topic
    measure: Measure
    difference: float
    low: float
    high: float
    is_certain_clustered: bool | None
    verdict: Verdict
    comparison: Estimate
    reference: Estimate

    @property
    def unit(self) -> str:
        return self.measure.unit

    @property
    def certainty(self) -> str:
        return self.verdict.certainty


def write(site: Site) -> None:
    for contrast, path in site.addresses.contrasts.items():
        _contrast(site, contrast, path)


def _contrast(site: Site, contrast: Contrast, path: str) -> None:
    effects = sorted(
        effects_of(site, contrast), key=lambda e: (e.measure.good == 0, -abs(e.difference))
    )
    certainties = [e.certainty for e in effects]
    site.write.page(
        path,
        "contrast.html.j2",
        contrast=contrast,
        title=site.addresses.contrast_title(contrast),
        about=next(s for s in site.data.surveys if s.survey_code == contrast.survey_code),
        effects=effects,
        by_unit=_by_unit([e for e in effects if e.certainty == "certain"]),
        by_topic=_by_topic(site, effects),
        effect_scales={
            unit: effect_scale(unit, [(e.low, e.high) for e in effects if e.unit == unit])
            for unit in sorted({e.unit for e in effects})
        },
        tally={c: certainties.count(c) for c in CERTAINTY},
        csv=_csv(site, path, contrast, effects),
    )


def effects_of(site: Reading, contrast: Contrast) -> list[Effect]:
    """Every headline measure of the survey that the contrast was tested on."""
    levels = (contrast.comparison_level_code, contrast.reference_level_code)
    found = []
    for topic in site.data.topics:
        if topic.survey.survey_code != contrast.survey_code:
            continue
        for m in (m for q in topic.questions for m in site.measures.of(q)):
            for test in site.measures.tests(m, contrast.segment_code, "segments"):
                if {test.group_key_a, test.group_key_b} != set(levels):
                    continue
                turn = 1 if test.group_key_a == levels[0] else -1
                v = verdict(test, m.good, turn)
                low, high = sorted((turn * (test.ci_low or 0), turn * (test.ci_high or 0)))
                a, b = (site.measures.estimate(m, contrast.segment_code, g) for g in levels)
                difference, clustered = turn * (test.difference or 0), test.is_significant_clustered
                if v:
                    found.append(Effect(topic, m, difference, low, high, clustered, v, a, b))
    return found


def _by_unit(effects: list[Effect]) -> dict[str, list[Effect]]:
    found: dict[str, list[Effect]] = {}
    for e in sorted(effects, key=lambda e: e.unit):
        found.setdefault(e.unit, []).append(e)
    return found


def _by_topic(site: Site, effects: list[Effect]) -> list[tuple[Topic, dict[str, list[Effect]]]]:
    found = []
    for topic in site.data.topics:
        own = [e for e in effects if e.topic is topic]
        if own:
            found.append((topic, _by_unit(own)))
    return found


def effect_scale(unit: str, intervals: list[tuple[float, float]]) -> Scale:
    """Zero in the middle, wide enough for every interval of the unit."""
    step = 0.05 if unit in ("share", "net") else 0.25
    furthest = max(abs(end) for interval in intervals for end in interval)
    high = max(step, step * -(-furthest // step))
    return Scale(unit, -high, high, high / 2)


def _csv(site: Site, path: str, contrast: Contrast, effects: list[Effect]) -> str:
    header = site.t(
        "csv_effects", comparison=contrast.comparison_label, reference=contrast.reference_label
    ).split("|")
    rows = (
        (
            e.measure.question.label, e.measure.option_code and e.measure.label,
            site.findings.what(e.measure), e.comparison.estimate, e.reference.estimate,
            e.difference, e.low, e.high, site.findings.words(e.verdict),
        )
        for e in effects
    )  # fmt: skip
    return site.write.csv(f"data/{path.removesuffix('.html')}.csv", header, rows)
