"""A page per topic: everybody first, and all groups of a division side by side."""

from peil.site.charts import Block, Figure
from peil.site.context import Reading, Site
from peil.site.data import TOTAL, Topic
from peil.site.measures import between_label
from peil.site.numbers import capital, file_name, small
from peil.site.page_crosstabs import identity
from peil.site.rows import Group

# A division of more groups is on the page of tables: it would make a topic too heavy.
MOST_GROUPS = 60


def write(site: Site) -> None:
    for topic in site.data.topics:
        _topic(site, topic)


def _topic(site: Site, topic: Topic) -> None:
    path = site.addresses.topic(topic)
    divisions = {
        code: groups
        for code, groups in site.data.divisions(topic.survey.survey_code).items()
        if 1 < len(groups) <= MOST_GROUPS and _has_figures(site, topic, code, groups)
    }
    blocks = []
    shown = [block for block in site.charts.blocks(topic.questions) if block.measures]
    for block, heading in zip(shown, headings(site, shown), strict=True):
        whole = site.write.figure(path, whole_of(site, block, topic))
        divided = {
            code: site.write.figure(path, _divided(site, block, code, groups))
            for code, groups in divisions.items()
        }
        blocks.append((block, heading, whole, divided))
    codes = {(q.survey_code, q.question_code) for q in topic.questions}
    crosstabs = [
        (c, identity(c)) for c in site.data.crosstabs
        if (c.first.survey_code, c.first.question_code) in codes
    ]  # fmt: skip
    site.write.page(
        path,
        "topic.html.j2",
        topic=topic,
        blocks=blocks,
        divisions=divisions,
        items_of=site.data.items_of,
        crosstabs=crosstabs,
    )


def _has_figures(site: Site, topic: Topic, code: str, groups: list[Group]) -> bool:
    """Whether one group of a division may be shown on one question."""
    return any(
        not site.measures.estimate(m, code, g.group_key).is_withheld
        for q in topic.questions
        for m in site.measures.of(q)
        for g in groups
    )


def headings(site: Reading, blocks: list[Block]) -> list[str]:
    """The question, or what the questions share; the scale as well where that says too little."""
    found = [
        block.heading or site.t("heading_channels" if block.by_channel else "heading_parts")
        for block in blocks
    ]
    scales = [site.measures.headline(block.questions[0]) for block in blocks]
    return [
        f"{heading}: {small(statistic.scale_label)}"
        if statistic and found.count(heading) > 1
        else heading
        for heading, statistic in zip(found, scales, strict=True)
    ]


def whole_of(site: Reading, block: Block, topic: Topic) -> Figure:
    """Everybody: parts of a whole where the scale has them, else bars or dots."""
    who = capital(site.findings.everybody(topic.survey))
    kind = {"parts": "parts", "options": "bars", "numbers": "dots"}[block.kind]
    return Figure(
        id=block.id,
        kind=kind,  # type: ignore[arg-type]
        title=site.findings.whole_title(block),
        subtitle=_whole_subtitle(site, block, who),
        scale=site.measures.scales["share" if block.kind != "numbers" else block.measures[0].unit],
        panels=[site.charts.whole(block, site.t("other_answers"))],
        estimates=list(site.charts.drawn(block)),
        legend=legend_of(site, block),
    )


def _whole_subtitle(site: Reading, block: Block, who: str) -> str:
    q = block.questions[0]
    if block.kind == "parts":
        return site.t("of_channel_users", who=who) if block.by_channel else site.t("of", who=who)
    headline = site.measures.headline(q)
    text = q.text if len(block.questions) == 1 or headline is None else headline.label
    several = site.t("several_answers") if _sums_above_one(site, block) else ""
    return " ".join(part for part in (text, several, site.t("of", who=who)) if part)


def _sums_above_one(site: Reading, block: Block) -> bool:
    """Whether the shares show that people could give more than one answer."""
    shown = (site.measures.estimate(m) for m in block.measures)
    total = sum(e.shown for e in shown if not e.is_withheld)
    return block.kind == "options" and total > 1.05


def legend_of(site: Reading, block: Block) -> dict[str, str]:
    parts = site.measures.parts(block.questions[0].scale_code)
    if block.kind != "parts" or parts is None:
        return {}
    middle = between_label(parts, site.t("or"), site.t("between"))
    return {"bad": parts.bad.label, "mid": capital(middle), "good": parts.good.label}


def _divided(site: Site, block: Block, segment: str, groups: list[Group]) -> Figure:
    """All groups of a division side by side, on the headline statistic."""
    first = block.measures[0]
    subtitle = site.t(
        "per_group", what=capital(site.findings.what(first)),
        direction=site.findings.direction(first.good),
    )  # fmt: skip
    keys = [TOTAL] if segment == TOTAL else [g.group_key for g in groups]
    return Figure(
        id=f"{block.id}--{file_name(segment)}",
        kind="dots",
        title=site.findings.division_title(block, segment, groups),
        subtitle=subtitle.strip(),
        scale=site.measures.scales[first.unit],
        panels=site.charts.side_by_side(block, segment, groups),
        estimates=list(site.charts.drawn(block, segment, keys)),
    )
