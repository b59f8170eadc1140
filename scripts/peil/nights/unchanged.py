"""Nothing new, nothing done: whether the release in force is what a night would make again."""

import json
from pathlib import Path

from peil.built import Built, build_facts, require_built
from peil.errors import PeilError
from peil.nights.release import SITE, in_force
from peil.nights.whole import has_its_pages, is_whole, read_manifest
from peil.project import dbt_project, is_customised, peil_folder
from peil.settings import Places
from peil.warehouse import read_warehouse

# What a checkout is called says nothing of what is in it: that is in the digests.
_NAMES = {"commit"}


def release_in_force(places: Places) -> dict | None:
    """The manifest of the release, when a night would make the same one again; else None.

    That is: the warehouse is built and tested, from what has landed now and nothing else, with the
    seeds, code and libraries of now; and the release was made of that very build and is whole.
    """
    manifest = read_manifest(places.published)
    if not manifest or not places.warehouse.exists():
        return None
    try:
        with read_warehouse(places.warehouse) as connection:
            built = require_built(connection, "peil nightly")
            landed = connection.execute(
                "select delivery_key from raw.deliveries where status = 'landed'"
            ).fetchall()
    except PeilError:
        return None
    if {key for (key,) in landed} != {delivery["delivery_key"] for delivery in built.deliveries}:
        return None
    return manifest if _is_made_of(manifest, built, places) else None


def _is_made_of(manifest: dict, built: Built, places: Places) -> bool:
    facts = {"tested_at": built.tested_at, **built.facts}
    return (
        manifest.get("built") == facts
        and manifest.get("inputs") == built.inputs
        and without_names(facts) == {"tested_at": built.tested_at, **facts_of_now(places)}
        and is_whole(places.published)
        and _shows_its_pages(places.published)
    )


def facts_of_now(places: Places) -> dict[str, str]:
    package = peil_folder(places)
    own = dbt_project(places) if is_customised(places) else package
    return without_names(json.loads(build_facts(str(package), str(own))))


def without_names(facts: dict) -> dict:
    return {name: value for name, value in facts.items() if name not in _NAMES}


def _shows_its_pages(published: Path) -> bool:
    now = in_force(published)
    return now is not None and has_its_pages(now) and (published / SITE / "index.html").exists()
