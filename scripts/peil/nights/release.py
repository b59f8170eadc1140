"""A release: the published file, its manifest, documents and site, put in place by one rename.

    published/releases/<moment>/{peil.duckdb, manifest.json, documents/, site/}
    published/current        → releases/<moment>          the one switch
    published/peil.duckdb    → current/peil.duckdb        what readers open
    published/manifest.json  → current/manifest.json
    published/site           → current/site
    published/documents      → current/documents
    published/history/peil-<moment>.duckdb                earlier releases

    published/releases/.taken-back.json                   releases that a roll-back took back

Where the system makes no links (Windows without developer mode) they are put in place one after
the other, the manifest first.
"""

import json
import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from peil.drafts import draft_of, remove
from peil.errors import InputError
from peil.private import public_folder, publish_mode
from peil.settings import DOCUMENTS

FILE, MANIFEST, SITE = "peil.duckdb", "manifest.json", "site"
TAKEN_BACK = ".taken-back.json"
_MOMENT = "%Y%m%dT%H%M%S"
_NAME = re.compile(r"\d{8}T\d{12}$")


def new_release(published: Path) -> Path:
    """An empty folder to make a release in; a run that is killed leaves it to `sweep`."""
    public_folder(published / "releases")
    draft = draft_of(published / "releases" / "release")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    return draft


def switch_to(published: Path, draft: Path, kept: int) -> None:
    """Put a release that is whole in place; a reader finds the earlier one or this one.

    Args:
        published: the folder of releases.
        draft: as `new_release` gave it.
        kept: how many earlier releases stay.
    """
    publish_mode(draft)
    for path in draft.rglob("*"):
        sync(path)
    sync(draft)
    release = draft.with_name(_next_name(published))
    draft.rename(release)
    sync(release.parent)
    _take_in_files(published)
    before = in_force(published)
    try:
        put_in_place(published, release)
    except OSError:
        # Where this may not be written, nights to come would each leave one.
        if (now := in_force(published)) is None or now.name != release.name:
            shutil.rmtree(release, ignore_errors=True)
        raise
    _keep_history(published, release, before.name if before else "", kept)


def put_back(published: Path, release: Path) -> list[str]:
    """Put an earlier release in place by the same switch; returns what is taken back by it.

    Everything newer that readers have seen is taken back, and stays as long as its turn lasts.
    """
    _take_in_files(published)
    now = in_force(published)
    newest = max([now.name if now else "", *taken_back(published)])
    newer = [name for name in release_names(published) if release.name < name <= newest]
    marks = ever_taken_back(published)
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    marked = marks | {name: marks.get(name, moment) for name in newer}
    # Before the switch: a mark on what is in force, or on what is older, holds nothing up. One that
    # goes goes after it: when the switch fails it is needed.
    _mark(published, marked)
    put_in_place(published, release)
    if marked.pop(release.name, None):
        _mark(published, marked)
    for name in newer:
        _file_of_history(published, name).unlink(missing_ok=True)
    return newer


def _mark(published: Path, taken: dict[str, str]) -> None:
    file = published / "releases" / TAKEN_BACK
    draft = draft_of(file)
    draft.write_text(json.dumps(taken, indent=2) + "\n", encoding="utf-8")
    publish_mode(draft)
    sync(draft)
    draft.replace(file)


def release_names(published: Path) -> list[str]:
    """The releases that are there, the oldest first; a folder of another name is none."""
    folder = published / "releases"
    if not folder.is_dir():
        return []
    return sorted(r.name for r in folder.iterdir() if _moment_of(r.name) and r.is_dir())


def _next_name(published: Path) -> str:
    """The moment of now, or right after the newest release where the clock was set back.

    What is older and what is newer is read from the names alone.
    """
    moment = datetime.now(UTC)
    for name in release_names(published)[-1:]:
        newest = _moment_of(name)
        if newest and moment <= newest:
            # A second: files of history are named by it.
            moment = newest + timedelta(seconds=1)
    return f"{moment:{_MOMENT}%f}"


def _moment_of(name: str) -> datetime | None:
    try:
        return datetime.strptime(f"{name}+0000", f"{_MOMENT}%f%z") if _NAME.match(name) else None
    except ValueError:
        return None


def in_force(published: Path) -> Path | None:
    """The folder of the release that readers find now; None where there is none."""
    current = published / "current"
    return current.resolve() if current.is_dir() else _same_release(published)


