"""A delivery read once and cut into slices: the landed rows of each part, to be counted apart.

What all rows together decide (encoding, decimal marks, what is an identifier, agreements, who came
in twice, the median time) is decided once, where the file is read. A slice holds what is landed and
nothing more: no identifiers, and no open answers. It is microdata, as the delivery is.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import duckdb

from peil.built import sha256_of
from peil.codebook import Source, read_sources
from peil.codebook.limits import read_limits
from peil.counting.differ import differences
from peil.counting.made_of import key_check
from peil.counting.manifest import Manifest, manifest_of, pack, unpack
from peil.counting.take import check_source
from peil.drafts import remove
from peil.errors import InputError
from peil.names import file_name, printable
from peil.private import PRIVATE_FOLDER, make_folder
from peil.settings import Places
from peil.warehouse import as_path, literal, open_warehouse
from peil.workers.parts import Part

ENDING = ".rows.zip"
# Row numbers of a slice begin at 1, as those of a delivery do.
_BY_ROW = ("answers", "rejects", "superseded")
_WHOLE = ("deliveries", "value_counts", "user_missing", "given_medians")
TABLES = (*_BY_ROW, *_WHOLE)


def write_slice(
    warehouse: Path, manifest: Manifest, source: Source, part: Part, out: Path, folder: Path
) -> Path:
    """Write the rows of one part; the slice is there whole or not at all.

    Args:
        warehouse: with the delivery as it landed, and with its keep-list.
        manifest: of the whole delivery, without files.
        source: what the codebook says of it.
        part: which rows.
        out: the folder that the slice is written in.
        folder: for its tables.
    """
    rows = folder / f"slice-{part.number}"
    rows.mkdir()
    with open_warehouse(warehouse) as connection:
        files = {
            f"{table}.parquet": _export(connection, table, query, rows)
            for table, query in _selected(source, part, manifest.delivery["n_rows"]).items()
        }
    make_folder(out, PRIVATE_FOLDER)
    target = out / slice_name(manifest.delivery["file_name"], part)
    draft = target.with_name(f".{target.name}.part")
    try:
        pack(rows, replace(manifest, files=files, part=str(part)), draft)
        draft.replace(target)
    finally:
        remove(draft)
        remove(rows)
    return target


def slice_name(name: str, part: Part) -> str:
    """What the slice of a part of this file is called."""
    return file_name(printable(part.name_of(name)), ENDING)


def read_slice(path: Path, places: Places, folder: Path) -> tuple[Manifest, Part]:
    """Put a slice in a warehouse of its own.

    Args:
        path: the slice.
        places: with the codebook, and with the warehouse, which is made.
        folder: for what is unpacked.

    Raises:
        InputError: there is no such file, or it was made by another codebook or code.
        DeliveryRejectedError: it is damaged, or no slice.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file. `peil count --split` writes slices.")
    seeds, limits = places.seeds, read_limits(places.seeds)
    manifest = manifest_of(path, path.name, limits, TABLES, is_part=True)
    source = check_source(manifest, read_sources(seeds), path.name)
    # Numbers are hashed already: who counts a slice needs no key.
    facts = manifest.facts | {"key_check": key_check(source)}
    if found := differences(replace(manifest, facts=facts), seeds, source):
        raise InputError(
            f"{path}: was not cut as it would be here. What differs: {'; '.join(found)}. Use the "
            "same version of peil and codebook on all machines, and cut the delivery again."
        )
    rows = folder / "slice"
    rows.mkdir()
    unpack(path, path.name, manifest, rows, limits)
    with open_warehouse(places.warehouse) as connection:
        for table in TABLES:
            connection.execute(
                f"insert into raw.{table} by name select * from "
                f"read_parquet({as_path(rows / f'{table}.parquet')})"
            )
    remove(rows)
    return manifest, Part.read(manifest.part)


def _selected(source: Source, part: Part, n_rows: int) -> dict[str, str]:
    first, last = part.rows(n_rows)
    queries = {
        table: f"select * replace (row_number - {first - 1} as row_number) from raw.{table} "
        f"where row_number between {first} and {last}"
        for table in _BY_ROW
    } | {table: f"select * from raw.{table}" for table in _WHOLE}
    queries["deliveries"] = (
        f"select * replace ({last - first + 1}::bigint as n_rows) from raw.deliveries "
        "where status = 'landed'"
    )
    # No column that the codebook does not read; and of a field, such as the respondent number,
    # no list of its values, of which everybody has one.
    bound = [b for b in source.bindings if b.binding not in {"identifier", "ignored"}]
    queries["answers"] += f" and column_name in ({_listed(b.column for b in bound)})"
    coded = _listed(b.column for b in bound if b.binding != "metadata")
    queries["value_counts"] += f" where column_name in ({coded})"
    return queries


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(sorted(map(literal, columns))) or "null"


def _export(connection: duckdb.DuckDBPyConnection, table: str, query: str, folder: Path) -> dict:
    path = folder / f"{table}.parquet"
    connection.execute(
        f"copy ({query} order by all) to {literal(str(path))} (format parquet, compression zstd)"
    )
    n = connection.execute(f"select count(*) from read_parquet({as_path(path)})").fetchone() or (0,)
    return {"sha256": sha256_of(path), "rows": n[0], "sums": {}}
