"""Write the files to take home into one folder, all of them or none."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from peil import exported as exports
from peil.built import require_built_warehouse
from peil.drafts import draft_of, remove, sweep
from peil.errors import InputError
from peil.export.research import write_research
from peil.export.tables import published_tables, write_csv, write_parquet
from peil.export.workbook import write_workbook
from peil.lock import one_night
from peil.private import owner_only, public_folder, publish_mode
from peil.progress import steps
from peil.published import open_published
from peil.settings import Places
from peil.warehouse import one_row

log = logging.getLogger(__name__)
SIMULATED = "GESIMULEERDE GEGEVENS: deze cijfers gaan over niemand"


def export(places: Places, output: Path | None = None, *, research: bool = False) -> Path:
    """Write the workbook and CSV and Parquet per mart; with `research` also .sav and Parquet.

    Returns:
        The folder that was written.

    Raises:
        PeilError: respondents are asked for, and the warehouse is not built and tested.
        InputError: nothing is published, the research file was not made with `peil research`, or
            the folder cannot be written. The earlier export is then as it was.
    """
    folder = output or places.published / "export"
    draft = draft_of(folder)
    research_file = places.published / "research.duckdb"
    if research and not research_file.exists():
        raise InputError(
            f"{research_file}: not there. Respondents are exported on request only: run "
            "`peil research` first, if you may have them."
        )
    if research:
        require_built_warehouse(places, "peil export --research")
        if places.warehouse.exists():
            with one_night(places, publishes=False):
                exports.remember(places.warehouse, folder.resolve())
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "parquet").is_dir():
        raise InputError(
            f"{folder}: holds something else than an earlier export, so it is left alone. "
            "Choose an empty or new folder with --output."
        )
    try:
        public_folder(folder.parent)
        _mend(folder)
        sweep(folder.parent)
        draft.mkdir()
        _write_tables(places.published_file, draft)
        publish_mode(draft)
        if research:
            with owner_only():
                write_research(research_file, draft / "onderzoeksbestand")
        _replace(folder, draft)
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written ({error.strerror or error}). Choose another folder with "
            "--output, or close the files that are open in it."
        ) from error
    finally:
        remove(draft)
    log.info("Exported to %s.", folder)
    return folder


def _write_tables(published_file: Path, folder: Path) -> None:
    with open_published(published_file) as connection:
        is_simulated, label = one_row(
            connection, "select bool_or(is_simulated), string_agg(label_nl, '; ') from marts.about"
        )
        note = f"{SIMULATED}. {label}" if is_simulated else label
        mark = ".gesimuleerd" if is_simulated else ""
        tables = published_tables(connection)
        for kind in ("csv", "parquet"):
            (folder / kind).mkdir()
        jobs: list[tuple[str, Callable[[], None]]] = [
            ("cijfers.xlsx", lambda: write_workbook(
                connection, tables, folder / f"cijfers{mark}.xlsx", note
            )),
        ]  # fmt: skip
        for table in tables:
            as_csv = folder / "csv" / f"{table.name}{mark}.csv"
            as_parquet = folder / "parquet" / f"{table.name}{mark}.parquet"
            jobs += [
                (as_csv.name, partial(write_csv, connection, table, as_csv)),
                (as_parquet.name, partial(write_parquet, connection, table, as_parquet, note)),
            ]
        for _, job in steps(jobs, "Exporting", lambda job: job[0]):
            job()


def _replace(folder: Path, draft: Path) -> None:
    """Put the new folder in place; the earlier one goes only when the new one stands."""
    earlier = _earlier(folder)
    if folder.exists():
        folder.replace(earlier)
    draft.replace(folder)
    remove(earlier)


def _mend(folder: Path) -> None:
    """After a run that was killed between the two renames: the earlier export comes back."""
    earlier = _earlier(folder)
    if earlier.exists() and not folder.exists():
        earlier.replace(folder)
    remove(earlier)


def _earlier(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}-earlier")
