"""`peil restore`: the warehouse of a backup put back, when every file is what it was."""

import json
import logging
import shutil
from pathlib import Path

import duckdb

from peil.built import sha256_of
from peil.codebook.version import codebook_version
from peil.drafts import draft_of, remove
from peil.errors import InputError, PeilError
from peil.migrations import MIGRATIONS
from peil.nights.backup import (
    CONTENTS,
    FORMAT,
    GIVEN,
    OPERATIONS,
    RELEASES,
    SEEDS,
    WAREHOUSE,
)
from peil.nights.history import given_file, history_file, lines_file
from peil.nights.release import in_force, put_back, sync
from peil.private import owner_only, private_folder, public_folder, publish_mode
from peil.settings import Places
from peil.warehouse import read_warehouse

log = logging.getLogger(__name__)


def restore(places: Places, backup: Path, *, replace: bool) -> list[str]:
    """Put the warehouse of a backup in place by one rename; returns what was done, in sentences.

    The codebook and the release are put back only where there are none: what is here is newer, or
    somebody's work. The caller has the lock.

    Raises:
        InputError: it is no backup, a file of it is not what it was, a newer version of peil made
            it, or there is a warehouse here and `replace` is not given. Nothing was changed.
    """
    files = _checked(backup)
    if places.warehouse.exists() and not replace:
        raise InputError(
            f"{places.warehouse}: is there already. `peil backup FOLDER` keeps a copy of it; "
            "`peil restore --replace` puts the backup in its place."
        )
    purged = _purged(places)
    said = []
    private_folder(places.warehouse.parent, places.warehouse.name)
    _put(backup / WAREHOUSE / "peil.duckdb", places.warehouse)
    # A log of the file that was replaced would be played into the new one.
    places.warehouse.with_name(f"{places.warehouse.name}.wal").unlink(missing_ok=True)
    said.append(f"{places.warehouse}: as it was in {backup.name}, checked by its digest.")
    for target, name in (
        (history_file(places), f"{OPERATIONS}/operations.duckdb"),
        (lines_file(places), f"{OPERATIONS}/operations.jsonl"),
        (given_file(places), GIVEN),
    ):
        if name in files and not target.exists():
            _put(backup / name, target)
            said.append(f"{target}: put back.")
    said.append(_put_seeds(places, backup))
    said.append(_put_release(places, backup))
    back = _landed_again(places, purged)
    if back:
        waves = " && ".join(f"peil purge --wave {wave}" for wave in back)
        said.append(
            f"ATTENTION: answers of {', '.join(back)} were purged after this backup was "
            f"made and are back. Purge them again: {waves}. Remove the backup as well."
        )
    said.append("Next: peil doctor && peil nightly")
    return [sentence for sentence in said if sentence]


def _checked(backup: Path) -> dict[str, str]:
    """The files of a backup and their digests, after holding every file against its own."""
    try:
        contents = json.loads((backup / CONTENTS).read_text(encoding="utf-8"))
        files = dict(contents["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{backup}: is no backup (no {CONTENTS} that can be read). Give the folder "
            "peil-<moment> that `peil backup` made."
        ) from error
    schema = contents.get("schema_version", 0)
    if contents.get("format") != FORMAT or schema > len(MIGRATIONS):
        raise InputError(
            f"{backup}: was made by a newer version of peil ({contents.get('peil')}). Upgrade "
            "with `pip install -U peil`, then restore."
        )
    for name, digest in files.items():
        path = backup / name
        if Path(name).is_absolute() or ".." in Path(name).parts or not path.is_file():
            raise InputError(f"{path}: is not there, so the backup is not whole. Use another one.")
        if sha256_of(path) != digest:
            raise InputError(
                f"{path}: is not what was copied (its digest differs), so the backup is damaged. "
                "Use another one; nothing was changed."
            )
    if f"{WAREHOUSE}/peil.duckdb" not in files:
        raise InputError(f"{backup}: holds no warehouse. Use another one.")
    return files


def _put(source: Path, target: Path) -> None:
    draft = draft_of(target)
    try:
        with owner_only():
            shutil.copyfile(source, draft)
        draft.chmod(0o600)
        sync(draft)
        draft.replace(target)
    finally:
        remove(draft)


def _put_seeds(places: Places, backup: Path) -> str:
    source = backup / SEEDS
    if not (places.seeds / "sources.csv").is_file():
        shutil.copytree(source, places.seeds, dirs_exist_ok=True)
        publish_mode(places.seeds)
        return f"{places.seeds}: the codebook of the backup (version {codebook_version(source)})."
    names = {p.relative_to(folder) for folder in (source, places.seeds) for p in folder.rglob("*")}
    differ = sorted(
        str(name)
        for name in names
        if not (source / name).is_dir() and _bytes(source / name) != _bytes(places.seeds / name)
    )
    if not differ:
        return ""
    return (
        f"{places.seeds}: left as it is; it differs from the codebook of the backup in "
        f"{', '.join(differ)}. The next night uses the one that is here."
    )


def _put_release(places: Places, backup: Path) -> str:
    found = [path for path in (backup / RELEASES).glob("*") if path.is_dir()]
    if not found:
        return ""
    (source,) = found
    if now := in_force(places.published):
        if now.name == source.name:
            return ""
        return (
            f"{places.published}: left as it is; release {now.name} is in force, {source.name} was "
            "when the backup was made. `peil releases` lists those that can be put back."
        )
    public_folder(places.published)
    public_folder(places.published / "releases")
    release = places.published / "releases" / source.name
    if not release.exists():
        draft = draft_of(release)
        shutil.copytree(source, draft)
        publish_mode(draft)
        draft.rename(release)
    put_back(places.published, release)
    return f"{places.published_file}: release {release.name} is in force again."


def _purged(places: Places) -> set[str]:
    """Deliveries whose answers were removed from the warehouse that is replaced."""
    if not places.warehouse.exists():
        return set()
    try:
        with read_warehouse(places.warehouse) as connection:
            rows = connection.execute(
                "select delivery_key from raw.deliveries where status = 'purged'"
            ).fetchall()
    except (PeilError, duckdb.Error):
        log.warning("%s: cannot be read, so what was purged from it is unknown.", places.warehouse)
        return set()
    return {key for (key,) in rows}


def _landed_again(places: Places, purged: set[str]) -> list[str]:
    """Waves of which deliveries that were purged are in force again."""
    with read_warehouse(places.warehouse) as connection:
        rows = connection.execute(
            "select distinct wave_code from raw.deliveries where status = 'landed' "
            "and list_contains(?, delivery_key) order by 1",
            [sorted(purged)],
        ).fetchall()
    return [wave for (wave,) in rows]


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
