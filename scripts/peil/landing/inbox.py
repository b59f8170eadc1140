"""The files of the inbox as they are: names of any bytes, links, pipes, files still growing."""

import hashlib
import os
import signal
import stat
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from peil.codebook.limits import Limits
from peil.errors import DeliveryRejectedError
from peil.names import printable
from peil.readers.limits import MB, too_large

BLOCK = 1 << 20
Look = tuple[int, int, int, int]


class StillChangingError(Exception):
    """The file is not at rest, or is gone; it waits for the next night."""


@dataclass(frozen=True)
class Entry:
    """One file of the inbox and how it looked when the run began.

    `name` can be printed and stored, whatever bytes the file is called by.
    """

    path: Path
    name: str
    first_look: Look | None


def entries(paths: list[Path]) -> list[Entry]:
    """The files that may be deliveries, in the order of their names."""
    chosen = [p for p in paths if p.name[0] not in ".~" and not p.is_dir()]
    return [Entry(path, printable(path.name), _look(path)) for path in sorted(chosen)]


def settle(found: list[Entry], limits: Limits) -> None:
    """When a file was written to just now: look away for a moment, so that growth shows."""
    seconds = limits.delivery_settle_seconds
    ages = [_age(entry.first_look) for entry in found if entry.first_look]
    if any(age < seconds for age in ages):
        time.sleep(seconds)


def require_rest(entry: Entry, limits: Limits) -> None:
    """Leave a file that is young, grows or is being written.

    Raises:
        StillChangingError: it waits for the next night.
    """
    look = _look(entry.path)
    if look is None:
        raise StillChangingError("was taken away during the run")
    if not entry.path.is_file():
        return  # a pipe, or a link to nothing or to itself: `digest_of` says so
    if _age(look) < limits.delivery_min_age_seconds:
        raise StillChangingError(
            f"is younger than {limits.delivery_min_age_seconds:g} s (delivery_min_age_seconds)"
        )
    if look != entry.first_look or _is_being_written(entry.path):
        raise StillChangingError("is still being written")


def digest_of(entry: Entry, limits: Limits) -> str:
    """The SHA-256 of the file.

    Raises:
        DeliveryRejectedError: it is no file, may not be read, or is too large.
        StillChangingError: it changed meanwhile.
    """
    return _through(entry, limits, None)


def take_copy(entry: Entry, limits: Limits, folder: Path) -> tuple[Path, str]:
    """A private copy under a name without meaning, and its SHA-256; raises as `digest_of`."""
    suffix = Path(entry.name).suffix.lower()
    if not (suffix[1:].isascii() and suffix[1:].isalnum()):
        suffix = ""
    copy = folder / f"delivery-{os.urandom(6).hex()}{suffix}"
    return copy, _through(entry, limits, copy)


def is_unchanged(entry: Entry) -> bool:
    """Whether the file still looks as it did when the run began."""
    return _look(entry.path) == entry.first_look


def _through(entry: Entry, limits: Limits, copy: Path | None) -> str:
    digest = hashlib.sha256()
    try:
        # A pipe without a writer would keep an ordinary open waiting for ever.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(entry.path, flags)
    except FileNotFoundError as error:
        if entry.path.is_symlink():
            raise _no_file(entry, "a link to nothing") from error
        raise StillChangingError("was taken away during the run") from error
    except OSError as error:
        raise _no_file(entry, f"not readable ({error.strerror})") from error
    with os.fdopen(descriptor, "rb") as handle:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise _no_file(entry, "no file but a pipe, socket or device")
        if state.st_size > limits.reading_file_mb * MB:
            raise too_large(entry.name, f"{state.st_size / MB:,.0f} MB", limits)
        before, left = _signature(state), state.st_size
        target = copy.open("xb") if copy else None
        try:
            while left > 0 and (block := _read(entry, handle, min(BLOCK, left))):
                digest.update(block)
                left -= len(block)
                if target:
                    target.write(block)
        finally:
            if target:
                target.close()
        if before != entry.first_look or _signature(os.fstat(descriptor)) != before or left:
            raise StillChangingError("changed while it was read")
    return digest.hexdigest()


def _read(entry: Entry, handle: object, size: int) -> bytes:
    try:
        return handle.read(size)  # type: ignore[attr-defined]
    except OSError as error:
        raise _no_file(entry, f"not readable ({error.strerror})") from error


def _no_file(entry: Entry, what: str) -> DeliveryRejectedError:
    return DeliveryRejectedError(
        f"{entry.name}: is {what}. Put the file itself in the inbox, readable for who runs Peil.",
        nl="Dit is geen leesbaar bestand.",
    )


def _look(path: Path) -> Look | None:
    try:
        return _signature(path.stat())
    except OSError:
        try:
            return _signature(path.lstat())
        except OSError:
            return None


def _signature(state: os.stat_result) -> Look:
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns


def _age(look: Look) -> float:
    """Seconds since the last change; a date in the future is now."""
    return max(time.time() - look[3] / 1e9, 0.0)


def _is_being_written(path: Path) -> bool:
    """Whether some process has the file open for writing, where Linux can say so."""
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return False
    import fcntl

    # Who opens the file for writing while the lease lasts makes the system send SIGIO.
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        finally:
            os.close(descriptor)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGIO, before)
    return False
