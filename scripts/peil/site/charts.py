"""Charts as data: which figures stand in a chart, in which order. No words, no HTML."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from peil.site.axes import Scale
from peil.site.data import TOTAL
from peil.site.measures import Measure, Measures, Verdict
from peil.site.numbers import file_name
from peil.site.rows import Estimate, Group, Question

Kind = Literal["parts", "options", "numbers"]


class Row(NamedTuple):
    """A line of a chart; that of a whole has shares: (class, share), from bad to good."""

    label: str
    estimate: Estimate
    unit: str
    verdict: Verdict | None = None
    shares: tuple[tuple[str, float], ...] = ()
    mean: Estimate | None = None
    link: str = ""


@dataclass(frozen=True)
class Panel:
    """Lines under one heading; withheld are the labels of lines that may not be shown."""

    label: str
    rows: list[Row]
    withheld: list[str] = field(default_factory=list)
    reference: Estimate | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Figure:
    """A chart with everything around it: title, data file, table."""

    id: str
    kind: Literal["dots", "bars", "parts"]
    title: str
    subtitle: str
    scale: Scale
    panels: list[Panel]
    estimates: list[Estimate]
    legend: dict[str, str] = field(default_factory=dict)
    csv: str = ""


class Block(NamedTuple):
    """Questions of a topic that share a chart."""

    id: str
    kind: Kind
    heading: str
    questions: list[Question]
    measures: list[Measure]
    by_channel: bool


class Charts:
    """Builds charts from the codebook: a topic of any survey gets the same ones."""

    def __init__(self, measures: Measures) -> None:
        self.measures = measures

    def blocks(self, questions: Iterable[Question]) -> list[Block]:
        """Questions on one scale, asked per channel or not; questions with answers stand alone."""
        found: dict[tuple, list[Question]] = {}
        for q in questions:
            kind = self._kind(q)
            key = (q.question_code,) if kind == "options" else (q.scale_code, self._per_channel(q))
            found.setdefault((kind, *key), []).append(q)
        return [self._block(key[0], members) for key, members in found.items()]

    def _kind(self, q: Question) -> Kind:
        statistic = self.measures.headline(q)
        if statistic is None or statistic.kind == "option":
            return "options"
        return "parts" if self.measures.parts(q.scale_code) else "numbers"

    def _per_channel(self, q: Question) -> str:
        """The aspect that is asked of every channel; empty where a question stands alone."""
        alike = [
            other for other in self.measures.data.questions
            if (other.survey_code, other.aspect, other.scale_code)
            == (q.survey_code, q.aspect, q.scale_code)
        ]  # fmt: skip
        known = self.measures.channels
        channels = {other.channel_code for other in alike if other.channel_code in known}
        return (q.aspect or "") if q.channel_code and len(channels) > 1 else ""

    def _block(self, kind: Kind, members: list[Question]) -> Block:
        channels = self.measures.channels
        by_channel = kind != "options" and bool(self._per_channel(members[0]))
        measures = []
        for q in members:
            for m in self.measures.of(q):
                channel = channels.get(q.channel_code or "") if by_channel else None
                measures.append(m._replace(label=channel.label) if channel else m)
        heading = members[0].label if len(members) == 1 else ""
        return Block(
            file_name(members[0].question_code), kind, heading, members, measures, by_channel
        )

    def whole(self, block: Block, others: str = "") -> Panel:
        """Everybody, from high to low; channels in one order on every page.

        Answers that may not be shown are one line called `others`, where each person gave one.
        """
        rows, withheld = [], []
        for m in block.measures:
            row = self._whole_row(block.kind, m)
            if row is None:
                withheld.append(m.label)
            else:
                rows.append(row)
        if block.kind == "options":
            rows.sort(key=lambda row: -row.estimate.shown)
            if others and len(withheld) > 1:
                rows += _rest(block, rows, others)
        elif block.kind == "parts" and not block.by_channel:
            rows.sort(key=lambda row: -row.shares[-1][1])
        return Panel("", rows, withheld)

    def _whole_row(self, kind: Kind, m: Measure) -> Row | None:
        e = self.measures.estimate(m)
        parts = self.measures.parts(m.question.scale_code) if kind == "parts" else None
        if parts is None:
            return None if e.is_withheld else Row(m.label, e, m.unit)
        found = {
            s.statistic: self.measures.estimate(m, statistic=s.statistic) for s in parts.statistics
        }
        if any(f.is_withheld for f in found.values()):
            return None
        bad, good = found[parts.bad.statistic].shown, found[parts.good.statistic].shown
        shares = (("bad", bad), ("mid", max(0.0, 1 - bad - good)), ("good", good))
        mean = parts.mean
        shown = found[mean.statistic] if mean and not mean.is_categorical else None
        return Row(m.label, e, m.unit, shares=shares, mean=shown)

    def side_by_side(self, block: Block, segment: str, groups: list[Group]) -> list[Panel]:
        """A panel per measure, a line per group."""
        return [self.panel(m, segment, groups) for m in block.measures]

    def panel(
        self, m: Measure, segment: str, groups: list[Group], label: str | None = None
    ) -> Panel:
        """The groups of a division on one measure; many groups from high to low."""
        rows, withheld = [], []
        against_everybody = bool(self.measures.tests(m, segment, "total"))
        for g in groups:
            e = self.measures.estimate(m, segment, g.group_key)
            if e.is_withheld:
                withheld.append(g.label)
                continue
            differs = None
            if against_everybody:
                differs = self.measures.against_everybody(m, segment, g.group_key)
            rows.append(Row(g.label, e, m.unit, differs))
        if against_everybody:
            rows.sort(key=lambda row: -row.estimate.shown)
        return Panel(
            m.label if label is None else label,
            rows,
            withheld,
            self.measures.estimate(m),
            self.measures.strongest(m, segment),
        )

    def drawn(
        self, block: Block, segment: str = TOTAL, groups: Iterable[str] = (TOTAL,)
    ) -> Iterator[Estimate]:
        """Every figure that a chart of a block shows: what its data file holds."""
        groups = list(groups)
        for m in block.measures:
            for statistic in self._drawn_statistics(block, m):
                for group in groups:
                    yield self.measures.estimate(m, segment, group, statistic)

    def _drawn_statistics(self, block: Block, m: Measure) -> list[str]:
        parts = self.measures.parts(m.question.scale_code) if block.kind == "parts" else None
        found = [s.statistic for s in parts.statistics] if parts else []
        return list(dict.fromkeys([m.statistic.statistic, *found]))


def _rest(block: Block, rows: list[Row], label: str) -> list[Row]:
    """What the answers that are shown leave of the whole: their reader can subtract as well."""
    rest = 1 - sum(row.estimate.shown for row in rows)
    if not rows or rest <= 0 or not block.measures[0].statistic.is_categorical:
        return []
    e = rows[0].estimate._replace(
        option_code=None, option_label=label, estimate=rest, ci_low=None, ci_high=None
    )
    return [Row(label, e, rows[0].unit)]


def overlap(a: Estimate, b: Estimate) -> bool:
    """Whether two intervals touch: neither may then be called higher."""
    return a.least <= b.most and b.least <= a.most
