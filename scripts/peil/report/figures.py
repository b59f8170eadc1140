"""The published figures that the summary speaks about. Withheld figures never leave this module."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from peil.dutch import level
from peil.errors import InputError
from peil.published import open_published

ABOUT = """
select about.label_nl, about.wave_label_nl, about.fieldwork_start, about.fieldwork_end,
    about.reference_date, about.n_respondents, about.n_municipalities,
    about.n_compared_municipalities, about.is_simulated, about.description_nl,
    about.method_nl, about.sources_nl, about.licences_nl, about.survey_code, about.wave_code,
    about.confidence_level
from marts.about as about
where about.is_latest_wave and about.has_headlines and about.survey_code in (
    select survey_code from marts.dim_questions where topic = 'report_grades'
)
"""
RECEIVED = """
select n_respondents from marts.response_overview
where survey_code = ? and wave_code = ? and source_code = 'all' and step_code = 'received'
"""
FIGURES = """
select estimates.segment_value, estimates.topic, estimates.question_code, estimates.aspect,
    estimates.statistic, estimates.option_code,
    coalesce(estimates.option_label_nl, channels.label_nl, estimates.question_label_nl) as label,
    case
        when estimates.option_code is not null
            then coalesce(options.sentence_nl, lower(estimates.option_label_nl[1])
                || estimates.option_label_nl[2:])
        else channels.sentence_nl
    end as phrase,
    estimates.question_label_nl, estimates.statistic_label_nl, statistics.kind,
    estimates.estimate, estimates.ci_low, estimates.ci_high, estimates.n_answers
from marts.estimates as estimates
inner join marts.dim_questions as questions
    on estimates.survey_code = questions.survey_code
        and estimates.question_code = questions.question_code
inner join marts.dim_statistics as statistics
    on questions.scale_code = statistics.scale_code and estimates.statistic = statistics.statistic
left join marts.dim_channels as channels on estimates.channel_code = channels.channel_code
left join marts.dim_channels as options on estimates.option_code = options.channel_code
where estimates.is_default_scheme and not estimates.is_withheld
    and estimates.survey_code = ? and estimates.wave_code = ?
    and estimates.second_segment_value is null
    and (estimates.segment_code = 'total' or estimates.segment_code = ?)
order by estimates.sort_order
"""
CONTRAST = """
select contrast_code, segment_code, comparison_level_code, reference_level_code,
    comparison_label_nl, reference_label_nl
from marts.contrast_effects
where survey_code = ? and wave_code = ?
order by sort_order limit 1
"""
EFFECTS = """
select question_code, statistic, option_code, difference, is_significant,
    is_significant_clustered
from marts.contrast_effects
where is_default_scheme and not is_withheld and survey_code = ? and wave_code = ?
    and contrast_code = ?
order by sort_order
"""
RECOMMENDATIONS = """
select recommendation_code, title_nl, text_nl, status from marts.recommendations
where segment_code = 'total' and survey_code = ? and wave_code = ?
order by sort_order
"""
EVIDENCE = """
select evidence.recommendation_code, evidence.reason_nl, evidence.estimate, evidence.ci_low,
    evidence.ci_high, evidence.n_answers, coalesce(statistics.kind, evidence.statistic),
    case
        when scores.source_kind in ('contact_centre', 'web_analytics') then 'gemeenten'
        when coalesce(abouts.audience, scores.source_kind) in ('staff', 'staff_survey')
            then 'medewerkers'
        else 'inwoners'
    end as counted
from marts.recommendation_evidence as evidence
left join marts.dim_questions as questions
    on evidence.evidence_survey_code = questions.survey_code
        and evidence.question_code = questions.question_code
left join marts.dim_statistics as statistics
    on questions.scale_code = statistics.scale_code and evidence.statistic = statistics.statistic
left join marts.about as abouts
    on evidence.evidence_survey_code = abouts.survey_code and abouts.is_latest_wave
left join (
    select kpi_code, any_value(source_kind) as source_kind
    from marts.kpi_scorecard group by kpi_code
) as scores on evidence.kpi_code = scores.kpi_code
where evidence.segment_code = 'total' and evidence.verdict = 'supports'
    and evidence.survey_code = ? and evidence.wave_code = ?
