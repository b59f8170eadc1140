"""Write a count package: the tables of it, and the file with its manifest."""

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from peil.built import sha256_of
from peil.counting.manifest import ENDING, Manifest, pack
from peil.counting.tables import columns_of, sums_of
from peil.drafts import remove
from peil.names import file_name, printable
from peil.private import PRIVATE_FOLDER, make_folder
from peil.warehouse import literal


@dataclass(frozen=True)
class Counted:
    """A package that was written, and what the gate warned of."""

    package: Path
    n_rows: int
    warnings: list[str]


def write_package(
    parts: Path, manifest: Manifest, out: Path, name: str, ending: str = ENDING
) -> Counted:
    """Pack a folder of Parquet files; the package is there whole or not at all."""
    make_folder(out, PRIVATE_FOLDER)
    target = out / file_name(printable(name), ending)
    draft = target.with_name(f".{target.name}-{os.getpid()}.part")
    try:
        pack(parts, manifest, draft)
        draft.replace(target)
    finally:
        remove(draft)
    return Counted(target, manifest.delivery["n_rows"], manifest.delivery["warnings"])


def export(
    connection: duckdb.DuckDBPyConnection, table: str, query: str, folder: Path, before: int = 0
) -> dict:
    """Write a table of a package, and say what is in it: its digest, rows and sums.

    Args:
        connection: where the query runs.
        table: which table.
        query: what it is selected by.
        folder: where the file is written.
        before: how many rows of the delivery come before those that have number 1 and on here.
    """
    columns = columns_of(connection, table)
    cast = ", ".join(
        f"({name} + {before})::{kind} as {name}" if name == "row_number" else
        f"{name}::{kind} as {name}"
        for name, kind in columns.items()
    )  # fmt: skip
    path = folder / f"{table}.parquet"
    connection.execute(
        f"copy (select {cast} from ({query}) order by all) to {literal(str(path))} "
        "(format parquet, compression zstd)"
    )
    relation = f"read_parquet({literal(str(path))})"
    rows = connection.execute(f"select count(*) from {relation}").fetchone() or (0,)
    return {
        "sha256": sha256_of(path), "rows": rows[0], "sums": sums_of(connection, relation, columns),
    }  # fmt: skip
