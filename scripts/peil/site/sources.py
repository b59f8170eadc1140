"""What sources of respondents do to the headline figures, in words and rows."""

from typing import NamedTuple

from peil.site.context import Reading
from peil.site.measures import Measure
from peil.site.samples import SourceEffect

CERTAIN = "certain_difference"


class Contrast(NamedTuple):
    """What the page says of the sources of one survey.

    Attributes:
        n_figures: headline figures with at least one source beside the others.
        n_certain: of those, on how many a source differs for certain.
        shown: the headline of the survey per source, and what differs for certain, with units.
    """

    n_figures: int
    n_certain: int
    shown: list[tuple[SourceEffect, str]]


def without_any(reading: Reading, m: Measure) -> str:
    """Tussen 6,4 en 6,6, welke bron we ook weglaten; nothing when one source is not shown."""
    found = _effects(reading, m)
    if not found or not found[0].is_every_source:
        return ""
    ends = [reading.numbers.figure(x, m.unit) for x in (found[0].source_low, found[0].source_high)]
    if ends[0] == ends[1]:
        return reading.t("without_same", figure=ends[0])
    return reading.t("without_range", low=ends[0], high=ends[1])


def contrast_of(reading: Reading, survey_code: str) -> Contrast:
    own = [e for e in reading.data.source_effects if e.survey_code == survey_code]
    overall = reading.measures.overall
    headline = _effects(reading, overall) if overall else []
    certain = [e for e in own if e.verdict == CERTAIN]
    return Contrast(
        n_figures=len({_figure(e) for e in own}),
        n_certain=len({_figure(e) for e in certain}),
        shown=[
            (e, reading.measures.unit_of(e.question_code, e.statistic))
            for e in own if e in headline or e in certain
        ],
    )  # fmt: skip


def _effects(reading: Reading, m: Measure) -> list[SourceEffect]:
    key = (m.question.survey_code, m.question.question_code, m.statistic.statistic, m.option_code)
    return [e for e in reading.data.source_effects if (e.survey_code, *_figure(e)) == key]


def _figure(e: SourceEffect) -> tuple[str, str, str | None]:
    return e.question_code, e.statistic, e.option_code