order by evidence.sort_order
"""


@dataclass(frozen=True)
class About:
    """What the survey is."""

    label: str
    wave_label: str
    fieldwork_start: date
    fieldwork_end: date
    reference_date: date
    n_respondents: int
    n_municipalities: int
    n_participating: int
    is_simulated: bool
    description: str
    method: str
    sources: str
    licences: str
    survey_code: str
    wave_code: str
    confidence_level: float


@dataclass(frozen=True)
class Figure:
    """One published figure of one group."""

    segment_value: str
    topic: str
    question_code: str
    aspect: str | None
    statistic: str
    option_code: str | None
    label: str
    phrase: str | None
    question_label: str
    statistic_label: str
    kind: str
    estimate: float
    ci_low: float
    ci_high: float
    n_answers: int

    @property
    def measure(self) -> tuple[str, str, str | None]:
        return self.question_code, self.statistic, self.option_code


@dataclass(frozen=True)
class Contrast:
    """Which group is compared with which, as the codebook declares it."""

    contrast_code: str
    segment_code: str
    comparison: str
    reference: str
    comparison_label: str
    reference_label: str


@dataclass(frozen=True)
class Effect:
    """The compared group minus the other; `with_municipalities`: tested on municipalities."""

    difference: float
    is_significant: bool
    with_municipalities: bool | None


@dataclass(frozen=True)
class Evidence:
    """A figure that supports a recommendation; `counted` says who or what n counts."""

    reason: str
    estimate: float
    ci_low: float | None
    ci_high: float | None
    n_answers: int
    kind: str
    counted: str


@dataclass(frozen=True)
class Recommendation:
    """What is advised to all, whether it applies, and the figures that support it."""

    title: str
    text: str
    status: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Published:
    """Everything the summary may say, read once."""

    about: About
    n_received: int
    contrast: Contrast | None
    figures: tuple[Figure, ...]
    effects: dict[tuple[str, str, str | None], Effect]
    recommendations: tuple[Recommendation, ...]

    def select(self, group: str = "total", **where: str | None) -> list[Figure]:
        """The figures of a group for which every named column has the given value."""
        return [
            figure
            for figure in self.figures
            if figure.segment_value == group
            and all(getattr(figure, column) == value for column, value in where.items())
        ]

    def twin(self, figure: Figure, group: str) -> Figure | None:
        """The same measure in another group, when it may be shown."""
        found = [
            f for f in self.figures if f.segment_value == group and f.measure == figure.measure
        ]
        return found[0] if found else None

    @property
    def level(self) -> str:
        """The level of every interval, as it stands in a sentence."""
        return level(self.about.confidence_level)

    @property
    def groups(self) -> tuple[str, str]:
        """The groups of the contrast: which is compared, and with which."""
        return (self.contrast.comparison, self.contrast.reference) if self.contrast else ("", "")

    @property
    def group_labels(self) -> tuple[str, str]:
        """What the groups of the contrast are called, at the start of a sentence."""
        if self.contrast is None:
            return "", ""
        return self.contrast.comparison_label, self.contrast.reference_label

    def effect(self, figure: Figure) -> Effect | None:
        return self.effects.get(figure.measure)


def read_published(published_file: Path) -> Published:
    """Read the last wave of the resident survey from the published file.

    Raises:
        InputError: there is no published file, it is of another version of peil, or it holds no
            resident survey.
    """
    with open_published(published_file) as connection:
        row = connection.execute(ABOUT).fetchone()
        if row is None:
            raise InputError(
                f"{published_file}: holds no survey with report grades, which the summary is "
                "about. Publish the resident survey with `peil nightly`."
            )
        about = About(*row)
        wave = [about.survey_code, about.wave_code]
        received = connection.execute(RECEIVED, wave).fetchone()
        found = connection.execute(CONTRAST, wave).fetchone()
        contrast = Contrast(*found) if found else None
        of_contrast = [*wave, contrast.segment_code if contrast else None]
        figures = tuple(Figure(*row) for row in connection.execute(FIGURES, of_contrast).fetchall())
        effects = {
            (question, statistic, option): Effect(*test)
            for question, statistic, option, *test in connection.execute(
                EFFECTS, [*wave, contrast.contrast_code if contrast else None]
            ).fetchall()
        }
        grounds = connection.execute(EVIDENCE, wave).fetchall()
        advice = tuple(
            Recommendation(
                title, text, status, tuple(Evidence(*row) for of, *row in grounds if of == code)
            )
            for code, title, text, status in connection.execute(RECOMMENDATIONS, wave).fetchall()
        )
    n_received = received[0] if received else about.n_respondents
    return Published(about, n_received, contrast, figures, effects, advice)
