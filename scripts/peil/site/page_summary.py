"""The first page: what grade, how sure, who differs, where the problem is, what to do."""

from typing import Any, NamedTuple

from peil.site.charts import Figure, Panel
from peil.site.context import Reading, Site
from peil.site.data import Topic
from peil.site.measures import Measure
from peil.site.numbers import capital, small
from peil.site.page_advice import applying
from peil.site.rows import Estimate, Group
from peil.site.sources import without_any

MOST_GROUPS = 12  # a division with more has a page of its own
WORST_SHOWN = 8


class Cell(NamedTuple):
    """A channel on a topic: the share that is dissatisfied."""

    measure: Measure
    estimate: Estimate


def write(site: Site) -> None:
    overall = site.measures.overall
    site.write.page(
        site.addresses.summary,
        "summary.html.j2",
        overall=overall,
        estimate=site.measures.estimate(overall) if overall else None,
        answer=site.findings.answer(overall) if overall else site.data.survey.label,
        who=who_differs(site, overall) if overall else [],
        without=without_any(site, overall) if overall else "",
        chart=_chart(site, overall) if overall else None,
        problem=_problem_with_file(site),
        advice=applying(site, "total"),
        n_regions=len(site.data.region_groups),
    )


def small_divisions(site: Reading, survey_code: str = "") -> dict[str, list[Group]]:
    """Divisions whose groups fit beside each other; of the first survey unless told."""
    divisions = site.data.divisions(survey_code or site.data.survey.survey_code)
    return {
        code: groups
        for code, groups in divisions.items()
        if not site.data.is_region(code) and 1 < len(groups) <= MOST_GROUPS
    }


def who_differs(site: Reading, overall: Measure) -> list[str]:
    """The contrasts first, then the certain differences between the ends of other divisions."""
    contrasts = [c for c in site.data.contrasts if c.survey_code == overall.question.survey_code]
    sentences = [site.findings.contrast(overall, c) for c in contrasts]
    contrasted = {c.segment_code for c in contrasts}
    # Which way people came says something of the sample: it stands with the sources.
    ways = {e.source_code for e in site.data.source_effects}
    for code, groups in small_divisions(site).items():
        tests = [c for c in site.measures.tests(overall, code, "segments") if c.is_certain]
        if code in contrasted or not tests or {g.group_key for g in groups} <= ways:
            continue
        largest = max(tests, key=lambda c: abs(c.difference or 0))
        ends = (largest.group_key_a, largest.group_key_b)
        ends = ends if (largest.difference or 0) > 0 else ends[::-1]
        sentences.append(site.findings.pair(overall, code, ends)[0])
    return sentences[:3]


def divided(site: Reading, overall: Measure) -> Figure | None:
    """The headline per group of every division: what differs for certain first."""
    panels = [
        site.charts.panel(overall, code, groups, groups[0].division_label)
        for code, groups in small_divisions(site).items()
    ]
    panels = [panel for panel in panels if len(panel.rows) > 1]
    panels.sort(key=_certainty)
    if not panels:
        return None
    return Figure(
        id="groups",
        kind="dots",
        title=site.findings.who_differs(panels),
        subtitle=site.t(
            "per_group", what=capital(site.findings.what(overall)),
            direction=site.findings.direction(overall.good),
        ).strip(),
        scale=site.measures.scales[overall.unit],
        panels=panels,
        estimates=[row.estimate for panel in panels for row in panel.rows],
    )  # fmt: skip


def _chart(site: Site, overall: Measure) -> Figure | None:
    figure = divided(site, overall)
    return site.write.figure(site.addresses.summary, figure) if figure else None


def _certainty(panel: Panel) -> int:
    order = ("certain", "hint", "none")
    return order.index(panel.verdict.certainty) if panel.verdict else len(order)


