"""Packages that the codebook has outgrown: their counts cannot be made again here."""

import json
from pathlib import Path

import duckdb

from peil.codebook.sources import Source
from peil.counting.differ import grown_apart
from peil.counting.made_of import models_digest
from peil.counting.manifest import ENDING
from peil.errors import InputError


def refuse_stale(connection: duckdb.DuckDBPyConnection, seeds: Path, sources: list[Source]) -> None:
    """Hold every package in force against the codebook and the models of now.

    Raises:
        InputError: one was counted by what has changed since.
    """
    known = {source.source_code: source for source in sources}
    rows = connection.execute(
        "select file_name, source_code, package_facts, n_rejects from raw.deliveries "
        "where status = 'landed' and package_sha256 is not null order by file_name"
    ).fetchall()
    stale = []
    for name, source_code, text, n_rejects in rows:
        facts = json.loads(text)
        source = known.get(source_code)
        if source is None:
            found = [f"source '{source_code}', which is not in sources.csv any more"]
        else:
            found = grown_apart(facts, seeds, source, has_rejects=bool(n_rejects))
        if facts["models"] != models_digest():
            found.append("the SQL of the counting models")
        if found:
            stale.append(f"{name}: changed since: {'; '.join(found)}.")
    if stale:
        raise InputError(
            "These deliveries came as count packages, and counts cannot be made again from "
            "counts:\n" + "\n".join(stale) + "\nCount them again where the files are (`peil "
            f"count`) and put the new packages (*{ENDING}) in the inbox, or put the codebook "
            "back as it was."
        )
