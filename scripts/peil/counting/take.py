"""A count package into the warehouse: checked, and its rows beside those that are counted here."""

import json
from pathlib import Path

import duckdb

from peil.codebook.delivery import Delivery, Outcome
from peil.codebook.limits import Limits
from peil.codebook.sources import Source
from peil.counting.contract import read, require_contract
from peil.counting.differ import differences
from peil.counting.manifest import Manifest, unpack
from peil.counting.panels import refuse_panel
from peil.counting.tables import SELECTED, columns_of
from peil.errors import DeliveryRejectedError
from peil.warehouse import literal


def take(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    manifest: Manifest,
    seeds: Path,
    limits: Limits,
    folder: Path,
) -> Outcome:
    """Check a package and store its rows, inside the transaction that is open.

    Args:
        connection: the warehouse.
        delivery: the delivery that was counted; `copy` is the package.
        manifest: what the package says of itself.
        seeds: the codebook of here.
        limits: how large a file may be.
        folder: where it is unpacked.

    Raises:
        DeliveryRejectedError: it was counted by another codebook or code, or is not what counts
            of this delivery can be.
    """
    assert delivery.copy is not None
    name, source = delivery.path.name, delivery.source
    refuse_panel(seeds, source, name)
    if found := differences(manifest, seeds, source):
        raise DeliveryRejectedError(
            f"{name}: this count package was not counted as it would be here. What differs: "
            f"{'; '.join(found)}. Use the same version of peil, codebook and PEIL_HASH_KEY on "
            "both sides, and count the delivery again.",
            rule="count_package",
            nl="Dit telbestand is gemaakt met een andere versie van Peil, een ander codeboek of "
            "een andere sleutel. Tel de levering opnieuw met de versie van nu.",
        )
    unpack(delivery.copy, name, manifest, folder, limits)
    require_contract(connection, folder, name, manifest, source, seeds)
    for table in SELECTED:
        columns = ", ".join(columns_of(connection, table))
        connection.execute(
            f"insert into raw.counted_{table} (delivery_key, {columns}) "
            f"select {literal(delivery.key)}, {columns} from {read(folder, table)}"
        )
    return _outcome(manifest)


def check_source(manifest: Manifest, sources: list[Source], name: str) -> Source:
    """The source of here that the package is of.

    Raises:
        DeliveryRejectedError: the codebook does not know it.
    """
    code = manifest.delivery["source_code"]
    for source in sources:
        if source.source_code == code and source.kind == "survey":
            return source
    raise DeliveryRejectedError(
        f"{name}: is a count package of source '{code}', which is no survey in sources.csv. Use "
        "the same codebook on both sides.",
        rule="count_package",
        nl="Dit telbestand hoort bij een bron die niet is afgesproken.",
    )


def facts_text(manifest: Manifest) -> str:
    """What the ledger keeps of how a package was counted."""
    return json.dumps({**manifest.facts, "keep": manifest.keep, "peil": manifest.peil})


def _outcome(manifest: Manifest) -> Outcome:
    said = manifest.delivery
    whole = {
        name: int(said[name])
        for name in (
            "n_rows", "n_columns", "n_cells", "n_identifier_cells", "n_open_answers",
            "n_masked_open_answers", "n_rejects",
        )
    }  # fmt: skip
    return Outcome(
        str(said["file_format"]),
        **whole,
        unbound=[str(name) for name in said["unbound"]],
        notes=[*map(str, said["notes"]), "counted elsewhere"],
        warnings=[str(warning) for warning in said["warnings"]],
    )
