"""Who took part, on the quality page of every delivery: while there is still time to invite others.

The page is written when a delivery lands; how its source stands beside the population is known
after the build, of all deliveries of the source in the wave together. Every night writes it again.
"""

import logging
from functools import cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import jinja2

from peil import dutch
from peil.gate.page import environment
from peil.names import file_name
from peil.private import write_private

log = logging.getLogger(__name__)
# Between these the template of the gate leaves room.
FIRST, LAST = "<!-- who took part -->", "<!-- end of who took part -->"
# As many groups as one can invite anew at a time; the table representativity has them all.
MOST_INVITED = 5
_TEMPLATE = Path(__file__).with_name("evenness.html.j2")
_DELIVERIES = """
select deliveries.file_name, deliveries.survey_code, deliveries.wave_code, deliveries.source_code
from raw.deliveries as deliveries
inner join codebook.sources as sources using (source_code)
where deliveries.status = 'landed' and sources.kind = 'survey'
order by all
"""
_ROWS = """
select
    attribute_code, r, r_ci_low, r_ci_high, cv, cv_ci_low, cv_ci_high, invite_rank, is_withheld,
    attribute_label_nl, level_label_nl
from marts.representativity
where (survey_code, wave_code, source_code) = ($1, $2, $3)
order by invite_rank nulls last, sort_order
"""


class Row(NamedTuple):
    """A source (no attribute), a variable (no level) or a group in `marts.representativity`."""

    attribute_code: str | None
    r: float | None
    r_ci_low: float | None
    r_ci_high: float | None
    cv: float | None
    cv_ci_low: float | None
    cv_ci_high: float | None
    invite_rank: int | None
    is_withheld: bool
    attribute_label: str | None
    level_label: str | None


def say_who_took_part(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Write the section on the pages of what has landed; returns how many pages changed.

    Args:
        connection: the warehouse as it was just built.
        folder: where the pages are.
    """
    pages = _sections(connection, folder)
    changed = [path for path, section in pages.items() if _put(path, section)]
    if changed:
        log.info("Who took part stands on %s quality pages.", len(changed))
    return len(changed)


def section_of(rows: list[Row], confidence_level: float) -> str:
    """The section in HTML, of the rows of one source and wave."""
    return _template().render(
        source=next((row for row in rows if row.attribute_code is None), None),
        invited=[row for row in rows if row.invite_rank is not None][:MOST_INVITED],
        hides_groups=any(row.is_withheld for row in rows if row.attribute_code is not None),
        level=dutch.level(confidence_level),
    )


@cache
def _template() -> jinja2.Template:
    return environment().from_string(_TEMPLATE.read_text(encoding="utf-8"))


def _sections(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[Path, str]:
    level = connection.execute(
        "select value from codebook.thresholds where threshold_code = 'confidence_level'"
    ).fetchall()[0][0]
    return {
        folder / file_name(name, ".html"): section_of(
            [Row(*row) for row in connection.execute(_ROWS, key).fetchall()], level
        )
        for name, *key in connection.execute(_DELIVERIES).fetchall()
    }


def _put(path: Path, section: str) -> bool:
    """Replace the section of a page; a page that is gone, or has no room for it, stays as it is."""
    if not path.exists():
        return False
    page = path.read_text(encoding="utf-8")
    before, found, rest = page.partition(FIRST)
    _, ended, after = rest.partition(LAST)
    made = f"{before}{FIRST}\n{section}\n{LAST}{after}"
    if not (found and ended) or made == page:
        return False
    write_private(path, made)
    return True
