"""`peil count`: land and count one delivery in a warehouse of its own, and write the package.

The same reading, gate, models and tests as in a night, up to the counts; nothing of the microdata
stays when it is done.
"""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from peil.codebook import Source, read_sources, source_of
from peil.codebook.complete import refuse_incomplete
from peil.codebook.numbers import refuse_without_numbers
from peil.codebook.seed_text import require_codebook
from peil.counting.made_of import facts_of
from peil.counting.manifest import FORMAT, KEYS_ENDING, KEYS_TABLES, Manifest
from peil.counting.panels import refuse_panel
from peil.counting.tables import KEYS_MODELS, MODELS, SELECTED
from peil.drafts import MARK, leftovers, remove
from peil.errors import DeliveryRejectedError, InputError, MachineError, PeilError
from peil.landing import Landed, land
from peil.nights.plan import Plan
from peil.nights.plans import plan_of
from peil.nights.replay import replay
from peil.private import PRIVATE_FOLDER, make_folder, owner_only
from peil.project import peil_folder
from peil.settings import Places
from peil.warehouse import open_warehouse
from peil.workers.coarsen import coarsen
from peil.workers.keep import KeepList, give_keep_list, keep_lists
from peil.workers.package import Counted, export, write_package

log = logging.getLogger(__name__)


def count_delivery(
    seeds: Path,
    file: Path,
    out: Path,
    keep: KeepList | None = None,
    min_cell: int = 0,
) -> Counted:
    """Count one delivery; the package is there whole or not at all.

    Args:
        seeds: the codebook.
        file: the delivery, under the name that the codebook knows it by.
        out: the folder that the package is written in.
        keep: which of its rows another delivery replaces, where people may be in several.
        min_cell: merge profiles of fewer people than this.

    Raises:
        InputError: the file or the codebook cannot be used.
        DeliveryRejectedError: the file cannot be read, breaks an agreed rule, or cannot be counted
            apart.
        PeilError: a model or test failed.
    """
    source = countable(seeds, file)
    with owner_only(), scratch_folder() as folder:
        places = landed_apart(seeds, file, folder)
        ledger = ledger_row(places)
        if keep:
            give_keep_list(places.warehouse, keep)
        build_counts(places, MODELS)
        files = export_all(places, folder, tuple(SELECTED))
        refuse_without_weight(places, file.name)
        counted = folder / "package"
        if min_cell:
            counted = folder / "coarse"
            counted.mkdir()
            files = coarsen(seeds, folder / "package", counted, min_cell, ledger)
        manifest = whole_manifest(places, source, ledger, files, keep)
        return write_package(counted, manifest, out, file.name)


def countable(seeds: Path, file: Path) -> Source:
    """The source of a file that can be counted apart, in a codebook that is whole."""
    source = source_for(seeds, file)
    refuse_incomplete(seeds)
    refuse_without_numbers(seeds)
    refuse_panel(seeds, source, file.name)
    return source


