"""A delivery in parts: read and judged once, cut into slices, and each slice counted anywhere."""

import logging
from dataclasses import replace
from pathlib import Path

from peil.codebook.seed_text import require_codebook
from peil.counting.tables import MODELS, SELECTED
from peil.drafts import remove
from peil.private import owner_only
from peil.settings import Places
from peil.workers.count import (
    build_counts,
    countable,
    export_all,
    landed_apart,
    ledger_row,
    own_keep_list,
    refuse_without_weight,
    scratch_folder,
    whole_manifest,
)
from peil.workers.keep import KeepList, give_keep_list
from peil.workers.package import Counted, write_package
from peil.workers.parts import Part
from peil.workers.slices import read_slice, write_slice

log = logging.getLogger(__name__)


def count_part(
    seeds: Path, file: Path, out: Path, part: Part, keep: KeepList | None = None
) -> Counted:
    """Count one part of a delivery, of which the whole is read; `merge_parts` adds parts up.

    Args:
        seeds: the codebook.
        file: the delivery.
        out: the folder that the package is written in.
        part: which part of its rows.
        keep: as of `count_delivery`.

    Raises:
        InputError, DeliveryRejectedError, PeilError: as `count_delivery`.
    """
    log.info(
        "%s: all of it is read for part %s. `peil count --split %s` reads it once for all parts.",
        file.name, part, part.of,
    )  # fmt: skip
    with owner_only(), scratch_folder() as folder:
        (rows,), _ = _cut(seeds, file, folder, [part], keep, folder)
        return _count(seeds, rows, out, folder)


def split_delivery(
    seeds: Path, file: Path, out: Path, of: int, keep: KeepList | None = None
) -> tuple[list[Path], list[str]]:
    """Read and judge a delivery once, and cut it into slices to be counted by `count_slice`.

    Args:
        seeds: the codebook.
        file: the delivery.
        out: the folder that the slices are written in.
        of: how many.
        keep: as of `count_delivery`.

    Returns:
        The slices in order, and what the gate warned of.

    Raises:
        InputError, DeliveryRejectedError, PeilError: as `count_delivery`.
    """
    with owner_only(), scratch_folder() as folder:
        return _cut(seeds, file, out, Part.all(of), keep, folder)


def count_slice(seeds: Path, rows: Path, out: Path) -> Counted:
    """Count one slice of a delivery; `merge_parts` makes one package of all.

    Raises:
        InputError: there is no such file, or it was cut by another codebook or code.
        DeliveryRejectedError: it is damaged, or cannot be counted apart.
        PeilError: a model or test failed.
    """
    require_codebook(seeds)
    with owner_only(), scratch_folder() as folder:
        return _count(seeds, rows, out, folder)


def _cut(
    seeds: Path, file: Path, out: Path, parts: list[Part], keep: KeepList | None, folder: Path
) -> tuple[list[Path], list[str]]:
    source = countable(seeds, file)
    places = landed_apart(seeds, file, folder)
    ledger = ledger_row(places)
    # Which rows count, and the median time, are of all rows: no part knows them by itself.
    if given := keep or own_keep_list(places, file, source, folder):
        give_keep_list(places.warehouse, given)
    manifest = whole_manifest(places, source, ledger, {}, keep)
    slices = [write_slice(places.warehouse, manifest, source, part, out, folder) for part in parts]
    # What landed whole makes room for what is counted.
    remove(places.warehouse.parent)
    return slices, ledger["warnings"]


def _count(seeds: Path, rows: Path, out: Path, folder: Path) -> Counted:
    places = Places(seeds, folder, folder / "warehouse" / "peil.duckdb", folder)
    sliced, part = read_slice(rows, places, folder)
    before = part.rows(sliced.delivery["n_rows"])[0] - 1
    build_counts(places, MODELS)
    files = export_all(places, folder, tuple(SELECTED), before)
    name = sliced.delivery["file_name"]
    refuse_without_weight(places, name)
    return write_package(folder / "package", replace(sliced, files=files), out, part.name_of(name))
