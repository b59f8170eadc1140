"""`peil restore`: the warehouse of a backup put back, when every file is what it was."""

import json
import logging
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from peil.built import sha256_of
from peil.codebook import read_sources
from peil.codebook.version import codebook_version
from peil.drafts import draft_of, remove, sweep
from peil.errors import InputError, PeilError
from peil.migrations import MIGRATIONS
from peil.nights import histories, history
from peil.nights.backup import (
    CONTENTS,
    FORMAT,
    GIVEN,
    OPERATIONS,
    RELEASES,
    SEEDS,
    WAREHOUSE,
)
from peil.nights.release import FILE, TAKEN_BACK, in_force, put_in_place, sync
from peil.private import owner_only, private_folder, public_folder, publish_mode
from peil.settings import Places
from peil.warehouse import read_warehouse, wait_until_closed

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Backup:
    """A backup of which every file is what was copied."""

    folder: Path
    made_at: datetime
    release: str
    files: list[str]

    def under(self, part: str) -> list[str]:
        """Its files below a folder, by their path there."""
        return [n.removeprefix(f"{part}/") for n in self.files if n.startswith(f"{part}/")]


def restore(places: Places, folder: Path, *, replace: bool) -> list[str]:
    """Put the warehouse of a backup in place by one rename; returns what was done, in sentences.

    The codebook and the releases are put back only where there are none: what is here is newer, or
    somebody's work. Runs and crosstabs are added to those written down here. The caller has the
    lock.

    Raises:
        InputError: it is no backup, a file of it is not what it was, a newer version of peil made
            it, there is a warehouse here and `replace` is not given, or another program has that
            one open. Nothing was changed.
    """
    backup = _checked(folder)
    if places.warehouse.exists() and not replace:
        raise InputError(
            f"{places.warehouse}: is there already. `peil backup FOLDER` keeps a copy of it; "
            "`peil restore --replace` puts the backup in its place."
        )
    if places.warehouse.exists():
        # Who has it open would write in the log of the new one.
        wait_until_closed(places.warehouse)
    purged = _purged(places)
    said = []
    private_folder(places.warehouse.parent, places.warehouse.name)
    # A restore that was killed left what it was copying.
    sweep(places.warehouse.parent)
    _put(folder / WAREHOUSE / "peil.duckdb", places.warehouse)
    # A log of the file that was replaced would be played into the new one.
    places.warehouse.with_name(f"{places.warehouse.name}.wal").unlink(missing_ok=True)
    said.append(f"{places.warehouse}: as it was in {folder.name}, checked by its digest.")
    said += _put_history(places, backup)
    said.append(_put_seeds(places, backup))
    said.append(_put_releases(places, backup))
    back = _landed_again(places, purged, backup)
    if back:
        waves = " && ".join(f"peil purge --wave {wave}" for wave in back)
        said.append(
            f"ATTENTION: answers of {', '.join(back)} were purged after this backup was "
            f"made and are back. Purge them again: {waves}. Remove the backup as well."
        )
    said.append("Next: peil doctor && peil nightly")
    return [sentence for sentence in said if sentence]


def _checked(backup: Path) -> Backup:
    """A backup, after holding every file against its digest."""
    try:
        contents = json.loads((backup / CONTENTS).read_text(encoding="utf-8"))
        files = dict(contents["files"])
        made_at = datetime.fromisoformat(contents["made_at"])
        schema = int(contents.get("schema_version", 0))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{backup}: is no backup (no {CONTENTS} that can be read). Give the folder "
            "peil-<moment> that `peil backup` made."
        ) from error
    if contents.get("format") not in range(1, FORMAT + 1) or schema > len(MIGRATIONS):
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
    release = contents.get("release")
    if release is None:
        # Of format 1, which had the release in force only.
        release = next((n.split("/")[1] for n in sorted(files) if n.startswith(RELEASES)), "")
    if release and f"{RELEASES}/{release}/{FILE}" not in files:
        raise InputError(f"{backup}: holds no release {release}. Use another one.")
    return Backup(backup, made_at, release, sorted(files))


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


