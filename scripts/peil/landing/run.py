"""One run of landing over the inbox.

The same file twice changes nothing. A corrected file (same name and source, other content)
replaces its predecessor. A file that cannot be read, or that breaks an agreed rule, is set aside
whole with its reasons; one that is still being written waits; and the rest still lands.
"""

import logging
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from peil.codebook import Source, read_sources, source_of
from peil.codebook.decode import Codebook
from peil.codebook.delivery import Delivery, Outcome
from peil.codebook.limits import Limits, read_limits
from peil.codebook.seed_text import require_codebook
from peil.counting import is_package, refuse_stale
from peil.counting.manifest import Manifest
from peil.errors import DeliveryRejectedError, InputError, MachineError, PeilError
from peil.gate.gate import Gate
from peil.gate.refusal import set_aside
from peil.landing import inbox, kinds, ledger, packages
from peil.landing.inbox import Entry
from peil.landing.packages import Elsewhere
from peil.lock import one_night
from peil.memory import MIB, Memory
from peil.progress import steps
from peil.readers.process import ReadingProcess
from peil.settings import Places
from peil.warehouse import literal, one_row, open_warehouse

# Beyond this DuckDB writes to disk; receive.py says what a large file has.
AT_LEAST = 1200 * MIB
# Errors of DuckDB after which nothing more can be stored.
THE_DISK = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException)
log = logging.getLogger(__name__)


@dataclass
class Landed:
    """What one run of landing did, by file name.

    `waiting` were still being written; `failed` met a machine without room. `n_answered` are the
    deliveries in force with answers of people.
    """

    landed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    n_answered: int = 0


def land(
    places: Places,
    only: Path | None = None,
    threads: int | None = None,
    elsewhere: Elsewhere | None = None,
) -> Landed:
    """Land every file in the inbox that belongs to a source of the codebook.

    Args:
        places: inbox, seeds and warehouse.
        only: the one file of the inbox to land; the others wait.
        threads: of DuckDB; with 1 rows are stored in one order.
        elsewhere: what workers made of files of the inbox.

    Raises:
        InputError: the inbox or the codebook cannot be used, nothing was ever delivered, or the
            codebook has outgrown a count package.
    """
    require_codebook(places.seeds)
    sources = read_sources(places.seeds)
    if not places.inbox.is_dir():
        raise InputError(
            f"{places.inbox}: this inbox does not exist. Make the folder and put the deliveries "
            "in it, or point --inbox (PEIL_INBOX) at the right one."
        )
    limits = read_limits(places.seeds)
    result = Landed()
    with (
        one_night(places, publishes=False),
        open_warehouse(places.warehouse) as connection,
        Gate(places) as gate,
        closing(ReadingProcess(limits)) as reader,
    ):
        found = inbox.entries([only] if only else list(places.inbox.iterdir()))
        inbox.settle(found, limits)
        elsewhere = elsewhere or Elsewhere()
        found = elsewhere.entries(found)
        memory = Memory(connection)
        memory.allow(AT_LEAST)
        if threads:
            connection.execute(f"set threads = {threads}")
        kinds.count_earlier_values(connection)
        codebook = Codebook(connection, places.seeds)
        run = _Run(connection, sources, codebook, gate, reader, memory, limits, result, elsewhere)
        for entry in steps(found, "Landing", lambda e: e.name):
            run.land(entry)
        codebook.refresh_rejects()
        refuse_stale(connection, places.seeds, sources)
        asked = ", ".join(literal(s.source_code) for s in sources if s.kind == "survey") or "''"
        result.n_answered, n_ever = one_row(
            connection,
            f"select count(*) filter (where status = 'landed' and source_code in ({asked})), "
            "count(*) filter (where status in ('landed', 'purged')) from raw.deliveries",
        )
    if not (n_ever or result.rejected or result.waiting or result.failed):
        patterns = ", ".join(s.file_pattern for s in sources)
        raise InputError(
            f"{places.inbox}: nothing to land here, and nothing has landed before. "
            f"Put files in it whose names match {patterns} (see {places.seeds / 'sources.csv'})."
        )
    return result


