"""One night at a time: a lock beside the warehouse and one in the published folder.

The system lets go of the lock when its process ends, however it ends; what is written in the file
only says who holds it.
"""

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from peil.errors import InputError
from peil.private import private_folder, public_folder
from peil.settings import Places

log = logging.getLogger(__name__)
WAIT = 600.0
LOOK_EVERY, SAY_EVERY = 0.2, 30.0
_patience = WAIT
_threads: dict[Path, threading.RLock] = {}
_depth: dict[Path, int] = {}


def set_wait(seconds: float) -> None:
    """How long this process waits for another one that is at work."""
    global _patience
    _patience = seconds


@contextmanager
def one_night(places: Places, *, publishes: bool = True) -> Iterator[None]:
    """Nobody else lands, builds, publishes or purges here; the same process may ask again.

    Raises:
        InputError: another process is at work and did not end in time.
    """
    private_folder(places.warehouse.parent, places.warehouse.name)
    beside, in_published = lock_files(places)
    with _hold(beside, places.warehouse):
        if not publishes:
            yield
            return
        public_folder(places.published)
        with _hold(in_published, places.published):
            yield


def at_work(places: Places) -> str:
    """Which process has a lock of the night now, in words; empty when none has."""
    for file in lock_files(places):
        try:
            descriptor = os.open(file, os.O_RDWR)
        except OSError:
            # None was ever there, or it is another user's: `peil doctor` says so.
            continue
        try:
            if not _try_lock(descriptor):
                return _holder(file)
        except OSError:
            continue
        finally:
            os.close(descriptor)
    return ""


def lock_files(places: Places) -> tuple[Path, Path]:
    """The lock beside the warehouse and the one in the published folder."""
    return places.warehouse.with_name(f".{places.warehouse.name}.lock"), places.published / ".lock"


@contextmanager
def _hold(file: Path, what: Path) -> Iterator[None]:
    own_lock = _threads.setdefault(file, threading.RLock())
    if not own_lock.acquire(timeout=max(_patience, 0.0)):
        raise InputError(in_use(what, f"another thread of this process ({os.getpid()})"))
    try:
        _depth[file] = _depth.get(file, 0) + 1
        if _depth[file] > 1:
            yield
            return
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            wait_for(lambda: _try_lock(descriptor), what, lambda: _holder(file))
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(_about_me()).encode(), 0)
            yield
        finally:
            os.close(descriptor)
    finally:
        _depth[file] -= 1
        own_lock.release()


def wait_for(is_free: Callable[[], bool], what: Path, holder: Callable[[], str]) -> None:
    """Ask until the answer is yes, and say meanwhile for whom one waits.

    Raises:
        InputError: the answer was still no when the time was up.
    """
    started = time.monotonic()
    said = -SAY_EVERY
    while not is_free():
        waited = time.monotonic() - started
        if waited >= _patience:
            raise InputError(in_use(what, holder()))
        if waited - said >= SAY_EVERY:
            said = waited
            log.info(
                "%s: in use by %s; waiting, %.0f of at most %.0f s.",
                what, holder(), waited, _patience,
            )  # fmt: skip
        time.sleep(min(LOOK_EVERY, max(_patience - waited, 0.01)))


def in_use(what: Path, holder: str) -> str:
    """Who is in the way, and what to do."""
    return (
        f"{what}: in use by {holder}. One program at a time may write here; waited "
        f"{_patience:g} s. Let it end, or close it, and run again (--wait SECONDS waits longer). "
        "To read figures, open the published file instead."
    )


def _try_lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            # Far behind what is written in the file, which stays readable to others.
            os.lseek(descriptor, 1 << 20, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _about_me() -> dict[str, object]:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "command": command, "since": now}


def _holder(file: Path) -> str:
    try:
        holder = json.loads(file.read_text(encoding="utf-8"))
        return f"process {holder['pid']} (`{holder['command']}`, since {holder['since']})"
    except (OSError, ValueError, KeyError):
        return "a process that has just begun"
