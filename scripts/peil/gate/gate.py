"""The gate over one run of landing: facts → expectations → verdict, page and refusal."""

import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from peil.errors import DeliveryRejectedError
from peil.gate.facts import Facts, gather
from peil.gate.page import write_page
from peil.gate.suites import Check, suites_for
from peil.gate.worker_client import Worker
from peil.names import file_name
from peil.private import private_folder
from peil.settings import Places

if TYPE_CHECKING:
    from peil.codebook.delivery import Delivery, Outcome
    from peil.readers import Reading

log = logging.getLogger(__name__)


class Gate:
    """Judges deliveries; starts Great Expectations only when there is one to judge."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.pages = places.warehouse.parent / "quality"
        self.scratch = places.warehouse.parent / ".incoming"
        self._worker: Worker | None = None

    def __enter__(self) -> "Gate":
        # A run that was killed leaves its copies, with respondents' answers, behind.
        shutil.rmtree(self.scratch, ignore_errors=True)
        private_folder(self.scratch, "")
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)
        if self._worker:
            self._worker.close()

    def prepare(self) -> None:
        """Start the worker now: it is ready by the time the file has been read."""
        if self._worker is None:
            self._worker = Worker()

    def judge(
        self,
        connection: duckdb.DuckDBPyConnection,
        delivery: "Delivery",
        reading: "Reading",
        outcome: "Outcome",
    ) -> list[str]:
        """Judge a delivery that is stored but not committed; returns its warnings.

        Raises:
            DeliveryRejectedError: it breaks an agreed rule.
        """
        self.prepare()
        assert self._worker is not None
        facts = gather(connection, delivery, reading, outcome)
        suites = suites_for(connection, delivery.source, self.places.seeds)
        checks = self._worker.validate(facts, suites)
        broken = [c for c in checks if not c.success and c.is_critical]
        warned = [c for c in checks if not c.success and not c.is_critical]
        self._write(delivery, outcome, facts, checks, is_refused=bool(broken))
        if broken:
            raise DeliveryRejectedError(
                f"{delivery.path.name}: set aside whole, {_sentences(broken)} Ask "
                f"the supplier of source '{delivery.source.source_code}' for a corrected file, or "
                "change the agreement in delivery_rules.csv.",
                rule=broken[0].rule,
                nl=[c.sentence_nl() for c in broken],
            )
        return [c.sentence() for c in warned]

    def _write(
        self,
        delivery: "Delivery",
        outcome: "Outcome",
        facts: Facts,
        checks: list[Check],
        *,
        is_refused: bool,
    ) -> Path:
        self.pages.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.pages / file_name(delivery.path.name, ".html")
        write_page(path, delivery, outcome, facts, checks, is_refused=is_refused)
        log.info("%s: quality page %s.", delivery.path.name, path)
        return path


def _sentences(checks: list[Check]) -> str:
    return " ".join(check.sentence() + "." for check in checks)
