"""What stands for a question in a chart: its statistic, unit, direction and fixed scale."""

import math
from functools import cached_property
from typing import Literal, NamedTuple

from peil.site.axes import Scale, axis
from peil.site.data import TOTAL, Data, EstimateKey
from peil.site.numbers import short, small
from peil.site.rows import Channel, Comparison, Estimate, Question, Statistic

Certainty = Literal["certain", "hint", "none"]
CERTAINTY: tuple[Certainty, ...] = ("certain", "hint", "none")
# What the column verdict of the marts says.
VERDICTS: dict[str | None, Certainty] = {
    "certain_difference": "certain",
    "indication": "hint",
    "no_demonstrable_difference": "none",
}
GOOD = {"higher_is_better": 1, "lower_is_better": -1}


class Measure(NamedTuple):
    """One statistic of a question; of one answer, where the question has answers."""

    question: Question
    statistic: Statistic
    option_code: str | None
    label: str

    @property
    def unit(self) -> str:
        """That of its statistic."""
        return self.statistic.unit

    @property
    def good(self) -> int:
        """1: higher is better; -1: lower is better; 0: neither."""
        return GOOD.get(self.statistic.direction or "", 0)

    @property
    def id(self) -> str:
        parts = (self.question.question_code, self.statistic.statistic, self.option_code)
        return "-".join(part for part in parts if part)


class Parts(NamedTuple):
    """The three parts of a whole: a range that is worse, one that is better, what is between."""

    bad: Statistic
    good: Statistic
    between: Statistic | None
    mean: Statistic | None

    @property
    def statistics(self) -> list[Statistic]:
        return [s for s in (self.bad, self.between, self.good, self.mean) if s]


class Verdict(NamedTuple):
    """How certain a difference is, and which way."""

    certainty: Certainty
    sign: int
    good: int

    @property
    def tone(self) -> str:
        """Better, worse or neutral; none without a demonstrable difference."""
        if self.certainty == "none":
            return "none"
        return {1: "better", -1: "worse", 0: "neutral"}[self.sign * self.good]


def verdict(test: Comparison, good: int, orientation: int = 1) -> Verdict | None:
    """Of a tested difference, as its mart has it; orientation -1 turns it round."""
    certainty = VERDICTS.get(test.verdict)
    if certainty is None or test.difference is None:
        return None
    return Verdict(certainty, orientation * (1 if test.difference > 0 else -1), good)