def count_keys(seeds: Path, file: Path, out: Path) -> Counted:
    """The first of two rounds: who is in a delivery, as keyed hashes, and how fast they were.

    Args and raises: as `count_delivery`.
    """
    source = source_for(seeds, file)
    refuse_panel(seeds, source, file.name)
    with owner_only(), scratch_folder() as folder:
        places = landed_apart(seeds, file, folder)
        return _keys_package(places, file, source, out, folder)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for microdata that goes when the work is done; those of killed runs go first."""
    user = os.getuid() if hasattr(os, "getuid") else "own"
    home = Path(tempfile.gettempdir()) / f"peil-count-{user}"
    make_folder(home, PRIVATE_FOLDER)
    # Named as a draft is; a process may have several, and a sweep takes those of its own.
    for left in leftovers(home):
        if not left.name.endswith(f"-{os.getpid()}"):
            remove(left)
    folder = Path(tempfile.mkdtemp(dir=home, prefix=".", suffix=f"{MARK}{os.getpid()}"))
    try:
        yield folder
    finally:
        remove(folder)


def source_for(seeds: Path, file: Path) -> Source:
    """The source that a file is of.

    Raises:
        InputError: there is no such file, or it is of no survey in the codebook.
    """
    require_codebook(seeds)
    if not file.is_file():
        raise InputError(f"{file}: no such file.")
    source = source_of(file, read_sources(seeds))
    if source is None or source.kind != "survey":
        found = f"is of source '{source.source_code}', which is no survey" if source else (
            "matches no file_pattern"
        )  # fmt: skip
        raise InputError(
            f"{file}: {found} in {seeds / 'sources.csv'}. Only answers of a survey are counted; "
            "give the file the name that was agreed, or change the pattern."
        )
    return source


def landed_apart(seeds: Path, file: Path, folder: Path) -> Places:
    """Land one file in a warehouse of its own.

    Raises:
        InputError: it is still being written.
        DeliveryRejectedError: it was refused; the file itself stays where it is.
    """
    places = Places(
        seeds, folder / "inbox", folder / "warehouse" / "peil.duckdb", folder / "published"
    )
    places.inbox.mkdir()
    # A link: what is set aside is the link, not the file.
    (places.inbox / file.name).symlink_to(file.resolve())
    landed = land(places, threads=1)
    _raise_unless_landed(landed, file)
    return places


def _raise_unless_landed(landed: Landed, file: Path) -> None:
    for found, error in (
        (landed.failed, MachineError),
        (landed.rejected, DeliveryRejectedError),
        (landed.waiting, InputError),
    ):
        if found:
            raise error(f"{'; '.join(found.values())} Nothing was counted of {file}.")


def build_counts(places: Places, models: tuple[str, ...]) -> None:
    """Build what some models are made of, with the tests of those, in one thread.

    Raises:
        PeilError: a model or test failed.
    """
    whole = plan_of(places.seeds, places.dbt_target)
    plan = part_of(whole, models)
    with open_warehouse(places.warehouse) as connection:
        done = replay(
            connection, places.seeds, plan, peil_folder(places),
            keep_seeds=False, ticker=lambda _: None,
        )  # fmt: skip
    if done.failures:
        said = "\n".join(f"{f.step.label}: {f.message}" for f in done.failures)
        raise PeilError(
            f"{len(done.failures)} of {done.n_steps} steps failed; no package was written.\n{said}"
        )


def part_of(plan: Plan, models: tuple[str, ...]) -> Plan:
    """The steps that some models are made of, the models, and the tests of no more than those."""
    by_id = {step.id: step for step in plan.steps}
    wanted = [step.id for step in plan.steps if step.kind != "test" and step.name in models]
    for step_id in wanted:
        wanted += [
            other
            for other in by_id[step_id].waits
            if by_id[other].kind != "test" and other not in wanted
        ]
    made = set(wanted)
    # One thread adds in one order: the same file gives the same bytes.
    return Plan([
        replace(step, one_thread=True)
        for step in plan.steps
        if step.id in made or (step.kind == "test" and step.waits and set(step.waits) <= made)
    ])  # fmt: skip


def _keys_package(places: Places, file: Path, source: Source, out: Path, folder: Path) -> Counted:
    build_counts(places, KEYS_MODELS)
    files = export_all(places, folder, KEYS_TABLES)
    manifest = whole_manifest(places, source, ledger_row(places), files)
    return write_package(folder / "package", manifest, out, file.name, KEYS_ENDING)


def own_keep_list(places: Places, file: Path, source: Source, folder: Path) -> KeepList | None:
    """Which rows of a delivery count, and its median duration."""
    if not (source.columns_of("respondent_id") or source.columns_of("duration_seconds")):
        return None
    scratch = folder / "keys"
    scratch.mkdir()
    keys = _keys_package(places, file, source, scratch, scratch).package
    return keep_lists(places.seeds, [keys])[ledger_row(places)["file_name"]]


def whole_manifest(
    places: Places,
    source: Source,
    ledger: dict,
    files: dict[str, dict],
    keep: KeepList | None = None,
) -> Manifest:
    """The manifest of a delivery that landed, with these files."""
    return Manifest(
        FORMAT, version("peil"), ledger, facts_of(places.seeds, source),
        keep.digest if keep else "", files,
    )  # fmt: skip


def export_all(
    places: Places, folder: Path, tables: tuple[str, ...], before: int = 0
) -> dict[str, dict]:
    """Write tables of a package, and say what is in them."""
    (folder / "package").mkdir()
    with open_warehouse(places.warehouse) as connection:
        connection.execute("set threads = 1")
        from peil.tables.sql_functions import add_functions

        add_functions(connection)
        return {
            f"{table}.parquet": export(
                connection, table, SELECTED[table], folder / "package", before
            )
            for table in tables
        }


def ledger_row(places: Places) -> dict:
    """What the ledger says of the delivery, without what differs between machines."""
    with open_warehouse(places.warehouse) as connection:
        found = connection.execute(
            "select file_name, sha256, file_format, source_code, survey_code, wave_code, n_rows, "
            "n_columns, n_cells, n_identifier_cells, n_open_answers, n_masked_open_answers, "
            "n_rejects, unbound_columns, notes, warnings from raw.deliveries "
            "where status = 'landed'"
        )
        names = [column[0] for column in found.description]
        row = dict(zip(names, found.fetchone() or (), strict=True))
    unbound = row.pop("unbound_columns")
    return {
        **row,
        "unbound": unbound.split(", ") if unbound else [],
        "notes": row["notes"].split("; ") if row["notes"] else [],
        "warnings": row["warnings"].split("\n") if row["warnings"] else [],
    }


def refuse_without_weight(places: Places, name: str) -> None:
    """Refuse people who count without a usable base weight.

    Raises:
        DeliveryRejectedError: there are some.
    """
    with open_warehouse(places.warehouse) as connection:
        found = connection.execute(
            "select sum(n_respondents)::bigint, flatten(list(keys_without_weight))[:5] "
            "from weighted.wgt_respondent_counts "
            "where response_status = 'eligible' and keys_without_weight is not null"
        ).fetchone()
    if found and found[0]:
        raise DeliveryRejectedError(
            f"{name}: {found[0]} respondents who count have no usable base weight "
            f"({', '.join(found[1])}, keys as in the warehouse). Correct the column that is bound "
            "to base_weight."
        )
