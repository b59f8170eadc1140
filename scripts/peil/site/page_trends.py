"""What changed since an earlier wave, certain changes first."""

from typing import NamedTuple

from peil.site.context import Site
from peil.site.data import Topic
from peil.site.insights import Trend
from peil.site.measures import CERTAINTY, VERDICTS, Measure, Verdict
from peil.site.numbers import slug
from peil.site.page_contrast import effect_scale


class Change(NamedTuple):
    """A figure now minus the same figure in an earlier wave."""

    topic: Topic
    measure: Measure
    trend: Trend
    difference: float
    low: float
    high: float
    verdict: Verdict

    @property
    def unit(self) -> str:
        return self.measure.unit

    @property
    def certainty(self) -> str:
        return self.verdict.certainty


def write(site: Site) -> None:
    if not site.addresses.trends:
        return
    changes = _changes(site)
    certainties = [c.certainty for c in changes]
    waves = {(t.survey_code, t.compared_wave_code) for t in site.data.trends}
    site.write.page(
        site.addresses.trends,
        "trends.html.j2",
        changes=changes,
        topics=[t for t in site.data.topics if any(c.topic is t for c in changes)],
        scales_of_change={
            unit: effect_scale(unit, [(c.low, c.high) for c in changes if c.unit == unit])
            for unit in sorted({c.unit for c in changes})
        },
        tally={c: certainties.count(c) for c in CERTAINTY},
        earlier=site.numbers.listing(sorted({site.data.wave_labels.get(w, "") for w in waves})),
        csv=_csv(site, changes),
    )


def _changes(site: Site) -> list[Change]:
    """Headline measures of everybody: certain changes first, then by size."""
    trends: dict[tuple, list[Trend]] = {}
    for t in site.data.trends:
        key = (t.survey_code, t.question_code, t.statistic, t.option_code)
        trends.setdefault(key, []).append(t)
    found = []
    for topic in site.data.topics:
        for m in (m for q in topic.questions for m in site.measures.of(q)):
            key = (m.question.survey_code, m.question.question_code, m.statistic.statistic,
                   m.option_code)  # fmt: skip
            found += [
                change for t in trends.get(key, []) if (change := _change(topic, m, t)) is not None
            ]
    return sorted(found, key=lambda c: (CERTAINTY.index(c.certainty), -abs(c.difference)))


def _change(topic: Topic, m: Measure, t: Trend) -> Change | None:
    certainty = VERDICTS.get(t.verdict)
    if certainty is None or t.change is None or t.ci_low is None or t.ci_high is None:
        return None
    v = Verdict(certainty, 1 if t.change > 0 else -1, m.good)
    return Change(topic, m, t, t.change, t.ci_low, t.ci_high, v)


def _csv(site: Site, changes: list[Change]) -> str:
    rows = (
        (c.measure.question.label, c.measure.option_code and c.measure.label,
         site.findings.what(c.measure), c.trend.earlier_estimate, c.trend.estimate,
         c.difference, c.low, c.high, site.findings.words(c.verdict))
        for c in changes
    )  # fmt: skip
    stem = slug(site.t("page_trends"))
    return site.write.csv(f"data/{stem}.csv", site.t("csv_trends").split("|"), rows)
