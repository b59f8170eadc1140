"""One run of landing over the inbox.

The same file twice changes nothing. A corrected file (same name and source, other content)
replaces its predecessor. A file that cannot be read, or that breaks an agreed rule, is set aside
whole with its reasons, and the rest still lands.
"""

import hashlib
import logging
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from scripts.codebook import Source, read_sources, source_of
from scripts.errors import DeliveryRejectedError, InputError
from scripts.gate import Gate, set_aside
from scripts.landing import kinds, ledger
from scripts.landing.decode import Codebook
from scripts.landing.delivery import Delivery, receive
from scripts.lock import one_night
from scripts.progress import steps
from scripts.settings import Places
from scripts.warehouse import open_warehouse

# DuckDB writes to disk beyond this; the rest of the process needs a few hundred megabytes.
MEMORY = "1200MB"
log = logging.getLogger(__name__)


@dataclass
class Landed:
    """What one run of landing did, by file name."""

    landed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    n_deliveries: int = 0


def land(places: Places, only: Path | None = None) -> Landed:
    """Land every file in the inbox that belongs to a source of the codebook.

    Args:
        places: inbox, seeds and warehouse.
        only: the one file of the inbox to land; the others wait.

    Raises:
        InputError: the inbox or the codebook cannot be used, or nothing was ever delivered.
    """
    places.require_seeds()
    sources = read_sources(places.seeds)
    if not places.inbox.is_dir():
        raise InputError(
            f"{places.inbox}: this inbox does not exist. Make the folder and put the deliveries "
            "in it, or point --inbox (PEIL_INBOX) at the right one."
        )
    files = sorted(p for p in places.inbox.iterdir() if p.is_file() and p.name[0] not in ".~")
    if only:
        files = [only]
    result = Landed()
    with (
        one_night(places, publishes=False),
        open_warehouse(places.warehouse) as connection,
        Gate(places) as gate,
    ):
        connection.execute(f"set memory_limit = '{MEMORY}'")
        kinds.count_earlier_values(connection)
        codebook = Codebook(connection, places.seeds)
        for path in steps(files, "Landing", lambda p: p.name):
            _land_one(connection, path, sources, codebook, gate, result)
        codebook.refresh_rejects()
        result.n_deliveries = connection.execute(
            "select count(*) from raw.deliveries where status = 'landed'"
        ).fetchone()[0]
    if not result.n_deliveries and not result.rejected:
        patterns = ", ".join(s.file_pattern for s in sources)
        raise InputError(
            f"{places.inbox}: nothing to land here, and nothing has landed before. "
            f"Put files in it whose names match {patterns} (see {places.seeds / 'sources.csv'})."
        )
    return result


def _land_one(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    sources: list[Source],
    codebook: Codebook,
    gate: Gate,
    result: Landed,
) -> None:
    source = source_of(path, sources)
    if source is None:
        result.unmatched.append(path.name)
        log.warning("%s: matches no file_pattern in sources.csv; left alone.", path.name)
        return
    delivery = _delivery(path, source)
    if ledger.has_landed(connection, delivery):
        result.unchanged.append(path.name)
        log.info("%s: landed before, unchanged.", path.name)
        return
    connection.execute("begin")
    try:
        with tempfile.TemporaryDirectory(dir=gate.scratch) as scratch:
            outcome = receive(connection, delivery, codebook, gate, Path(scratch))
        connection.execute("commit")
    except DeliveryRejectedError as error:
        connection.execute("rollback")
        result.rejected[path.name] = str(error)
        ledger.record_rejection(connection, delivery, str(error))
        set_aside(path, source, error)
        log.error("%s", error)
        return
    except BaseException:
        connection.execute("rollback")
        raise
    result.landed.append(path.name)
    log.info(
        "%s: landed as %s, %s rows, %s cells%s.",
        path.name, source.source_code, f"{outcome.n_rows:,}", f"{outcome.n_cells:,}",
        f" ({'; '.join(outcome.notes)})" if outcome.notes else "",
    )  # fmt: skip
    for warning in outcome.warnings:
        log.warning("%s: %s", path.name, warning)
    if outcome.warnings:
        result.warnings[path.name] = outcome.warnings


def _delivery(path: Path, source: Source) -> Delivery:
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    identity = f"{source.source_code}\n{path.name}\n{digest}"
    return Delivery(path, source, digest, hashlib.sha256(identity.encode()).hexdigest()[:16])