def _problem_with_file(site: Site) -> dict[str, Any]:
    found = problem(site)
    if found:
        found["csv"] = site.write.figures_csv("data/problems.csv", found.pop("estimates"))
        found["table"] = [
            site.write.table_row(label, e, "share") for label, e in found.pop("named")
        ]
    return found


def problem(site: Reading) -> dict[str, Any]:
    """Channel by topic where questions are asked per channel; else the worst of all questions."""
    cells = _cells(site)
    columns = {topic for _, topic in cells}
    topics = [t for t in site.data.topics if t.survey is site.data.survey and t.code in columns]
    if not topics:
        return _worst(site)
    shown = {key: c.estimate for key, c in cells.items() if not c.estimate.is_withheld}
    if not shown:
        return {}
    worst = max(shown, key=lambda key: shown[key].shown)
    marked = [key for key, e in shown.items() if e.most >= shown[worst].least]
    marked.sort(key=lambda key: -shown[key].shown)
    channels = [c for c in site.data.channels if any(key[0] == c.channel_code for key in cells)]
    return {
        "kind": "heat",
        "cells": cells,
        "topics": topics,
        "channels": channels,
        "marked": marked,
        "what": next(iter(cells.values())).measure.statistic.label,
        "where": _where(site, marked, topics),
        "worst": shown[worst],
        "worst_name": _name(site, cells[worst].measure, topics),
        "estimates": [c.estimate for c in cells.values()],
        "named": [(c.measure.question.label, c.estimate) for c in cells.values()],
    }


def _cells(site: Reading) -> dict[tuple[str, str], Cell]:
    """The share that is dissatisfied, of topics that ask it of more than one channel."""
    found: dict[tuple[str, str], Cell] = {}
    for topic in site.data.topics:
        if topic.survey is not site.data.survey:
            continue
        for block in site.charts.blocks(topic.questions):
            parts = site.measures.parts(block.questions[0].scale_code)
            if not block.by_channel or not parts:
                continue
            for m in block.measures:
                bad = m._replace(statistic=parts.bad)
                key = (m.question.channel_code or "", topic.code)
                found.setdefault(key, Cell(bad, site.measures.estimate(bad)))
    return found


def _name(site: Reading, m: Measure, topics: list[Topic]) -> str:
    label = next(t.label for t in topics if t.code == m.question.topic)
    return site.t("via", topic=small(label), channel=site.measures.in_sentence(m))


def _where(site: Reading, marked: list[tuple[str, str]], topics: list[Topic]) -> str:
    """status volgen via de brief en e-mail; afhandeling via de brief."""
    sentences = {c.channel_code: c.sentence for c in site.data.channels}
    labels = {t.code: small(t.label) for t in topics}
    found: dict[str, list[str]] = {}
    for channel, topic in marked:
        found.setdefault(labels[topic], []).append(sentences[channel])
    return site.numbers.listing(
        site.t("via", topic=topic, channel=site.numbers.listing(names))
        for topic, names in found.items()
    )


def _worst(site: Reading) -> dict[str, Any]:
    """The questions with the largest share that is dissatisfied."""
    lines = []
    for topic in site.data.topics:
        for q in topic.questions if topic.survey is site.data.survey else []:
            parts = site.measures.parts(q.scale_code)
            if not parts:
                continue
            for m in site.measures.of(q, parts.bad):
                if not (e := site.measures.estimate(m)).is_withheld:
                    lines.append((topic, m, e))
    lines.sort(key=lambda line: -line[2].shown)
    if not lines:
        return {}
    shown = lines[:WORST_SHOWN]
    return {
        "kind": "list",
        "lines": shown,
        "n": len(lines),
        "worst": shown[0][2],
        "worst_name": f"“{shown[0][1].question.label}”",
        "where": site.numbers.listing(f"“{m.question.label}”" for _, m, e in shown[:3]),
        "what": shown[0][1].statistic.label,
        "estimates": [e for _, _, e in lines],
        "named": [(m.question.label, e) for _, m, e in lines],
    }
