"""A release: the published file, its manifest, documents and site, put in place by one rename.

    published/releases/<moment>/{peil.duckdb, manifest.json, documents/, site/}
    published/current        → releases/<moment>          the one switch
    published/peil.duckdb    → current/peil.duckdb        what readers open
    published/manifest.json  → current/manifest.json
    published/site           → current/site
    published/documents      → current/documents
    published/history/peil-<moment>.duckdb                earlier releases

Where the system makes no links (Windows without developer mode) they are put in place one after
the other, the manifest first.
"""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from peil.drafts import draft_of, remove
from peil.private import public_folder, publish_mode
from peil.site.build import DOCUMENTS

FILE, MANIFEST, SITE = "peil.duckdb", "manifest.json", "site"
EARLIER_KEPT = 14
_MOMENT = "%Y%m%dT%H%M%S"


def new_release(published: Path) -> Path:
    """An empty folder to make a release in; a run that is killed leaves it to `sweep`."""
    public_folder(published / "releases")
    draft = draft_of(published / "releases" / "release")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    return draft


def switch_to(published: Path, draft: Path) -> None:
    """Put a release that is whole in place; a reader finds the earlier one or this one."""
    publish_mode(draft)
    for path in draft.rglob("*"):
        sync(path)
    sync(draft)
    release = draft.with_name(f"{datetime.now(UTC):{_MOMENT}%f}")
    draft.rename(release)
    sync(release.parent)
    try:
        _take_in_files(published)
        before = (published / "current").resolve().name
        _link(published / "current", Path("releases") / release.name)
        for name in (FILE, MANIFEST):
            _link(published / name, Path("current") / name)
        for name in (DOCUMENTS, SITE):
            if (release / name).is_dir():
                _link(published / name, Path("current") / name)
    except (OSError, NotImplementedError):
        if os.name == "posix":
            raise
        before = release.name
        _copy_in_place(published, release)
    sync(published)
    _keep_history(published, release, before)


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


def _keep_history(published: Path, release: Path, before: str) -> None:
    """Name the releases up to the one before by their moment, and let go of the oldest."""
    history = published / "history"
    releases = sorted(r for r in release.parent.iterdir() if r.name[:1] != "." and r != release)
    for never in [r for r in releases if before != "current" and r.name > before]:
        shutil.rmtree(never)  # whole, but its run was killed before the switch
        releases.remove(never)
    if releases:
        public_folder(history)
    for earlier in releases:
        kept = history / f"peil-{earlier.name[:15]}.duckdb"
        if (earlier / FILE).exists() and not kept.exists():
            kept.hardlink_to(earlier / FILE)
    for old in releases[:-EARLIER_KEPT]:
        shutil.rmtree(old)
    for old in sorted(history.glob("peil-*.duckdb"))[:-EARLIER_KEPT]:
        old.unlink()


def sync(path: Path) -> None:
    """Have what was written stand on the disk; a folder cannot be asked for it on Windows."""
    if path.is_dir() and os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDWR if path.is_file() and os.name != "posix" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
