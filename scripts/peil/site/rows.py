"""Rows of the published tables that the site reads: a field is a column, nothing is computed.

`label`, `text` and the like stand for the column of the language of the site.
"""

import math
from datetime import date
from typing import NamedTuple

KNOWN_MARGIN = "known_margin"


class Survey(NamedTuple):
    survey_code: str
    wave_code: str
    audience: str
    label: str
    wave_label: str
    language: str
    fieldwork_start: date
    fieldwork_end: date
    n_respondents: int
    confidence_level: float
    is_simulated: bool
    description: str | None
    method: str | None
    sources: str | None
    sample_kinds: str | None
    is_random_sample: bool | None
    licences: str | None
    publisher: str | None
    client: str | None
    target_population: str | None
    recruitment: str | None
    contact: str | None
    release_date: date | None
    next_release: str | None
    caution: str | None


class TopicText(NamedTuple):
    """The title and introduction of a topic."""

    topic_code: str
    label: str
    introduction: str | None


class Question(NamedTuple):
    survey_code: str
    question_code: str
    topic: str
    channel_code: str | None
    aspect: str | None
    scale_code: str
    headline_statistic: str | None
    text: str
    label: str


class Statistic(NamedTuple):
    """What is counted on a scale; direction says whether a higher figure is better."""

    scale_code: str
    statistic: str
    kind: str
    value_from: float | None
    value_to: float | None
    direction: str | None
    scale_from: float | None
    scale_to: float | None
    is_categorical: bool
    label: str
    scale_label: str

    @property
    def unit(self) -> str:
        """Share, net, or the mean of a scale."""
        if self.kind == "mean":
            return f"mean {self.scale_code}"
        return "net" if self.kind == "net" else "share"


class Group(NamedTuple):
    """A group of respondents; division_label names the division it belongs to."""

    survey_code: str
    segment_code: str
    group_key: str
    division_label: str
    label: str
    letter: str | None
    is_in_banner: bool


class Channel(NamedTuple):
    channel_code: str
    label: str
    sentence: str


class Region(NamedTuple):
    survey_code: str
    municipality_code: str
    label: str


class Contrast(NamedTuple):
    survey_code: str
    contrast_code: str
    segment_code: str
    comparison_level_code: str
    reference_level_code: str
    contrast_label: str
    comparison_label: str
    reference_label: str


class Estimate(NamedTuple):
    survey_code: str
    weighting_scheme: str
    is_default_scheme: bool
    segment_code: str
    group_key: str
    question_code: str
    statistic: str
    option_code: str | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    n_answers: int | None
    n_effective: float | None
    significantly_higher_than: str | None
    quality_flag: str | None
    is_indicative: bool
    is_withheld: bool
    withheld_label: str | None
    statistic_label: str
    option_label: str | None

    @property
    def key(self) -> tuple[str, str, str, str, str, str | None]:
        """Which figure it is: of no other group of that name either."""
        return (
            self.survey_code, self.segment_code, self.group_key, self.question_code,
            self.statistic, self.option_code,
        )  # fmt: skip

    @property
    def shown(self) -> float:
        """The figure of a row that may be shown.

        Raises:
            ValueError: the row is withheld.
        """
        if self.estimate is None:
            raise ValueError("a withheld figure has no value")
        return self.estimate

    @property
    def low(self) -> float:
        """The interval's lower end; the figure itself where there is no interval."""
        return self.shown if self.ci_low is None else self.ci_low

    @property
    def high(self) -> float:
        return self.shown if self.ci_high is None else self.ci_high

    @property
    def least(self) -> float:
        """What it is at least, for who says more of it than the figure.

        Without an interval nobody knows, unless the population register does.
        """
        return -math.inf if self._is_anything else self.low

    @property
    def most(self) -> float:
        return math.inf if self._is_anything else self.high

    @property
    def _is_anything(self) -> bool:
        return self.ci_low is None and self.quality_flag != KNOWN_MARGIN


class Comparison(NamedTuple):
    """Group a minus group b, or group a minus everybody (comparison_kind total)."""

    comparison_kind: str
    survey_code: str
    segment_code: str
    group_key_a: str
    group_key_b: str
    question_code: str
    statistic: str
    option_code: str | None
    difference: float | None
    ci_low: float | None
    ci_high: float | None
    is_significant_clustered: bool | None
    verdict: str | None

    @property
    def is_certain(self) -> bool:
        return self.verdict == "certain_difference"
