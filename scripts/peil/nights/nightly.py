"""The night: land → build and test → publish. A failed test stops publication."""

import logging
import time

from peil.codebook.complete import refuse_incomplete
from peil.codebook.numbers import refuse_without_numbers
from peil.codebook.seed_text import require_codebook
from peil.errors import DeliveryRejectedError, InputError, MachineError, PeilError
from peil.landing import Landed, land
from peil.landing.packages import Elsewhere
from peil.lock import one_night
from peil.nights import history
from peil.nights.record import Notes, unrecorded
from peil.nights.release import in_force
from peil.nights.releases import withheld_by_rollback
from peil.nights.unchanged import release_in_force
from peil.settings import Places

log = logging.getLogger(__name__)


def nightly(
    places: Places,
    *,
    force: bool = False,
    notes: Notes | None = None,
    elsewhere: Elsewhere | None = None,
) -> Landed:
    """Land, build, test and publish; returns what landed and what was set aside.

    Where nothing changed since the release in force, that one stands and nothing is built. Where
    a release was taken back and its cause has not changed, nothing is built either.

    Args:
        places: where everything is.
        force: build and publish all the same.
        notes: where what happens is noted.
        elsewhere: deliveries that workers have counted.

    Raises:
        PeilError: a model or test failed, the codebook is not whole or asks what cannot be
            computed, or nobody's answers have landed; the published file is as it was.
    """
    notes = notes or unrecorded(places)
    with one_night(places):
        started = time.monotonic()
        notes.at("landing")
        require_codebook(places.seeds)
        refuse_incomplete(places.seeds)
        refuse_without_numbers(places.seeds)
        landed = land(places, elsewhere=elsewhere)
        notes.landed(landed)
        log.info("Landed in %.1f s.", time.monotonic() - started)
        if not landed.n_answered:
            _require_release(places, landed)
            log.warning(
                "No answers that landed are kept any more (they were purged): there is nothing to "
                "build. The release that is published stands."
            )
            notes.run.outcome = history.UNCHANGED
            return landed
        if not force and (release := release_in_force(places)):
            log.info(
                "Nothing changed since the release of %s: no other files, codebook or code. It "
                "stands; `--force` builds it anew.", release["published_at"],
            )  # fmt: skip
            notes.run.outcome = history.UNCHANGED
            return landed
        if not force and (reason := withheld_by_rollback(places)):
            log.warning("%s", reason)
            notes.run.outcome = history.WITHHELD
            return landed
        build_and_publish(places, notes, anew=force)
        log.info("Done in %.1f s.", time.monotonic() - started)
    return landed


def _require_release(places: Places, landed: Landed) -> None:
    """Say why there is nothing to build; a build would say that nobody can be weighted."""
    if in_force(places.published):
        return
    raise_rejections(landed)
    waiting = f" {', '.join(landed.waiting)} is still being written." if landed.waiting else ""
    raise InputError(
        f"{places.warehouse}: no answers of people have landed, so there is nothing to build."
        f"{waiting} Put a delivery of a survey in {places.inbox} and run again (its sources, with "
        f"how their files are named, stand in {places.seeds / 'sources.csv'})."
    )


def build_and_publish(places: Places, notes: Notes, *, anew: bool = False) -> None:
    """Build and test; publish only when everything passed."""
    # Neither dbt nor what writes documents is for a night with nothing new.
    from peil.nights.build import build_warehouse
    from peil.nights.publish import publish

    started = time.monotonic()
    notes.at("building")
    built = build_warehouse(places, anew=anew)
    notes.built(built)
    if built.failures:
        for failure in built.failures:
            log.error("%s", failure)
        before = "stays as it was" if places.published_file.exists() else "is not made"
        raise PeilError(
            f"{len(built.failures)} of {built.n_nodes or 'all'} steps failed; nothing was "
            f"published and {places.published_file} {before}. What failed stands above."
        )
    log.info("Built and tested %s nodes in %.1f s.", built.n_nodes, time.monotonic() - started)
    notes.at("publishing")
    earlier = in_force(places.published)
    publish(places)
    notes.released(earlier)


def raise_rejections(landed: Landed) -> None:
    """Make the exit code say that a file was set aside, or could not be landed here and now."""
    reasons = "\n".join([*landed.failed.values(), *landed.rejected.values()])
    rest = "the rest has" if landed.landed or landed.unchanged else "and nothing else has"
    if landed.failed:
        raise MachineError(f"Not everything could be landed, {rest}:\n{reasons}")
    if landed.rejected:
        raise DeliveryRejectedError(f"Set aside, {rest} landed:\n{reasons}")
