"""One delivery, from file to rows: read, strip of identifiers, store, judge, replace, enter.

Everything here happens inside one transaction: it lands whole or not at all.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from peil.codebook import Source
from peil.codebook.delivery import Delivery, Outcome
from peil.errors import DeliveryRejectedError
from peil.landing import dates, kinds, ledger, privacy, unusable
from peil.memory import MIB, Memory
from peil.readers import INCOMING
from peil.readers.process import ReadingProcess
from peil.warehouse import one_row

if TYPE_CHECKING:
    from peil.codebook.decode import Codebook
    from peil.gate.gate import Gate

log = logging.getLogger(__name__)
# Reading a larger one takes minutes.
LARGE = 256 << 20
# What is stored in one go and cannot be written to disk before it ends, and what is decoded of it.
FIXED, PER_ROW = 600 * MIB, 300


def receive(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    codebook: "Codebook",
    gate: "Gate",
    reader: ReadingProcess,
    memory: Memory,
    scratch: Path,
) -> Outcome:
    """Land one file inside the transaction that is open.

    Raises:
        DeliveryRejectedError: the file cannot be read, or breaks an agreed rule.
        MachineError: the machine was in the way of reading it.
    """
    path, source = delivery.path, delivery.source
    kind = kinds.KINDS[source.kind]
    if kind.is_gated:
        gate.prepare()
    # Rows carry the number they have in the file: their order costs memory and says nothing.
    connection.execute("set preserve_insertion_order = false")
    copy = delivery.copy or path
    is_large = copy.stat().st_size > LARGE
    if is_large:
        log.info("%s: reading %s MB.", path.name, f"{copy.stat().st_size >> 20:,}")
    reading = reader.read(connection, copy, path.name, source, scratch)
    outcome = Outcome(reading.file_format, n_columns=len(reading.columns), notes=reading.notes)
    outcome.n_rows = one_row(connection, f"select count(*) from {INCOMING}")[0]
    if is_large:
        log.info("%s: %s rows read; storing them.", path.name, f"{outcome.n_rows:,}")
    memory.allow(max(memory.usual, FIXED + outcome.n_rows * PER_ROW))
    if not outcome.n_rows:
        raise DeliveryRejectedError(
            f"{path.name}: has column names but no rows. Export it again.",
            nl="Het bestand bevat kolomnamen, maar geen rijen.",
        )
    _require_columns(delivery, reading.columns, kind)
    outcome.n_identifier_cells, kept, found = privacy.drop_identifiers(
        connection, delivery, reading.columns, codebook
    )
    outcome.notes += found
    outcome.notes += dates.read_dates(connection, delivery)
    outcome.warnings += unusable.reject_unusable(connection, delivery, kept, reading.unusable)
    if kind.check:
        kind.check(connection, delivery, codebook)
    kind.store(connection, delivery, kept, outcome)
    connection.execute(f"drop table {INCOMING}")
    outcome.unbound = _unbound(source, kept)
    if outcome.unbound:
        outcome.warnings.append(
            f"columns without a binding: {', '.join(outcome.unbound)}. Bind them in "
            "bindings.csv, or mark them ignored."
        )
    if kind.is_gated:
        codebook.decode(delivery)
        outcome.n_rejects = codebook.record_rejects(delivery, reading.user_missing)
        outcome.warnings += gate.judge(connection, delivery, reading, outcome)
    ledger.replace_earlier(connection, delivery)
    ledger.enter(connection, delivery, outcome, codebook.digest)
    return outcome


def _require_columns(delivery: Delivery, columns: list[str], kind: kinds.Kind) -> None:
    source = delivery.source
    missing = [
        b.column
        for b in source.bindings
        if b.column not in columns and b.binding not in {"identifier", "ignored"}
    ]
    missing += [f"(bound to {f})" for f in kind.fields if not source.columns_of(f)]
    if missing:
        raise DeliveryRejectedError(
            f"{delivery.path.name}: column '{missing[0]}' is missing"
            + (f" (and {len(missing) - 1} more: {', '.join(missing[1:])})" if missing[1:] else "")
            + f". Source '{source.source_code}' in bindings.csv binds it. Ask for the file with "
            "the column, or change the binding.",
            rule="is_present",
            nl=[f"De kolom '{column}' ontbreekt." for column in missing],
        )


def _unbound(source: Source, columns: list[str]) -> list[str]:
    bound = {b.column for b in source.bindings}
    return [c for c in columns if c not in bound]
