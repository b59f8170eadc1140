"""A count package in the inbox: a delivery like any other, of which only counts came."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from peil.codebook import Source
from peil.codebook.delivery import Delivery, Outcome
from peil.codebook.limits import Limits
from peil.counting import manifest as packages
from peil.counting.take import check_source, facts_text, take
from peil.errors import DeliveryRejectedError
from peil.landing import inbox, ledger
from peil.landing.inbox import Entry
from peil.names import printable

# Of a package that does not say what it is of.
UNKNOWN = Source("-", "", "", "survey", "*", "count_package", label_nl="Onbekend (telbestand)")


@dataclass
class Elsewhere:
    """What workers made of files of the inbox, by the name of the file.

    A package is landed in place of its file; a file that was refused there is set aside here.
    """

    packages: dict[str, Path] = field(default_factory=dict)
    refused: dict[str, DeliveryRejectedError] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def entries(self, found: list[Entry]) -> list[Entry]:
        """The inbox, with packages in place of the files that were counted."""
        packed = inbox.entries([self.packages[e.name] for e in found if e.name in self.packages])
        return [e for e in found if e.name not in self.packages] + packed


def open_package(
    entry: Entry, sources: list[Source], limits: Limits
) -> tuple[packages.Manifest, Source]:
    """What a package says of itself, and the source of here that it is of.

    Raises:
        DeliveryRejectedError: it is no package, or of a source that the codebook does not know.
    """
    if not entry.path.is_file():
        raise DeliveryRejectedError(
            f"{entry.name}: is no file.", rule="count_package", nl="Dit is geen leesbaar bestand."
        )
    manifest = packages.manifest_of(entry.path, entry.name, limits)
    return manifest, check_source(manifest, sources, entry.name)


def delivery_of(entry: Entry, manifest: packages.Manifest, source: Source, sha256: str) -> Delivery:
    """The delivery that was counted: with the key that its file would have here."""
    said = manifest.delivery
    name = printable(said["file_name"])
    key = ledger.delivery_key(source, name, said["sha256"])
    return Delivery(entry.path.with_name(name), source, said["sha256"], key, package=sha256)


def receive_package(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    manifest: packages.Manifest,
    seeds: Path,
    limits: Limits,
    scratch: Path,
) -> Outcome:
    """Land one package inside the transaction that is open.

    Raises:
        DeliveryRejectedError: see `take`.
    """
    # Before its rows are stored: a recount of the same file has the same key.
    ledger.replace_earlier(connection, delivery)
    outcome = take(connection, delivery, manifest, seeds, limits, scratch)
    ledger.enter(connection, delivery, outcome, "", package_facts=facts_text(manifest))
    return outcome
