"""Panels: of one person in two waves counts know nothing."""

from pathlib import Path

from peil.codebook import read_rows
from peil.codebook.sources import Source
from peil.errors import DeliveryRejectedError


def refuse_panel(seeds: Path, source: Source, name: str) -> None:
    """Refuse a source that shares its respondent numbers with another wave.

    Raises:
        DeliveryRejectedError: the change between waves needs the answers of one person in both.
    """
    rows = list(read_rows(seeds / "sources.csv"))
    scopes = {
        row["respondent_scope"]
        for row in rows
        if row["source_code"] == source.source_code and row["respondent_scope"]
    }
    others = sorted(
        row["source_code"]
        for row in rows
        if row["respondent_scope"] in scopes
        and row["survey_code"] == source.survey_code
        and row["wave_code"] != source.wave_code
    )
    if others:
        raise DeliveryRejectedError(
            f"{name}: source '{source.source_code}' follows people over waves (respondent_scope "
            f"shared with {', '.join(others)} in sources.csv). The change between waves needs both "
            "answers of one person, which counts do not hold: deliver the file itself, or give "
            "the waves scopes of their own.",
            rule="count_package",
            nl="Deze bron volgt mensen over meerdere metingen. Lever het bestand zelf aan.",
        )
