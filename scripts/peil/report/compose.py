"""The whole summary, or that of one region, from one published file."""

from pathlib import Path

from peil.report.back import (
    advice_chapter,
    experience_chapter,
    kpi_chapter,
    priorities_chapter,
    trends_chapter,
)
from peil.report.chapters import topic_chapters
from peil.report.document import Document, Words, numbered, printable
from peil.report.front import cover, key_figures
from peil.report.method import method_appendix
from peil.report.region import region_of, region_sections
from peil.site.context import Reading, read

CATALOGUES = Path(__file__).parent / "texts"


def read_published(file: Path) -> Reading:
    """A published file with the words of documents.

    Raises:
        InputError: the file cannot be read, or no survey is published in it.
    """
    return read(file, CATALOGUES)


def compose(reading: Reading) -> Document:
    """Cover, key figures, a chapter per topic, what else the survey has, and the method."""
    sections = (
        key_figures(reading),
        *topic_chapters(reading),
        *experience_chapter(reading),
        *kpi_chapter(reading),
        *trends_chapter(reading),
        *priorities_chapter(reading),
        *advice_chapter(reading),
        *method_appendix(reading),
    )
    survey = reading.data.survey
    document = Document(
        survey.label, survey.wave_label, cover(reading), sections, words(reading),
        reading.data.language, warning(reading),
    )  # fmt: skip
    return printable(numbered(document))


def compose_region(reading: Reading, code: str) -> Document:
    """Two pages about one region.

    Raises:
        InputError: the survey has no such region.
    """
    survey, group = reading.data.survey, region_of(reading, code)
    document = Document(
        reading.t("doc_region_title", name=group.label), f"{survey.label}, {survey.wave_label}",
        cover(reading)[:3], tuple(region_sections(reading, group)), words(reading),
        reading.data.language, warning(reading), has_cover=False,
    )  # fmt: skip
    return printable(numbered(document))


def words(reading: Reading) -> Words:
    t = reading.t
    return Words(t("doc_contents"), t("doc_figure"), t("doc_table"), t("doc_page"))


def warning(reading: Reading) -> str | None:
    is_simulated = any(survey.is_simulated for survey in reading.data.surveys)
    return reading.t("doc_warning") if is_simulated else None
