"""The quality page of one delivery: HTML in Dutch, whole in one file, no outside requests."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from peil import dutch
from peil.gate.facts import Facts
from peil.gate.suites import Check
from peil.private import write_private

if TYPE_CHECKING:
    from peil.codebook.delivery import Delivery, Outcome

_TEMPLATE = Path(__file__).with_name("quality.html.j2")


def environment() -> jinja2.Environment:
    """What the parts of a quality page are written with."""
    made = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = dutch.number
    made.filters["percent"] = lambda s: "" if s is None else dutch.percent(s, 1)
    made.filters["decimal"] = lambda s: "" if s is None else dutch.number(s, 2)
    return made


def write_page(
    path: Path,
    delivery: "Delivery",
    outcome: "Outcome",
    facts: Facts,
    checks: list[Check],
    *,
    is_refused: bool,
) -> None:
    """Write the page of a delivery; the earlier page of a file with this name is replaced."""
    html = _template().render(
        delivery=delivery,
        source=delivery.source,
        outcome=outcome,
        checks=sorted(checks, key=lambda c: (c.success, not c.is_critical)),
        columns=[c for c in facts.columns if c["is_present"]],
        rejects=facts.rejects,
        is_refused=is_refused,
        n_warnings=sum(not c.success and not c.is_critical for c in checks),
    )
    write_private(path, html)


@cache
def _template() -> jinja2.Template:
    """To compile it takes longer than to write a page."""
    return environment().from_string(_TEMPLATE.read_text(encoding="utf-8"))
