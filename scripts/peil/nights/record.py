"""Write down a run: its row is there while it works, and says how it ended."""

import logging
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from peil.codebook import read_sources, source_of
from peil.codebook.limits import read_keeping
from peil.errors import DeliveryRejectedError, InputError, PeilError
from peil.landing import Landed
from peil.lock import one_night
from peil.nights import history
from peil.nights.changes import compare
from peil.nights.history import DONE, FAILED, PUBLISHED, Delivered, Record, Run
from peil.nights.release import FILE, in_force
from peil.settings import Places

if TYPE_CHECKING:
    from peil.nights.build import BuildResult

log = logging.getLogger(__name__)
STOPPED = 130
# Of a night in which everything changed: enough to see what, and the rest is counted.
MOST_CHANGES = 50
_STEP = re.compile(r"[a-z_ ]+ \w+")
Tell = Callable[[Places, Record, list[Run]], str]


@dataclass
class Notes:
    """What a run notes while it works; made by `recorded`, or `unrecorded` for who calls Python."""

    places: Places
    record: Record
    is_kept: bool = True

    @property
    def run(self) -> Run:
        return self.record.run

    def at(self, step: str) -> None:
        """Say what the run is doing now: a run that is killed leaves that."""
        self.run.step = step
        if self.is_kept:
            history.save(self.places, self.record)

    def landed(self, landed: Landed) -> None:
        """Note what came in: counts, and the sources they are of; no names of files."""
        run = self.run
        run.n_landed, run.n_unchanged = len(landed.landed), len(landed.unchanged)
        run.n_set_aside, run.n_without_source = len(landed.rejected), len(landed.unmatched)
        run.n_waiting, run.n_not_landed = len(landed.waiting), len(landed.failed)
        run.n_warnings = sum(map(len, landed.warnings.values()))
        sources = read_sources(self.places.seeds)
        of_files = {
            "landed": landed.landed, "set aside": list(landed.rejected),
            "waiting": list(landed.waiting), "not landed": list(landed.failed),
        }  # fmt: skip
        counts = Counter(
            (source, outcome)
            for outcome, names in of_files.items()
            for name in names
            if (source := source_of(Path(name), sources))
        )
        self.record.deliveries = [
            Delivered(source.source_code, source.survey_code, source.wave_code, outcome, n)
            for (source, outcome), n in counts.items()
        ]

    def built(self, built: "BuildResult") -> None:
        """Note what dbt did: how many steps, and the names of those that failed."""
        self.run.n_steps, self.run.n_failed_steps = built.n_nodes, len(built.failures)
        names = [failure.partition(":")[0] for failure in built.failures]
        self.run.failed_steps = ", ".join(name for name in names if _STEP.fullmatch(name))

    def released(self, before: Path | None, outcome: str = PUBLISHED) -> None:
        """Note which release is in force now, and what changed against the one before."""
        run, after = self.run, in_force(self.places.published)
        if after is None:
            return
        run.outcome, run.release = outcome, after.name
        run.release_before = before.name if before else ""
        try:
            changes = compare(before / FILE if before else None, after / FILE)
        except InputError as error:
            log.warning("%s", error)
            return
        run.n_figures = changes.n_figures
        if before is None:
            return
        drifted = changes.drifted(read_keeping(self.places.seeds).drift_margins)
        run.n_changed, run.n_new = changes.count("changed"), changes.count("new")
        run.n_gone, run.n_withheld = changes.count("gone"), changes.count("withheld")
        run.n_shown, run.n_drifted = changes.count("shown"), len(drifted)
        moved = [row.margins for row in changes.rows if row.margins is not None]
        run.largest_margins = max(moved, default=None)
        self.record.changes = changes.rows[:MOST_CHANGES]
        log.info(
            "%s of %s figures changed against the release before, %s of them by more than %g "
            "margins; `peil status` shows which.", run.n_changed, run.n_figures, run.n_drifted,
            read_keeping(self.places.seeds).drift_margins,
        )  # fmt: skip


def unrecorded(places: Places) -> Notes:
    """Notes of a run that nobody asked to write down."""
    return Notes(places, Record(_new("")), is_kept=False)


@contextmanager
def recorded(
    places: Places, verb: str, *, publishes: bool = True, detail: str = "",
    tell: Tell | None = None,
) -> Iterator[Notes]:  # fmt: skip
    """Take the lock of the night and write down what happens inside, however it ends.

    Args:
        places: where everything is.
        verb: the verb of the command line.
        publishes: whether the published folder is locked as well.
        detail: what the verb was asked for, where that is nobody's name.
        tell: what is done with a run that ended and with runs that were killed before it; returns
            what it did, for the row.

    Raises:
        InputError: another run is at work; that is written down as well.
    """
    notes = Notes(places, Record(_new(verb, detail)))
    run, killed = notes.run, list[Run]()
    began = time.monotonic()
    with ExitStack() as stack:
        try:
            try:
                run.step = "waiting"
                stack.enter_context(one_night(places, publishes=publishes))
                killed += history.close_killed(places)
                notes.at("")
                yield notes
            except BaseException as error:
                _failed(run, error)
                raise
            run.exit_code, run.outcome, run.step = 0, run.outcome or DONE, ""
        finally:
            run.ended_at = history.now()
            run.seconds = round(time.monotonic() - began, 1)
            # Before anything is sent: that may take long, and the run has ended.
            history.save(places, notes.record)
            if tell and (alerts := tell(places, notes.record, killed)):
                run.alerts = alerts
                history.save(places, notes.record)
            history.write_line(places, notes.record)


def recorded_if(
    changes: bool, places: Places, verb: str, detail: str = ""
) -> AbstractContextManager[object]:
    """`recorded` for a verb that only reads, unless asked for more; or where all is a copy."""
    if changes and places.warehouse.exists():
        return recorded(places, verb, detail=detail)
    return nullcontext()


def _new(verb: str, detail: str = "") -> Run:
    moment = history.now()
    name = f"{moment:%Y%m%dT%H%M%S}-{os.urandom(4).hex()}"
    return Run(name, verb, moment, version("peil"), detail)


def _failed(run: Run, error: BaseException) -> None:
    """Note the kind of error and its exit code; a delivery that is set aside is no failed run."""
    run.error = type(error).__name__
    if isinstance(error, KeyboardInterrupt):
        run.exit_code = STOPPED
    else:
        run.exit_code = error.exit_code if isinstance(error, PeilError) else 1
    if isinstance(error, DeliveryRejectedError):
        run.outcome, run.step = run.outcome or DONE, ""
    else:
        # A release that was published is, also when a file could not be landed for want of room.
        run.outcome = run.outcome or FAILED
