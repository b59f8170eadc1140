"""What was read, found by key: the pages ask here and never in the file."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from peil.site.crosstabs import Crosstab
from peil.site.insights import (
    Advice,
    Attack,
    Evidence,
    Experience,
    Item,
    Kpi,
    Margin,
    Mix,
    ModelEstimate,
    Priority,
    Reliability,
    Response,
    Trend,
    TrendLine,
    Weighting,
)
from peil.site.rows import (
    Channel,
    Comparison,
    Contrast,
    Estimate,
    Group,
    Question,
    Region,
    Statistic,
    Survey,
    TopicText,
)
from peil.site.samples import Coverage, Evenness, SchemeEffect, SourceEffect

TOTAL = "total"
EstimateKey = tuple[str, str, str, str, str, str | None]
TestKey = tuple[str, str, str, str, str | None]


class Topic(NamedTuple):
    """The questions of a survey that share a page."""

    survey: Survey
    code: str
    label: str
    introduction: str
    questions: list[Question]


@dataclass(frozen=True)
class Data:
    """Everything the pages need, of the latest wave of every survey."""

    language: str
    surveys: list[Survey]
    wave_labels: dict[tuple[str, str], str]
    topics_read: list[TopicText]
    questions: list[Question]
    statistics: list[Statistic]
    groups: list[Group]
    channels: list[Channel]
    regions: list[Region]
    region_sides: dict[str, str]
    contrasts: list[Contrast]
    estimates: list[Estimate]
    comparisons: list[Comparison]
    kpis: list[Kpi]
    advice: list[Advice]
    evidence: list[Evidence]
    experiences: list[Experience]
    priorities: list[Priority]
    trends: list[Trend]
    trend_lines: list[TrendLine]
    crosstabs: list[Crosstab]
    reliability: list[Reliability]
    responses: list[Response]
    weighting: list[Weighting]
    margins: list[Margin]
    attacks: list[Attack]
    items: list[Item]
    audit: dict[str, tuple[int, int]]
    models: list[ModelEstimate]
    mixes: list[Mix]
    evenness: list[Evenness]
    source_effects: list[SourceEffect]
    coverage: list[Coverage]
    scheme_effects: list[SchemeEffect]

    @property
    def survey(self) -> Survey:
        """The survey that the site is about; others have pages beside it."""
        return self.surveys[0]

    @cached_property
    def topics(self) -> list[Topic]:
        """In the order of the surveys, then of the codebook; only what has figures."""
        has_figures = {(key[0], key[3]) for key in self.figure}
        found = []
        for survey in self.surveys:
            asked: dict[str, list[Question]] = {}
            for q in self.questions:
                key = (q.survey_code, q.question_code)
                if q.survey_code == survey.survey_code and key in has_figures:
                    asked.setdefault(q.topic, []).append(q)
            for text in self.topics_read:
                if questions := asked.get(text.topic_code):
                    introduction = text.introduction or ""
                    found.append(
                        Topic(survey, text.topic_code, text.label, introduction, questions)
                    )
        return found

    @cached_property
    def figure(self) -> dict[EstimateKey, Estimate]:
        """Default scheme: (survey, segment, group, question, statistic, option) to its figure."""
        return {e.key: e for e in self.estimates if e.is_default_scheme}

    @cached_property
    def options(self) -> dict[tuple[str, str], list[Estimate]]:
        """(survey, question) to the figures of everybody per answer, in the codebook's order."""
        found = {
            key: [e for e in figures if e.option_code is not None]
            for key, figures in self.of_everybody.items()
        }
        return {key: answers for key, answers in found.items() if answers}

    @cached_property
    def of_everybody(self) -> dict[tuple[str, str], list[Estimate]]:
        """(survey, question) to its figures of everybody, in the codebook's order."""
        found: dict[tuple[str, str], list[Estimate]] = {}
        for (survey, segment, _, question, *_), e in self.figure.items():
            if segment == TOTAL:
                found.setdefault((survey, question), []).append(e)
        return found

    @cached_property
    def tests(self) -> dict[TestKey, list[Comparison]]:
        """(survey, segment, question, statistic, option) to its tested differences."""
        found: dict[TestKey, list[Comparison]] = {}
        for c in self.comparisons:
            key = (c.survey_code, c.segment_code, c.question_code, c.statistic, c.option_code)
            found.setdefault(key, []).append(c)
        return found

    @cached_property
    def items_of(self) -> dict[tuple[str, str], list[Reliability]]:
        """(survey, score) to its items."""
        found: dict[tuple[str, str], list[Reliability]] = {}
        for r in self.reliability:
            found.setdefault((r.survey_code, r.question_code), []).append(r)
        return found

    @cached_property
    def mixes_of(self) -> dict[tuple[str, str], list[Mix]]:
        """(survey, region) to its figures beside what its people predict."""
        found: dict[tuple[str, str], list[Mix]] = {}
        for m in self.mixes:
            found.setdefault((m.survey_code, m.segment_value), []).append(m)
        return found

    @cached_property
    def models_of(self) -> dict[tuple[str, str], list[ModelEstimate]]:
        """(survey, region) to its model estimates."""
        found: dict[tuple[str, str], list[ModelEstimate]] = {}
        for m in self.models:
            found.setdefault((m.survey_code, m.segment_value), []).append(m)
        return found

    @cached_property
    def _divisions(self) -> dict[str, dict[str, list[Group]]]:
        found: dict[str, dict[str, list[Group]]] = {}
        for group in self.groups:
            survey = found.setdefault(group.survey_code, {})
            survey.setdefault(group.segment_code, []).append(group)
        return found

    def divisions(self, survey_code: str) -> dict[str, list[Group]]:
        """Segment code to its groups, in reading order, without everybody."""
        found = self._divisions.get(survey_code, {})
        return {code: groups for code, groups in found.items() if code != TOTAL}

    @cached_property
    def group(self) -> dict[tuple[str, str, str], Group]:
        return {(g.survey_code, g.segment_code, g.group_key): g for g in self.groups}

    @cached_property
    def region_segment(self) -> str | None:
        """The division of the survey whose groups are its regions."""
        codes = {
            r.municipality_code for r in self.regions if r.survey_code == self.survey.survey_code
        }
        for segment, groups in self.divisions(self.survey.survey_code).items():
            if codes and all(g.group_key in codes for g in groups):
                return segment
        return None

    @cached_property
    def region_groups(self) -> list[Group]:
        """Regions of the survey by name; empty where it has none."""
        groups = self.divisions(self.survey.survey_code).get(self.region_segment or "", [])
        return sorted(groups, key=lambda g: g.label)

    def is_region(self, segment: str) -> bool:
        return segment == self.region_segment
