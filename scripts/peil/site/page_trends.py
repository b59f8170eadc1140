"""What changed: since the wave before, since the base wave, and in a line over all waves."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from peil.site.axes import Scale
from peil.site.context import Reading, Site
from peil.site.data import Topic
from peil.site.insights import Trend, TrendLine
from peil.site.measures import CERTAINTY, VERDICTS, Measure, Verdict
from peil.site.numbers import slug
from peil.site.page_contrast import effect_scale

Row = TypeVar("Row", Trend, TrendLine)


class Change(NamedTuple):
    """How much a figure of everybody changed, and between what; per year of a line."""

    topic: Topic
    measure: Measure
    earlier: str
    now: str
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


class Part(NamedTuple):
    """Changes against one moment, certain ones first, with their charts and their file."""

    id: str
    kicker: str
    found: str
    subtitle: str
    columns: tuple[str, str, str]
    changes: list[Change]
    topics: list[Topic]
    scales: dict[str, Scale]
    tally: dict[str, int]
    csv: str


def write(site: Site) -> None:
    if site.addresses.trends:
        trends = site.data.trends
        found = (
            _since(site, since_previous(trends), ""), _since(site, since_base(trends), "base-"),
            _lines(site),
        )  # fmt: skip
        parts = [part for part in found if part]
        site.write.page(site.addresses.trends, "trends.html.j2", parts=parts)


def since_previous(trends: list[Trend]) -> tuple[list[Trend], str]:
    """Now beside the wave before, and the words for it."""
    found = [t for t in trends if t.is_since_previous_wave]
    is_base = bool(found) and all(t.is_since_base_wave for t in found)
    return found, "since_base" if is_base else "since"


def since_base(trends: list[Trend]) -> tuple[list[Trend], str]:
    """Now beside the base wave, where that is not the wave before, and the words for it."""
    found = [t for t in trends if t.is_since_base_wave and not t.is_since_previous_wave]
    return found, "since_base"


def wave_names(reading: Reading, trends: list[Trend]) -> str:
    """What the earlier waves are called."""
    waves = {(t.survey_code, t.compared_wave_code) for t in trends}
    return reading.numbers.listing(sorted({reading.data.wave_labels.get(w, w[1]) for w in waves}))


def changes_of(reading: Reading, trends: list[Trend]) -> list[tuple[Change, Trend]]:
    """Headline measures of everybody with their change: certain ones first, then by size."""

    def change(topic: Topic, m: Measure, t: Trend) -> Change | None:
        ends = tuple(reading.numbers.figure(x, m.unit) for x in (t.earlier_estimate, t.estimate))
        return _change(topic, m, ends, (t.change, t.ci_low, t.ci_high), t.verdict)

    return _changes(reading, trends, change)


def _since(site: Site, chosen: tuple[list[Trend], str], id: str) -> Part | None:
    trends, kicker = chosen
    wave = wave_names(site, trends)
    changes = changes_of(site, trends)
    rows = (
        (c.measure.question.label, c.measure.option_code and c.measure.label,
         site.findings.what(c.measure), t.earlier_estimate, t.estimate, c.difference, c.low,
         c.high, site.findings.words(c.verdict))
        for c, t in changes
    )  # fmt: skip
    t = site.t
    return _part(
        site, id, [c for c, _ in changes], rows, "csv_trends",
        (t(kicker, wave=wave), t("change_subtitle", wave=wave)),
        (t("earlier"), t("now"), t("difference")),
        lambda n, of: t("trends_found", n=n, of=of, wave=wave),
    )  # fmt: skip


def _lines(site: Site) -> Part | None:
    """The change per year of the straight line through three waves or more."""

    def change(topic: Topic, m: Measure, line: TrendLine) -> Change | None:
        ends = _waves(site, line)
        return _change(
            topic, m, ends, (line.change_per_year, line.ci_low, line.ci_high), line.verdict
        )

    changes = _changes(site, site.data.trend_lines, change)
    rows = (
        (c.measure.question.label, c.measure.option_code and c.measure.label,
         site.findings.what(c.measure), *_waves(site, line), line.n_waves, c.difference, c.low,
         c.high, site.findings.words(c.verdict))
        for c, line in changes
    )  # fmt: skip
    t = site.t
    return _part(
        site, "line-", [c for c, _ in changes], rows, "csv_lines",
        (t("over_waves"), t("line_subtitle")),
        (t("first_wave"), t("last_wave"), t("per_year")),
        lambda n, of: t("lines_found", n=n, of=of),
    )  # fmt: skip


def _waves(site: Site, line: TrendLine) -> tuple[str, ...]:
    codes = (line.first_wave_code, line.last_wave_code)
    return tuple(site.data.wave_labels.get((line.survey_code, code), code) for code in codes)


def _part(
    site: Site,
    id: str,
    changes: list[Change],
    rows: Iterable[tuple],
    header: str,
    words: tuple[str, str],
    columns: tuple[str, str, str],
    found: Callable[[int, int], str],
) -> Part | None:
    if not changes:
        return None
    certainties = [c.certainty for c in changes]
    stem = f"{id}{slug(site.t('page_trends'))}"
    return Part(
        id, words[0], found(certainties.count("certain"), len(changes)), words[1], columns,
        changes,
        [topic for topic in site.data.topics if any(c.topic is topic for c in changes)],
        {
            unit: effect_scale(unit, [(c.low, c.high) for c in changes if c.unit == unit])
            for unit in sorted({c.unit for c in changes})
        },
        {c: certainties.count(c) for c in CERTAINTY},
        site.write.csv(f"data/{stem}.csv", site.t(header).split("|"), rows),
    )  # fmt: skip


def _changes(
    reading: Reading, rows: list[Row], change: Callable[[Topic, Measure, Row], Change | None]
) -> list[tuple[Change, Row]]:
    of_measure: dict[tuple, list[Row]] = {}
    for row in rows:
        key = (row.survey_code, row.question_code, row.statistic, row.option_code)
        of_measure.setdefault(key, []).append(row)
    found = []
    for topic in reading.data.topics:
        for m in (m for q in topic.questions for m in reading.measures.of(q)):
            key = (m.question.survey_code, m.question.question_code, m.statistic.statistic,
                   m.option_code)  # fmt: skip
            found += [(c, row) for row in of_measure.get(key, []) if (c := change(topic, m, row))]
    return sorted(found, key=lambda x: (CERTAINTY.index(x[0].certainty), -abs(x[0].difference)))


def _change(
    topic: Topic,
    m: Measure,
    ends: tuple[str, ...],
    figures: tuple[float | None, float | None, float | None],
    verdict: str | None,
) -> Change | None:
    certainty = VERDICTS.get(verdict)
    difference, low, high = figures
    if certainty is None or difference is None or low is None or high is None:
        return None
    v = Verdict(certainty, 1 if difference > 0 else -1, m.good)
    return Change(topic, m, ends[0], ends[1], difference, low, high, v)
