"""Who may read what Peil writes: working files their owner only, a release everybody."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from peil.drafts import draft_of

log = logging.getLogger(__name__)
OWNER_ONLY = 0o077
PUBLIC_FOLDER, PUBLIC_FILE, PRIVATE_FOLDER = 0o755, 0o644, 0o700


@contextmanager
def owner_only() -> Iterator[None]:
    """Whatever is made inside is readable by its owner only, from its first byte."""
    before = os.umask(OWNER_ONLY)
    try:
        yield
    finally:
        os.umask(before)


def private_folder(folder: Path, name: str) -> None:
    """Make the folder of a working file for its owner only.

    A folder that exists is closed where it holds nothing but that file and what lies beside it
    (its log, spill, lock, pages, run history): a home folder or /tmp keeps the mode it has.
    """
    make_folder(folder, PRIVATE_FOLDER)
    mode = folder.stat().st_mode & 0o777
    stem = Path(name).stem
    own = (name, f".{name}", f"{stem}-dbt", f"{stem}-operations", "quality", ".incoming")
    if mode & OWNER_ONLY and all(entry.name.startswith(own) for entry in folder.iterdir()):
        try:
            folder.chmod(PRIVATE_FOLDER)
        except PermissionError:
            log.warning("%s: belongs to somebody else, so others may list it.", folder)


def public_folder(folder: Path) -> None:
    """Make a folder that everybody may read; one that exists keeps the mode it has."""
    make_folder(folder, PUBLIC_FOLDER)


def publish_mode(path: Path) -> None:
    """Let everybody read a file, or a folder with all that is in it."""
    if path.is_dir():
        path.chmod(PUBLIC_FOLDER)
        for entry in path.iterdir():
            publish_mode(entry)
    elif not path.is_symlink():
        path.chmod(PUBLIC_FILE)


def write_private(path: Path, text: str) -> None:
    """Put a text in place at once; its owner only may read it, from its first byte."""
    draft = draft_of(path)
    with owner_only():
        draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def add_line(path: Path, line: str) -> None:
    """Add a line, whole or not at all; the owner of the file only may read it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        size, left = os.fstat(descriptor).st_size, f"{line}\n".encode()
        os.lseek(descriptor, max(size - 1, 0), os.SEEK_SET)
        if size and os.read(descriptor, 1) != b"\n":
            # A run was killed while it wrote: its half line stays one of its own.
            left = b"\n" + left
        try:
            while left:
                left = left[os.write(descriptor, left) :]
        except OSError:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder of this mode; the missing ones above it are open to everybody."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent, PUBLIC_FOLDER)
    try:
        folder.mkdir(mode=mode)
    except FileExistsError:
        if not folder.is_dir():
            raise
        return
    folder.chmod(mode)