class Measures:
    """The measures of one published file."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.channels: dict[str, Channel] = {c.channel_code: c for c in data.channels}
        self._statistics: dict[str, dict[str, Statistic]] = {}
        for s in data.statistics:
            self._statistics.setdefault(s.scale_code, {})[s.statistic] = s
        self._parts = {code: self._split(code) for code in self._statistics}

    def statistics(self, scale_code: str) -> dict[str, Statistic]:
        return self._statistics.get(scale_code, {})

    @cached_property
    def _scale_of(self) -> dict[str, str]:
        return {q.question_code: q.scale_code for q in self.data.questions}

    def unit_of(self, question_code: str | None, statistic: str) -> str:
        """The unit of a figure by its codes; a share where the codebook does not know it."""
        known = self.statistics(self._scale_of.get(question_code or "", "")).get(statistic)
        return known.unit if known else "share"

    def parts(self, scale_code: str) -> Parts | None:
        """How answers on a scale make a whole, where its ranges say what is good and bad."""
        return self._parts.get(scale_code)

    def _split(self, scale_code: str) -> Parts | None:
        found = list(self.statistics(scale_code).values())
        ranges = [s for s in found if s.kind == "range"]
        bad = _narrowest([s for s in ranges if GOOD.get(s.direction or "") == -1])
        if bad is None:
            return None
        good = _narrowest([s for s in ranges if GOOD.get(s.direction or "") == 1], apart_from=bad)
        if good is None:
            return None
        between = next((s for s in ranges if s not in (bad, good)), None)
        return Parts(bad, good, between, next((s for s in found if s.kind == "mean"), None))

    def headline(self, q: Question) -> Statistic | None:
        """The statistic of the codebook; else the mean of numbers, or what is good of words."""
        statistics = self.statistics(q.scale_code)
        if q.headline_statistic in statistics:
            return statistics[q.headline_statistic]
        kinds = list(statistics.values())
        parts = self.parts(q.scale_code)
        mean = next((s for s in kinds if s.kind == "mean"), None)
        if parts and (mean is None or mean.is_categorical):
            return parts.good
        return mean or next(iter(kinds), None)

    def of(self, q: Question, statistic: Statistic | None = None) -> list[Measure]:
        """What stands for a question: its headline statistic, or every answer."""
        statistic = statistic or self.headline(q)
        if statistic is None:
            return []
        if statistic.kind != "option":
            key = (q.survey_code, TOTAL, TOTAL, q.question_code, statistic.statistic, None)
            return [Measure(q, statistic, None, q.label)] if key in self.data.figure else []
        answers = self.data.options.get((q.survey_code, q.question_code), [])
        return [
            Measure(q, statistic, e.option_code, e.option_label or e.option_code or "")
            for e in answers
            if e.statistic == statistic.statistic
        ]

    @cached_property
    def overall(self) -> Measure | None:
        """The headline of the survey: what its driver models explain, else its first headline."""
        own = [
            q for topic in self.data.topics if topic.survey is self.data.survey
            for q in topic.questions
        ]  # fmt: skip
        outcomes = {p.outcome_question_code for p in self.data.priorities}
        order = sorted(
            own, key=lambda q: (q.question_code not in outcomes, not q.headline_statistic)
        )
        for q in order:
            for m in self.of(q):
                if m.good and not self.estimate(m).is_withheld:
                    return m
        return next((m for q in order for m in self.of(q)), None)

    @cached_property
    def profile(self) -> list[Measure]:
        """The headline figures of the survey that can be better or worse."""
        questions = (
            q for t in self.data.topics if t.survey is self.data.survey for q in t.questions
        )
        return [m for q in questions for m in self.of(q) if m.good]

    def estimate(
        self, m: Measure, segment: str = TOTAL, group: str = TOTAL, statistic: str = ""
    ) -> Estimate:
        """A figure of the default scheme; a withheld one where the file has none."""
        q = m.question
        statistic = statistic or m.statistic.statistic
        key = (q.survey_code, segment, group, q.question_code, statistic, m.option_code)
        return self._found(key)

    def beside(self, e: Estimate, segment: str, group: str) -> Estimate:
        """The same figure of another group; a withheld one where the file has none."""
        return self._found(
            (e.survey_code, segment, group, e.question_code, e.statistic, e.option_code)
        )

    def _found(self, key: EstimateKey) -> Estimate:
        found = self.data.figure.get(key)
        return found if found is not None else _absent(key)

    def tests(self, m: Measure, segment: str, kind: str) -> list[Comparison]:
        """Tested differences of a measure: between groups (segments) or with everybody (total)."""
        q = m.question
        key = (q.survey_code, segment, q.question_code, m.statistic.statistic, m.option_code)
        found = self.data.tests.get(key, [])
        return [c for c in found if c.comparison_kind == kind and c.difference is not None]

    def against_everybody(self, m: Measure, segment: str, group: str) -> Verdict | None:
        """A group against everybody."""
        tests = self.tests(m, segment, "total")
        test = next((c for c in tests if c.group_key_a == group), None)
        return verdict(test, m.good) if test else None

    @cached_property
    def arrows(self) -> dict[EstimateKey, str]:
        """A figure by its key: certainly above or below everybody.

        Groups that are not compared with each other, such as regions, have an arrow and no letter.
        """
        return {
            (c.survey_code, c.segment_code, c.group_key_a, c.question_code, c.statistic,
             c.option_code): "▲" if c.difference > 0 else "▼"
            for c in self.data.comparisons
            if c.comparison_kind == "total" and c.is_certain and c.difference is not None
        }  # fmt: skip

    def strongest(self, m: Measure, segment: str) -> Verdict | None:
        """The most certain difference between two groups of a division."""
        found = [v for c in self.tests(m, segment, "segments") if (v := verdict(c, m.good))]
        return min(found, key=lambda v: CERTAINTY.index(v.certainty), default=None)

    def in_sentence(self, m: Measure) -> str:
        """The channel a question is about with its article, else its label in quotes."""
        channel = self.channels.get(m.question.channel_code or "")
        if channel and m.label == channel.label:
            return channel.sentence
        return f"“{m.label}”"

    @cached_property
    def scales(self) -> dict[str, Scale]:
        """One fixed axis per unit: whole numbers around every interval that is shown."""
        found = {"share": Scale("share", 0, 1, 0.25), "net": Scale("net", -1, 1, 0.5)}
        # Of a scale of which every mean is withheld nothing is drawn, but its axis is asked for.
        ends: dict[str, list[float]] = {
            s.scale_code: [] for s in self.data.statistics if s.kind == "mean"
        }
        for key, e in self.data.figure.items():
            statistic = self.statistics(self._scale_of.get(key[3], "")).get(key[4])
            if statistic and statistic.kind == "mean" and not e.is_withheld:
                ends.setdefault(statistic.scale_code, []).extend((e.low, e.high))
        for code, values in ends.items():
            found[f"mean {code}"] = axis(f"mean {code}", values or [0.0, 1.0])
        return found


def _ends(s: Statistic) -> tuple[float, float]:
    """A range without an end reaches the end of the scale and beyond."""
    low = -math.inf if s.value_from is None else s.value_from
    return low, math.inf if s.value_to is None else s.value_to


def _narrowest(ranges: list[Statistic], apart_from: Statistic | None = None) -> Statistic | None:
    if apart_from is not None:
        low, high = _ends(apart_from)
        ranges = [s for s in ranges if _ends(s)[0] > high or _ends(s)[1] < low]
    return min(ranges, key=lambda s: _ends(s)[1] - _ends(s)[0], default=None)


def _absent(key: tuple) -> Estimate:
    survey, segment, group, question, statistic, option = key
    return Estimate(
        survey, "", True, segment, group, question, statistic, option, None, None, None, None,
        None, None, None, False, True, None, statistic, option,
    )  # fmt: skip


def between_label(parts: Parts, joined: str, words: str) -> str:
    """The middle part of a whole: its own label or `words`, with the numbers it stands for."""
    (_, below), (above, _) = sorted((_ends(parts.bad), _ends(parts.good)))
    numbers = range(int(below) + 1, int(above))
    label = small(short(parts.between.label)) if parts.between else words
    if parts.bad.is_categorical or not numbers:
        return label
    ends = [str(numbers[0])] if len(numbers) == 1 else [str(numbers[0]), str(numbers[-1])]
    return f"{label} ({f' {joined} '.join(ends)})"