def taken_back(published: Path) -> dict[str, str]:
    """Releases newer than the one in force that were taken back, and when."""
    now = in_force(published)
    return {
        n: at for n, at in ever_taken_back(published).items() if now is not None and n > now.name
    }


def ever_taken_back(published: Path) -> dict[str, str]:
    """Releases that are there and were ever taken back, and when.

    Raises:
        InputError: the file that says so cannot be read.
    """
    file = published / "releases" / TAKEN_BACK
    if not file.exists():
        return {}
    try:
        found = dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{file}: cannot be read ({error}), so which releases were taken back is unknown. Put "
            "it back from a backup, or remove it when none was: the next night then publishes."
        ) from error
    return {name: str(found[name]) for name in release_names(published) if name in found}


def put_in_place(published: Path, release: Path) -> None:
    """Have everything that readers open lead to this release: the one switch."""
    try:
        _link(published / "current", Path("releases") / release.name)
        for name in (FILE, MANIFEST):
            _link(published / name, Path("current") / name)
        for name in (DOCUMENTS, SITE):
            if (release / name).is_dir():
                _link(published / name, Path("current") / name)
            elif (published / name).is_symlink():
                (published / name).unlink()
    except (OSError, NotImplementedError):
        if os.name == "posix":
            raise
        _copy_in_place(published, release)
    sync(published)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    if link.is_dir() and not link.is_symlink():
        # A copy of the folder that followed its links; what it holds stands beside it as well.
        shutil.rmtree(link)
    draft = draft_of(link)
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)


def _take_in_files(published: Path) -> None:
    """Make a release of files that stand in the folder themselves, before links replace them."""
    try:
        _take_in(published)
    except (OSError, NotImplementedError):
        if os.name == "posix":
            raise


def _take_in(published: Path) -> None:
    file = published / FILE
    if file.is_symlink() or not file.exists():
        return
    moment = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    earlier = _same_release(published) or published / "releases" / f"{moment:{_MOMENT}%f}"
    if not earlier.exists():
        draft = draft_of(published / "releases" / "earlier")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        for name in (FILE, MANIFEST):
            if (published / name).exists():
                (draft / name).hardlink_to((published / name).resolve())
        publish_mode(draft)
        draft.rename(earlier)
    _link(published / "current", Path("releases") / earlier.name)
    for name in (FILE, MANIFEST):
        if (earlier / name).exists():
            _link(published / name, Path("current") / name)


def _same_release(published: Path) -> Path | None:
    """The release that the files in the folder are copies of, where there is one."""
    manifest = published / MANIFEST
    for earlier in (published / "releases").glob(f"*/{MANIFEST}"):
        if manifest.exists() and earlier.read_bytes() == manifest.read_bytes():
            return earlier.parent
    return None


def _copy_in_place(published: Path, release: Path) -> None:
    for name in (MANIFEST, FILE):
        draft = draft_of(published / name)
        shutil.copy2(release / name, draft)
        draft.replace(published / name)
    for name in (DOCUMENTS, SITE):
        if not (release / name).is_dir():
            continue
        draft = draft_of(published / name)
        shutil.copytree(release / name, draft)
        remove(published / name)
        draft.rename(published / name)


def _keep_history(published: Path, release: Path, before: str, kept: int) -> None:
    """Name the releases up to the one before by their moment, and let go of the oldest."""
    history = published / "history"
    withdrawn = ever_taken_back(published)
    earlier = []
    for name in release_names(published):
        folder = release.with_name(name)
        if name == release.name:
            continue
        if before and name > before and name not in withdrawn:
            shutil.rmtree(folder)  # whole, but its run was killed before the switch
        else:
            earlier.append(folder)
    if earlier:
        public_folder(history)
    for folder in earlier:
        file = _file_of_history(published, folder.name)
        if folder.name in withdrawn:
            file.unlink(missing_ok=True)
        elif (folder / FILE).exists() and not file.exists():
            file.hardlink_to(folder / FILE)
    for old in earlier[: max(len(earlier) - kept, 0)]:
        shutil.rmtree(old)
    files = sorted(history.glob("peil-*.duckdb"))
    for file in files[: max(len(files) - kept, 0)]:
        file.unlink()


def _file_of_history(published: Path, name: str) -> Path:
    return published / "history" / f"peil-{name[:15]}.duckdb"


def sync(path: Path) -> None:
    """Have what was written stand on the disk; a folder cannot be asked for it on Windows."""
    if path.is_dir() and os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDWR if path.is_file() and os.name != "posix" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
