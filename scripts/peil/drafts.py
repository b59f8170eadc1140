"""Drafts: files on their way to their place; killed processes leave them.

They are named `.<name>-peil-draft-<process>`: what else a folder holds is not Peil's to remove.
"""

import os
import re
import shutil
import sys
import time
from pathlib import Path

MARK = "-peil-draft-"
_DRAFT = re.compile(rf"^\..*{MARK}(\d+)(\..*)?$")
# Where one cannot ask whether a process lives, a draft this old (seconds) is nobody's.
_OLD = 86_400


def draft_of(target: Path) -> Path:
    """Where this process writes what will become `target`; the ending stays the same."""
    return target.with_name(f".{target.stem}{MARK}{os.getpid()}{target.suffix}")


def sweep(folder: Path) -> list[str]:
    """Remove the drafts of processes that have ended, and of this one; returns their names.

    Call it before this process writes a draft.
    """
    swept = leftovers(folder)
    for path in swept:
        remove(path)
    return [path.name for path in swept]


def leftovers(folder: Path) -> list[Path]:
    """The drafts that a sweep would remove."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if (found := _DRAFT.match(path.name)) and not _is_at_work(int(found[1]), path)
    )


def remove(path: Path) -> None:
    """Remove a file with its write-ahead log, or a folder with all that is in it.

    That it has gone already is fine.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _is_at_work(pid: int, path: Path) -> bool:
    if pid == os.getpid():
        return False
    if sys.platform == "win32":  # os.kill would end the process
        return time.time() - path.lstat().st_mtime < _OLD
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