def _put_history(places: Places, backup: Backup) -> list[str]:
    """Add the runs and the crosstabs of the backup to what is written down here."""
    said, operations = [], backup.folder / OPERATIONS
    if "operations.duckdb" in backup.under(OPERATIONS):
        try:
            n_runs = histories.take_in(
                places, operations / "operations.duckdb", operations / "operations.jsonl"
            )
        except duckdb.Error as error:
            said.append(
                f"{history.history_file(places)}: is not completed ({str(error).splitlines()[0]})."
            )
        else:
            if n_runs:
                said.append(f"{history.history_file(places)}: {n_runs} runs put back.")
    if GIVEN in backup.files and (
        n_given := histories.take_in_given(places, backup.folder / GIVEN)
    ):
        said.append(f"{history.given_file(places)}: {n_given} crosstabs put back.")
    return said


def _put_seeds(places: Places, backup: Backup) -> str:
    source, names = backup.folder / SEEDS, backup.under(SEEDS)
    if not (places.seeds / "sources.csv").is_file():
        sweep(places.seeds)
        # Last the one that makes it a codebook: a run that is killed before is begun anew.
        for name in sorted(names, key=lambda name: (name == "sources.csv", name)):
            target = places.seeds / name
            target.parent.mkdir(parents=True, exist_ok=True)
            _put(source / name, target)
        publish_mode(places.seeds)
        return f"{places.seeds}: the codebook of the backup (version {codebook_version(source)})."
    here = {p.relative_to(places.seeds).as_posix() for p in places.seeds.rglob("*") if p.is_file()}
    differ = sorted(
        name for name in here | set(names) if _bytes(source / name) != _bytes(places.seeds / name)
    )
    if not differ:
        return ""
    return (
        f"{places.seeds}: left as it is; it differs from the codebook of the backup in "
        f"{', '.join(differ)}. The next night uses the one that is here; for the other, move this "
        "folder away and restore again with --replace."
    )


def _put_releases(places: Places, backup: Backup) -> str:
    if not backup.release:
        return ""
    if now := in_force(places.published):
        if now.name == backup.release:
            return ""
        return (
            f"{places.published}: left as it is; release {now.name} is in force, {backup.release} "
            "was when the backup was made. `peil releases` lists those that can be put back."
        )
    releases = places.published / RELEASES
    public_folder(places.published)
    public_folder(releases)
    sweep(releases)
    names = backup.under(RELEASES)
    for release in sorted({name.partition("/")[0] for name in names if "/" in name}):
        if (releases / release).exists():
            continue
        draft = draft_of(releases / release)
        try:
            for name in names:
                if name.startswith(f"{release}/"):
                    target = draft / name.partition("/")[2]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    _put(backup.folder / RELEASES / name, target)
            publish_mode(draft)
            draft.rename(releases / release)
        finally:
            remove(draft)
    if TAKEN_BACK in names and not (releases / TAKEN_BACK).exists():
        _put(backup.folder / RELEASES / TAKEN_BACK, releases / TAKEN_BACK)
        publish_mode(releases / TAKEN_BACK)
    put_in_place(places.published, releases / backup.release)
    return f"{places.published_file}: release {backup.release} is in force again."


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


def _purged_since(places: Places, made_at: datetime) -> set[str]:
    """Waves that were purged after the backup was made, by the run history."""
    try:
        runs = history.read_runs(places)
    except (duckdb.Error, OSError):
        return set()
    made = made_at.astimezone(UTC).replace(tzinfo=None)
    return {
        run.detail for run in runs
        if run.verb == "purge" and run.started_at >= made
        and (run.exit_code == 0 or run.outcome == history.KILLED)
    }  # fmt: skip


def _landed_again(places: Places, purged: set[str], backup: Backup) -> list[str]:
    """Waves of which answers that were purged are in force again."""
    surveys = [s.source_code for s in read_sources(backup.folder / SEEDS) if s.kind == "survey"]
    waves = _purged_since(places, backup.made_at)
    with read_warehouse(places.warehouse) as connection:
        rows = connection.execute(
            "select distinct wave_code from raw.deliveries where status = 'landed' and ("
            "list_contains(?, delivery_key) "
            "or (list_contains(?, wave_code) and list_contains(?, source_code))) order by 1",
            [sorted(purged), sorted(waves), surveys],
        ).fetchall()
    return [wave for (wave,) in rows]


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
