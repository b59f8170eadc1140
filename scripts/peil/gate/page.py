"""The quality page of one delivery: HTML in Dutch, whole in one file, no outside requests."""

from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from peil import dutch
from peil.gate.facts import Facts
from peil.gate.suites import Check

if TYPE_CHECKING:
    from peil.codebook.delivery import Delivery, Outcome

_TEMPLATE = Path(__file__).with_name("quality.html.j2")


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
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = dutch.number
    environment.filters["percent"] = lambda s: "" if s is None else dutch.percent(s, 1)
    environment.filters["decimal"] = lambda s: "" if s is None else dutch.number(s, 2)
    html = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        delivery=delivery,
        source=delivery.source,
        outcome=outcome,
        checks=sorted(checks, key=lambda c: (c.success, not c.is_critical)),
        columns=[c for c in facts.columns if c["is_present"]],
        rejects=facts.rejects,
        is_refused=is_refused,
        n_warnings=sum(not c.success and not c.is_critical for c in checks),
    )
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_text(html, encoding="utf-8")
    draft.chmod(0o600)
    draft.replace(path)
