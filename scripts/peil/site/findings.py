"""Findings in words: titles of charts and sentences, computed from figures and tests."""

from collections.abc import Iterable
from itertools import islice

from peil.site.charts import Block, Panel, overlap
from peil.site.data import TOTAL
from peil.site.measures import Measure, Measures, Verdict, verdict
from peil.site.numbers import Numbers, capital, short, small
from peil.site.rows import Contrast, Estimate, Group, Survey
from peil.site.texts import Texts

Line = tuple[Measure, Estimate]


class Findings:
    """Sentences in the language of the site."""

    def __init__(self, measures: Measures, numbers: Numbers, texts: Texts) -> None:
        self.measures, self.numbers, self.t = measures, numbers, texts

    # -- words ------------------------------------------------------------------------------------

    def words(self, v: Verdict | None) -> str:
        """A verdict with its direction: zeker beter, aanwijzing: slechter, geen verschil."""
        if v is None:
            return self.t("not_tested")
        if v.certainty == "none":
            return self.t("no_difference")
        return self.t(f"verdict_{v.certainty}", way=self.way(v))

    def way(self, v: Verdict) -> str:
        """Better or worse where the codebook says which; else more or less."""
        if v.good:
            return self.t(f"way_{v.tone}")
        return self.t("way_more" if v.sign > 0 else "way_less")

    def plain_verdict(self, v: Verdict | None) -> str:
        """A verdict over more than two groups has no direction."""
        return self.t(f"plain_{v.certainty}") if v else ""

    def direction(self, good: int) -> str:
        return {1: self.t("higher_is_better"), -1: self.t("lower_is_better"), 0: ""}[good]

    def everybody(self, survey: Survey) -> str:
        """All residents, all staff."""
        return self.t.for_audience("all", survey.audience)

    def about(self, m: Measure) -> str:
        """What a figure is: Status volgen: balie, onvoldoende."""
        if m.statistic.kind == "mean":
            return m.question.label
        what = m.label if m.option_code else m.statistic.label
        return f"{m.question.label}: {small(short(what))}"

    def what(self, m: Measure) -> str:
        """The statistic, as a subtitle says it."""
        if m.statistic.kind == "option":
            return self.t("share_that_answers")
        if m.statistic.kind == "range":
            return self.t("share_with", what=small(m.statistic.label))
        return m.statistic.label

    # -- charts of everybody ----------------------------------------------------------------------

    def whole_title(self, block: Block) -> str:
        lines = [(m, e) for m in block.measures if not (e := self.measures.estimate(m)).is_withheld]
        if not lines:
            return self.t("nothing_shown")
        if block.kind == "options":
            return self._most_chosen(lines)
        if len(lines) == 1:
            return self._alone(block, lines[0])
        if block.kind == "parts":
            return self._ranked(block)
        ranked = sorted(lines, key=lambda line: -line[1].shown)
        return self.t(
            "ends_mean", high=self._names(ranked[:1]), low=self._names(ranked[-1:]),
            what=lines[0][0].statistic.label,
        )  # fmt: skip

    def _most_chosen(self, lines: list[Line]) -> str:
        ranked = sorted(lines, key=lambda line: -line[1].shown)
        first = ranked[0]
        values = {"first": first[0].label, "share": self._figure(first)}
        if len(ranked) == 1:
            return self.t("most_chosen_one", **values)
        second = ranked[1]
        return self.t(
            "most_chosen",
            **values,
            second=small(second[0].label),
            second_share=self._figure(second),
        )

    def _alone(self, block: Block, line: Line) -> str:
        m, e = line
        parts = self.measures.parts(m.question.scale_code) if block.kind == "parts" else None
        if parts is None or parts.mean is None:
            return self._plain(line)
        bad = self.measures.estimate(m, statistic=parts.bad.statistic)
        mean = self.measures.estimate(m, statistic=parts.mean.statistic)
        if bad.is_withheld or mean.is_withheld:
            return self._plain(line)
        if m.statistic.kind == "range" and m.good > 0:
            return self.t(
                "alone_good", figure=self.numbers.figure(e.estimate, m.unit),
                what=small(short(m.statistic.label)), mean=self._mean(mean),
            )  # fmt: skip
        return self.t(
            "alone_parts", mean=self._mean(mean), what=small(short(parts.bad.label)),
            share=self.numbers.figure(bad.estimate, "share"),
        )  # fmt: skip

    def _plain(self, line: Line) -> str:
        m, _ = line
        what = self.t("average") if m.statistic.kind == "mean" else short(m.statistic.label)
        return self.t("alone", what=what, figure=self._figure(line))

    def _mean(self, e: Estimate) -> str:
        return self.numbers.figure(e.estimate, "mean")

    def _ranked(self, block: Block) -> str:
        """The highest and lowest line, each with the lines that cannot be told from it."""
        first = block.measures[0]
        parts = self.measures.parts(first.question.scale_code)
        statistic = first.statistic
        if parts and statistic.kind != "range":
            statistic = parts.bad
        lines = [
            (m._replace(statistic=statistic), e)
            for m in block.measures
            if not (e := self.measures.estimate(m, statistic=statistic.statistic)).is_withheld
        ]
        ranked = sorted(lines, key=lambda line: -line[1].shown)
        what = capital(short(statistic.label))
        if not ranked:
            return self.t("nothing_shown")
        high = [line for line in ranked if overlap(line[1], ranked[0][1])]
        low = [line for line in ranked if overlap(line[1], ranked[-1][1]) and line not in high]
        if not low:
            return self.t(
                "all_alike", what=what, low=self._figure(ranked[-1]), high=self._figure(ranked[0])
            )
        return self.t("ends", what=what, high=self._names(high[:3]), low=self._names(low[-3:]))

    def _names(self, lines: Iterable[Line]) -> str:
        """de brief en e-mail (46% en 41%)."""
        found = list(lines)
        names = self.numbers.listing(self.measures.in_sentence(m) for m, _ in found)
        return f"{names} ({self.numbers.listing(self._figure(line) for line in found)})"

    def _figure(self, line: Line) -> str:
        return self.numbers.figure(line[1].estimate, line[0].unit)

    # -- charts of groups -------------------------------------------------------------------------

    def division_title(self, block: Block, segment: str, groups: list[Group]) -> str:
        """What differs over the groups of a division, and where most."""
        if any(self.measures.tests(m, segment, "total") for m in block.measures):
            return self._against_everybody_title(block, segment, groups)
        label = small(groups[0].division_label)
        found, hints = [], 0
        for m in block.measures:
            tests = self.measures.tests(m, segment, "segments")
            verdicts = [v.certainty for c in tests if (v := verdict(c, m.good))]
            if "certain" not in verdicts:
                hints += "hint" in verdicts
                continue
            certain = (c for c in tests if c.is_certain)
            found.append((max(certain, key=lambda c: abs(c.difference or 0)), m))
        if not found:
            return self.t("no_certain_difference", by=label) + (
                self.t("with_hints", n=hints) if hints else ""
            )
        largest, m = max(found, key=lambda pair: abs(pair[0].difference or 0))
        ends = (largest.group_key_a, largest.group_key_b)
        high, low = ends if (largest.difference or 0) > 0 else ends[::-1]
        names = {g.group_key: g.label for g in groups}
        several = len(block.measures) > 1
        where = (
            self.t("at_some", n=len(found), of=len(block.measures), label=small(m.label))
            if several
            else ""
        )
        return self.t(
            "certain_difference", by=label, where=where,
            high=self._group_figure(m, segment, high, names),
            low=self._group_figure(m, segment, low, names),
        )  # fmt: skip

    def _group_figure(self, m: Measure, segment: str, group: str, names: dict[str, str]) -> str:
        e = self.measures.estimate(m, segment, group)
        return f"{small(names.get(group, group))} {self.numbers.figure(e.estimate, m.unit)}"

    def _against_everybody_title(self, block: Block, segment: str, groups: list[Group]) -> str:
        found = [
            f"{g.label} ({small(m.label)}, {self.numbers.figure(e.estimate, m.unit)})"
            for m in block.measures
            for g in groups
            if (v := self.measures.against_everybody(m, segment, g.group_key))
            and v.certainty == "certain"
            and (e := self.measures.estimate(m, segment, g.group_key))
        ]
        if not found:
            return self.t("none_differs_from_everybody", by=small(groups[0].division_label))
        shown = self.numbers.listing(found[:3]) if len(found) < 4 else ", ".join(found[:3])
        more = self.t("and_more", n=len(found) - 3) if len(found) > 3 else ""
        return self.t("differ_from_everybody", names=shown + more)

    def span(self, panel: Panel) -> str:
        """What a folded panel holds: 18 groepen, van 7% tot 31%; geen wijkt zeker af."""
        values = sorted(row.estimate.shown for row in panel.rows)
        unit = panel.rows[0].unit
        n = sum(
            row.verdict is not None and row.verdict.certainty == "certain" for row in panel.rows
        )
        ends = [self.numbers.figure(value, unit) for value in (values[0], values[-1])]
        return self.t("span", n_groups=len(values), low=ends[0], high=ends[1]) + (
            self.t("span_differ", n=n) if n else self.t("span_none")
        )

    # -- sentences --------------------------------------------------------------------------------

    def pair(self, m: Measure, segment: str, groups: tuple[str, str]) -> tuple[str, int]:
        """Two groups on one measure, and how certain their difference is (0 is certain)."""
        a, b = groups
        e, f = self.measures.estimate(m, segment, a), self.measures.estimate(m, segment, b)
        names = [
            self.measures.data.group[m.question.survey_code, segment, key].label for key in groups
        ]
        tests = self.measures.tests(m, segment, "segments")
        test = next((c for c in tests if {c.group_key_a, c.group_key_b} == {a, b}), None)
        v = verdict(test, m.good) if test else None
        if v is None or e.is_withheld or f.is_withheld:
            return self.t("pair_unknown", a=names[0], b=small(names[1])), 3
        key = "pair_none"
        if v.certainty != "none":
            key = f"pair_{v.certainty}_{'higher' if e.shown > f.shown else 'lower'}"
        figures = [self.numbers.figure(x.estimate, m.unit) for x in (e, f)]
        text = self.t(key, a=names[0], b=small(names[1]), fa=figures[0], fb=figures[1])
        return text, ("certain", "hint", "none").index(v.certainty)

    def contrast(self, m: Measure, contrast: Contrast) -> str:
        levels = (contrast.comparison_level_code, contrast.reference_level_code)
        return self.pair(m, contrast.segment_code, levels)[0]

    def who_differs(self, panels: Iterable[Panel]) -> str:
        """Zeker verschil naar deelname en leeftijd; geen aantoonbaar verschil naar geslacht."""
        found: dict[str, list[str]] = {}
        for panel in panels:
            if panel.verdict:
                words = self.plain_verdict(panel.verdict)
                found.setdefault(words, []).append(small(panel.label))
        order = [self.t(f"plain_{c}") for c in ("certain", "hint", "none")]
        parts = [
            self.t("difference_by", verdict=words, by=self.numbers.listing(islice(found[words], 4)))
            for words in order
            if words in found
        ]
        return capital("; ".join(parts)) or self.t("not_tested")

    def region(self, m: Measure, segment: str, group: Group) -> str:
        """One sentence about a region, with what is certain about it."""
        e, everybody = (
            self.measures.estimate(m, segment, group.group_key),
            self.measures.estimate(m),
        )
        if e.is_withheld:
            return self.t("region_withheld", name=group.label)
        v = self.measures.against_everybody(m, segment, group.group_key)
        key = "region_none"
        if v and v.certainty != "none":
            key = f"region_{v.certainty}_{'higher' if v.sign > 0 else 'lower'}"
        return self.t(
            key, name=group.label, label=small(self.about(m)),
            figure=self.numbers.figure(e.estimate, m.unit),
            everybody=self.numbers.figure(everybody.estimate, m.unit),
        )  # fmt: skip

    def answer(self, m: Measure) -> str:
        """The headline of the survey in one sentence."""
        e = self.measures.estimate(m, TOTAL, TOTAL)
        if e.is_withheld:
            return m.question.label
        key = "answer_mean" if m.statistic.kind == "mean" else "answer_share"
        what = m.label if m.option_code else short(m.statistic.label)
        return self.t(
            key, who=self.everybody_short(m), label=m.question.label,
            figure=self.numbers.figure(e.estimate, m.unit), what=small(what),
        )  # fmt: skip

    def everybody_short(self, m: Measure) -> str:
        survey = next(
            s for s in self.measures.data.surveys if s.survey_code == m.question.survey_code
        )
        return self.t.for_audience("who", survey.audience)
