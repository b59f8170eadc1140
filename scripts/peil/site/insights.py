"""Rows of the published tables that say what figures mean, and how they came about."""

from collections.abc import Iterable
from typing import NamedTuple


class Kpi(NamedTuple):
    survey_code: str
    kpi_code: str
    segment_code: str
    segment_value: str
    period: str
    unit: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    norm: float
    direction: str
    verdict: str | None
    previous_period: str | None
    previous_value: float | None
    is_withheld: bool
    label: str
    segment_label: str
    verdict_label: str | None
    trend_label: str | None
    withheld_label: str | None
    formula: str | None
    is_example: bool


class ModelEstimate(NamedTuple):
    """What a model of all regions makes of a figure of one of them."""

    survey_code: str
    segment_value: str
    question_code: str
    statistic: str
    option_code: str | None
    estimate: float
    n_answers: int
    model_status: str
    shrinkage: float | None
    model_estimate: float | None
    model_ci_low: float | None
    model_ci_high: float | None
    difference: float | None
    difference_ci_low: float | None
    difference_ci_high: float | None
    difference_verdict: str | None
    question_label: str
    label: str


class Mix(NamedTuple):
    """A figure of a region beside what its mix of people predicts."""

    survey_code: str
    segment_value: str
    question_code: str
    statistic: str
    option_code: str | None
    estimate: float
    expected: float
    difference: float
    difference_ci_low: float
    difference_ci_high: float
    difference_verdict: str
    n_areas: int
    rank_low: int
    rank_high: int
    question_label: str
    label: str


class Advice(NamedTuple):
    survey_code: str
    segment_code: str
    segment_value: str
    recommendation_code: str
    status: str
    n_supporting: int
    n_contradicting: int
    n_to_overturn: int | None
    base_share_at_fall: float | None
    title: str
    text: str
    owner: str | None
    segment_label: str


class Evidence(NamedTuple):
    segment_code: str
    segment_value: str
    recommendation_code: str
    statistic: str
    question_code: str | None
    kpi_code: str | None
    threshold: float | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    n_answers: int | None
    verdict: str
    verdict_label: str
    distance_to_threshold: float | None
    n_at_threshold: int | None
    reason: str | None
    measure_label: str


class Experience(NamedTuple):
    """A theme as residents and as staff see it."""

    theme_code: str
    segment_code: str
    segment_value: str
    label: str
    resident_label: str
    resident_estimate: float | None
    resident_ci_low: float | None
    resident_ci_high: float | None
    n_residents: int | None
    staff_label: str
    staff_estimate: float | None
    staff_ci_low: float | None
    staff_ci_high: float | None
    n_staff: int | None
    municipal_correlation: float | None
    municipal_correlation_ci_low: float | None
    municipal_correlation_ci_high: float | None
    warning: str | None


class Priority(NamedTuple):
    survey_code: str
    driver_model_code: str
    outcome_question_code: str
    question_code: str
    importance_share: float | None
    importance_share_ci_low: float | None
    importance_share_ci_high: float | None
    equal_share: float | None
    n_answers: int | None
    share_unsatisfied: float | None
    share_unsatisfied_ci_low: float | None
    share_unsatisfied_ci_high: float | None
    average_unsatisfied: float | None
    first_probability: float | None
    quadrant_code: str | None
    quadrant_label: str | None
    is_withheld: bool
    driver_model_label: str
    question_label: str


def first_of_each(priorities: Iterable[Priority]) -> list[Priority]:
    """Of every driver model the point that most likely comes first, the most certain one first."""
    leading: dict[str, tuple[float, Priority]] = {}
    for p in priorities:
        chance = p.first_probability
        if chance is not None and chance > leading.get(p.driver_model_code, (0.0, p))[0]:
            leading[p.driver_model_code] = (chance, p)
    return [p for _, p in sorted(leading.values(), key=lambda pair: -pair[0])]


class Trend(NamedTuple):
    """A figure of everybody beside that of an earlier wave."""

    survey_code: str
    compared_wave_code: str
    question_code: str
    statistic: str
    option_code: str | None
    estimate: float | None
    earlier_estimate: float | None
    change: float | None
    ci_low: float | None
    ci_high: float | None
    verdict: str | None
    is_since_previous_wave: bool
    is_since_base_wave: bool

    @property
    def is_certain(self) -> bool:
        return self.verdict == "certain_difference"


class TrendLine(NamedTuple):
    """The straight line of a figure of everybody through its waves."""

    survey_code: str
    first_wave_code: str
    last_wave_code: str
    n_waves: int
    question_code: str
    statistic: str
    option_code: str | None
    change_per_year: float
    ci_low: float | None
    ci_high: float | None
    verdict: str | None


class Reliability(NamedTuple):
    """An item of a score, and how the items of that score hang together."""

    survey_code: str
    question_code: str
    is_reversed: bool
    n_items: int
    n_answers: int | None
    alpha: float | None
    item_rest_correlation: float | None
    alpha_without_item: float | None
    is_withheld: bool
    question_label: str
    item_label: str


class Response(NamedTuple):
    survey_code: str
    source_code: str
    step_code: str
    n_rows: int | None
    source_label: str
    label: str


class Weighting(NamedTuple):
    survey_code: str
    weighting_scheme: str
    group_value: str
    n_respondents: int
    n_effective: float | None
    deff_weights: float | None
    min_weight: float | None
    max_weight: float | None
    warnings: str | None
    label: str
    is_default_scheme: bool


class Margin(NamedTuple):
    survey_code: str
    weighting_scheme: str
    group_value: str
    attribute_code: str
    level_code: str
    n_respondents: int | None
    target_share: float | None
    unweighted_share: float | None
    weighted_share: float | None
    label: str


class Attack(NamedTuple):
    survey_code: str
    attack_code: str
    n_tried: int
    n_recovered: int
    label: str


class Item(NamedTuple):
    """Who answered a question, and why others did not."""

    survey_code: str
    question_code: str
    n_eligible: int | None
    n_not_asked: int | None
    n_answered: int | None
    n_dont_know: int | None
    n_refused: int | None
    n_skipped: int | None
    label: str
