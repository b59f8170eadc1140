"""`peil docs`: the dbt documentation as one file that needs no server and no network."""

import logging
import os
from pathlib import Path

from peil.drafts import draft_of
from peil.errors import PeilError
from peil.lock import one_night
from peil.nights.docs_page import complete
from peil.private import public_folder, publish_mode
from peil.project import dbt_arguments
from peil.settings import Places

log = logging.getLogger(__name__)


def build_docs(places: Places) -> Path:
    """Write `published/docs/index.html`: every table, column, test and exposure, with lineage.

    Raises:
        PeilError: the warehouse has not been built yet, or dbt could not read it.
    """
    from peil.quick_dbt import dbtRunner

    if not places.warehouse.exists():
        raise PeilError(f"{places.warehouse}: not there yet. Run `peil nightly` first.")
    with one_night(places, publishes=False):
        os.environ["PEIL_WAREHOUSE"] = str(places.warehouse)
        outcome = dbtRunner().invoke(
            [
                "--log-path", str(places.dbt_target / "logs"), "--log-level", "none",
                "docs", "generate", "--static",
                *dbt_arguments(places),
            ]
        )  # fmt: skip
    page = places.dbt_target / "static_index.html"
    if not outcome.success or not page.exists():
        reason = outcome.exception or f"see {places.dbt_target / 'logs'}"
        raise PeilError(f"dbt could not write the documentation: {reason}")
    target = places.published / "docs" / "index.html"
    public_folder(target.parent)
    draft = draft_of(target)
    manifest = (places.dbt_target / "manifest.json").read_text(encoding="utf-8")
    text = complete(page.read_text(encoding="utf-8"), manifest, places.seeds)
    draft.write_text(text, encoding="utf-8")
    publish_mode(draft)
    draft.replace(target)
    log.info("Documentation written to %s.", target)
    return target
