"""`peil merge`: the packages of all parts of one delivery become the package of the delivery."""

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import duckdb

from peil.codebook.limits import Limits, read_limits
from peil.counting.manifest import Manifest, manifest_of, unpack
from peil.counting.tables import SELECTED, added_up, columns_of
from peil.errors import InputError
from peil.migrations import migrate
from peil.private import owner_only
from peil.warehouse import as_path
from peil.workers.coarsen import coarsen
from peil.workers.package import Counted, export, write_package
from peil.workers.parts import Part


def merge_parts(seeds: Path, parts: Iterable[Path], out: Path, min_cell: int = 0) -> Counted:
    """Add the parts of one delivery up; the package is there whole or not at all.

    Args:
        seeds: the codebook, for the limits of reading.
        parts: the packages of all parts, in any order.
        out: the folder that the package is written in.
        min_cell: merge profiles of fewer people than this.

    Raises:
        InputError: a part is missing or given twice, or they are not of one delivery counted in
            one way.
        DeliveryRejectedError: one is damaged.
    """
    limits = read_limits(seeds)
    with owner_only(), tempfile.TemporaryDirectory() as scratch, duckdb.connect() as connection:
        connection.execute("set threads = 1")
        migrate(connection)
        whole, folders = _unpacked(list(parts), Path(scratch), limits)
        target = Path(scratch) / "whole"
        target.mkdir()
        files = {
            f"{table}.parquet": export(
                connection, table, _added_up(connection, table, sorted(folders)), target
            )
            for table in SELECTED
        }
        if min_cell:
            coarse = Path(scratch) / "coarse"
            coarse.mkdir()
            files = coarsen(seeds, target, coarse, min_cell, whole.delivery)
            target = coarse
        manifest = replace(whole, files=files, part="")
        return write_package(target, manifest, out, manifest.delivery["file_name"])


def _unpacked(parts: list[Path], scratch: Path, limits: Limits) -> tuple[Manifest, list[Path]]:
    found: dict[Part, Path] = {}
    folders = []
    first: Manifest | None = None
    for path in parts:
        manifest = manifest_of(path, path.name, limits, is_part=True)
        if not manifest.part:
            raise InputError(f"{path}: is a whole package and no part; deliver it as it is.")
        part = Part.read(manifest.part)
        if part in found:
            raise InputError(f"{path}: part {part} was given before, as {found[part]}. Keep one.")
        found[part] = path
        first = first or manifest
        if odd := _unlike(first, manifest):
            raise InputError(
                f"{path}: {odd} differs from that of {parts[0]}. Count all parts of one file with "
                "one version of peil, codebook and keep-list."
            )
        folder = scratch / f"part-{part.number}"
        folder.mkdir()
        unpack(path, path.name, manifest, folder, limits)
        folders.append(folder)
    assert first is not None
    of = Part.read(first.part).of
    missing = [str(p) for n in range(1, of + 1) if (p := Part(n, of)) not in found]
    if missing:
        raise InputError(
            f"{first.delivery['file_name']}: of {of} parts {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing. Count what is missing with `peil "
            f"count --part {missing[0]}`, and merge all."
        )
    return first, folders


def _unlike(one: Manifest, other: Manifest) -> str:
    if Part.read(one.part).of != Part.read(other.part).of:
        return "the number of parts"
    for name in ("delivery", "keep", "facts", "peil"):
        if getattr(one, name) != getattr(other, name):
            return name
    return ""


def _added_up(connection: duckdb.DuckDBPyConnection, table: str, folders: list[Path]) -> str:
    added = added_up(columns_of(connection, table))
    files = ", ".join(as_path(folder / f"{table}.parquet") for folder in folders)
    return f"select {added} from read_parquet([{files}]) group by all"
