"""`peil backup`: a copy of what cannot be made again, with a digest per file.

    <folder>/peil-<moment>/backup.json            what is in it, and the SHA-256 of every file
                           warehouse/             the working database, with answers of respondents
                           operations/            the run history, crosstabs that were given out
                           seeds/                 the codebook
                           releases/<moment>/     the release in force, whole
                           releases/              of the others the data file and manifest, with
                                                  which figures are compared; what was taken back

It is made under the lock of the night, while nothing writes, and becomes visible by one rename.
"""

import json
import logging
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from peil.built import sha256_of
from peil.drafts import draft_of, remove, sweep
from peil.errors import InputError
from peil.migrations import schema_version
from peil.nights.history import given_file, history_file, lines_file, read_runs
from peil.nights.release import FILE, MANIFEST, TAKEN_BACK, in_force, release_names, sync
from peil.private import PRIVATE_FOLDER, make_folder, owner_only
from peil.progress import steps
from peil.settings import Places
from peil.warehouse import open_warehouse

log = logging.getLogger(__name__)
CONTENTS = "backup.json"
WAREHOUSE, OPERATIONS, SEEDS, RELEASES = "warehouse", "operations", "seeds", "releases"
GIVEN = f"{OPERATIONS}/crosstabs.jsonl"
FORMAT = 2
_MOMENT = "%Y%m%dT%H%M%S"


def back_up(places: Places, folder: Path) -> Path:
    """Make a backup in a folder; returns the new folder in it. The caller has the lock.

    Raises:
        InputError: there is no warehouse, no room, or the folder lies where the night writes.
    """
    if not places.warehouse.exists():
        raise InputError(f"{places.warehouse}: not there, so there is nothing to copy.")
    for place in (places.inbox, places.published, places.seeds):
        if folder.is_relative_to(place):
            raise InputError(
                f"{folder}: lies in {place}, where it would be read as something else. Choose a "
                "folder elsewhere, on another disk if you can."
            )
    make_folder(folder, PRIVATE_FOLDER)
    sweep(folder)
    target = folder / f"peil-{datetime.now(UTC):{_MOMENT}}"
    if target.exists():
        raise InputError(f"{target}: is there already. Wait a second and run again.")
    draft = draft_of(target)
    with open_warehouse(places.warehouse) as connection:
        # What stands in the log goes into the file; nobody else writes while the lock is ours.
        connection.execute("checkpoint")
        schema = schema_version(connection)
    found = list(_sources(places))
    _require_room(folder, [source for source, _ in found])
    try:
        with owner_only():
            draft.mkdir(mode=PRIVATE_FOLDER)
            files = {}
            for source, name in steps(found, "Copying", lambda pair: pair[1]):
                files[name] = _copy(source, draft / name)
            contents = {
                "format": FORMAT,
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "peil": version("peil"),
                "schema_version": schema,
                "release": release.name if (release := in_force(places.published)) else "",
                "files": files,
            }
            (draft / CONTENTS).write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")
        for path in [*draft.rglob("*"), draft]:
            sync(path)
        draft.rename(target)
    finally:
        remove(draft)
    sync(folder)
    log.info("Backup of %s files in %s. It holds answers of respondents.", len(files), target)
    return target


def standing_backups(places: Places) -> list[Path]:
    """The backups of this warehouse that are still where they were made, by the run history."""
    try:
        runs = read_runs(places)
    except (duckdb.Error, OSError) as error:
        log.warning("Which backups there are is unknown (%s).", str(error).splitlines()[0])
        return []
    folders = {Path(run.detail) for run in runs if run.verb == "backup"}
    return sorted(made.parent for folder in folders for made in folder.glob(f"peil-*/{CONTENTS}"))


def _sources(places: Places) -> Iterator[tuple[Path, str]]:
    """Every file to copy, and its place in the backup."""
    yield places.warehouse, f"{WAREHOUSE}/peil.duckdb"
    for file in (history_file(places), lines_file(places)):
        if file.exists():
            yield file, f"{OPERATIONS}/operations{file.suffix}"
    if given_file(places).exists():
        yield given_file(places), GIVEN
    folders = [(places.seeds, SEEDS)]
    now, releases = in_force(places.published), places.published / "releases"
    for name in release_names(places.published):
        if now and name == now.name:
            folders.append((now, f"{RELEASES}/{name}"))
            continue
        for file in (releases / name / FILE, releases / name / MANIFEST):
            if file.is_file():
                yield file, f"{RELEASES}/{name}/{file.name}"
    if (releases / TAKEN_BACK).exists():
        yield releases / TAKEN_BACK, f"{RELEASES}/{TAKEN_BACK}"
    for folder, name in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path, f"{name}/{path.relative_to(folder).as_posix()}"


def _copy(source: Path, target: Path) -> str:
    """Copy a file and read the copy back; returns its digest."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o600)
    written = sha256_of(target)
    if written != sha256_of(source):
        raise InputError(
            f"{target}: is not what {source} holds. The disk fails or another program changed "
            "the file; nothing was kept. Run again, to another disk if it fails twice."
        )
    return written


def _require_room(folder: Path, sources: list[Path]) -> None:
    needed, free = sum(s.stat().st_size for s in sources), shutil.disk_usage(folder).free
    if needed > free:
        raise InputError(
            f"{folder}: needs {needed / 1e6:,.0f} MB and has {free / 1e6:,.0f} MB. Remove earlier "
            "backups, or choose another disk."
        )