@dataclass
class _Run:
    """What every file of one run is landed with."""

    connection: duckdb.DuckDBPyConnection
    sources: list[Source]
    codebook: Codebook
    gate: Gate
    reader: ReadingProcess
    memory: Memory
    limits: Limits
    result: Landed
    elsewhere: Elsewhere

    def land(self, entry: Entry) -> None:
        """Land one file, set it aside with its reason, or leave it for the next night."""
        manifest: Manifest | None = None
        source = packages.UNKNOWN if is_package(entry.name) else source_of(entry.path, self.sources)
        if source is None:
            self.result.unmatched.append(entry.name)
            log.warning("%s: matches no file_pattern in sources.csv; left alone.", entry.name)
            return
        delivery = _delivery(entry, source, "")
        try:
            inbox.require_rest(entry, self.limits)
            delivery = _delivery(entry, source, inbox.digest_of(entry, self.limits))
            if source is packages.UNKNOWN:
                manifest, source = packages.open_package(entry, self.sources, self.limits)
                delivery = packages.delivery_of(entry, manifest, source, delivery.sha256)
            if refusal := self.elsewhere.refused.get(entry.name):
                raise refusal
            if entry.name in self.elsewhere.failed:
                raise MachineError(self.elsewhere.failed[entry.name])
            if ledger.has_landed(self.connection, delivery):
                self.result.unchanged.append(entry.name)
                log.info("%s: landed before, unchanged.", entry.name)
                return
            outcome = self._received(entry, delivery, manifest)
        except inbox.StillChangingError as error:
            self._leave(entry, str(error))
        except DeliveryRejectedError as error:
            self._refuse(entry, delivery, error)
        except (MachineError, MemoryError, duckdb.OutOfMemoryException) as error:
            self._postpone(entry, error)
        except (PeilError, AssertionError, OSError, *THE_DISK):
            raise
        except Exception as error:
            log.debug("%s", entry.name, exc_info=error)
            self._refuse(entry, delivery, _unforeseen(entry, error))
        else:
            self._report(entry, source, outcome)

    def _received(self, entry: Entry, delivery: Delivery, manifest: Manifest | None) -> Outcome:
        self.memory.allow(AT_LEAST)
        try:
            return self._receive(entry, delivery, manifest)
        except duckdb.OutOfMemoryException:
            if not self.memory.can_widen:
                raise
        with self.memory.widened(entry.name):
            return self._receive(entry, delivery, manifest)

    def _receive(self, entry: Entry, delivery: Delivery, manifest: Manifest | None) -> Outcome:
        # What reads and judges a file is not for a night without new files.
        from peil.landing.receive import receive

        if not manifest:
            self.reader.start()
            self.codebook.load()
        self.connection.execute("begin")
        try:
            with tempfile.TemporaryDirectory(dir=self.gate.scratch) as scratch:
                copy, sha256 = inbox.take_copy(entry, self.limits, Path(scratch))
                if sha256 != (delivery.package or delivery.sha256):
                    raise inbox.StillChangingError("changed while it was read")
                copied = replace(delivery, copy=copy)
                outcome = (
                    packages.receive_package(
                        self.connection, copied, manifest, self.codebook.seeds, self.limits,
                        Path(scratch),
                    )
                    if manifest
                    else receive(
                        self.connection, copied, self.codebook, self.gate, self.reader,
                        self.memory, Path(scratch),
                    )
                )  # fmt: skip
            if not inbox.is_unchanged(entry):
                raise inbox.StillChangingError("changed while it was read")
            self.connection.execute("commit")
        except BaseException:
            # After an error in the database itself there may be no transaction left.
            with suppress(duckdb.TransactionException):
                self.connection.execute("rollback")
            raise
        return outcome

    def _leave(self, entry: Entry, reason: str) -> None:
        self.result.waiting[entry.name] = reason
        log.warning("%s: %s; it waits for the next night.", entry.name, reason)

    def _postpone(self, entry: Entry, error: BaseException) -> None:
        self.result.failed[entry.name] = (
            str(error)
            if isinstance(error, MachineError)
            else f"{entry.name}: there was not enough memory to store it; the file is not to "
            "blame. It stays in the inbox; run again with more memory free."
        )
        log.error("%s", self.result.failed[entry.name])

    def _refuse(self, entry: Entry, delivery: Delivery, error: DeliveryRejectedError) -> None:
        if not inbox.is_unchanged(entry):
            self._leave(entry, "changed while it was read")
            return
        message = str(error)
        try:
            set_aside(entry.path, entry.name, delivery.source, error)
        except OSError as blocked:
            message += f" It could not be moved out of the inbox ({blocked.strerror or blocked})."
        self.result.rejected[entry.name] = message
        ledger.record_rejection(self.connection, delivery, message)
        log.error("%s", message)

    def _report(self, entry: Entry, source: Source, outcome: Outcome) -> None:
        self.result.landed.append(entry.name)
        log.info(
            "%s: landed as %s, %s rows, %s cells%s.",
            entry.name, source.source_code, f"{outcome.n_rows:,}", f"{outcome.n_cells:,}",
            f" ({'; '.join(outcome.notes)})" if outcome.notes else "",
        )  # fmt: skip
        for warning in outcome.warnings:
            log.warning("%s: %s", entry.name, warning)
        if outcome.warnings:
            self.result.warnings[entry.name] = outcome.warnings


def _unforeseen(entry: Entry, error: Exception) -> DeliveryRejectedError:
    return DeliveryRejectedError(
        f"{entry.name}: could not be processed ({type(error).__name__}). Nothing of it has landed. "
        "Export it again; if that does not help, report the file's format and this name.",
        nl="Het bestand kon niet worden verwerkt.",
    )


def _delivery(entry: Entry, source: Source, sha256: str) -> Delivery:
    key = ledger.delivery_key(source, entry.name, sha256)
    return Delivery(entry.path.with_name(entry.name), source, sha256, key)
