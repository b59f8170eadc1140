"""Rows that say how the people who took part stand beside everybody, and what that does."""

from typing import NamedTuple


class Evenness(NamedTuple):
    """How evenly a group, a variable or a whole source answered."""

    survey_code: str
    source_code: str
    attribute_code: str | None
    level_code: str | None
    cv: float | None
    cv_ci_low: float | None
    cv_ci_high: float | None
    partial_cv: float | None
    invite_rank: int | None
    source_label: str
    attribute_label: str | None
    level_label: str | None


class SourceEffect(NamedTuple):
    """A headline figure among people of one source, and without them."""

    survey_code: str
    question_code: str
    statistic: str
    option_code: str | None
    source_code: str
    estimate: float | None
    others_estimate: float | None
    difference: float | None
    ci_low: float | None
    ci_high: float | None
    verdict: str | None
    source_low: float | None
    source_high: float | None
    n_sources: int
    is_every_source: bool
    question_label: str
    label: str
    source_label: str
    verdict_label: str | None


class Coverage(NamedTuple):
    """A level of a variable in the population, the sample and the weighted sample."""

    survey_code: str
    attribute_code: str
    level_code: str
    is_raked: bool
    population_share: float
    unweighted_share: float
    weighted_share: float
    difference_after: float
    attribute_label: str
    label: str


class SchemeEffect(NamedTuple):
    """A headline figure of everybody under another weighting scheme than the default."""

    survey_code: str
    weighting_scheme: str
    question_code: str
    statistic: str
    option_code: str | None
    estimate: float
    difference: float
    ci_low: float | None
    ci_high: float | None
    deff: float | None
    scheme_label: str
