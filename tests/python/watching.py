"""What other users of the computer may read while `peil` runs: looked at again and again."""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from peil.settings import PROJECT, Places


def readable_during(places: Places, *words: object) -> set[Path]:
    """Files of the warehouse and the release that others might read while this ran.

    It runs with the widest umask: what is private is private by Peil's own doing.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "peil", *map(str, words)], cwd=PROJECT, text=True,
        preexec_fn=lambda: os.umask(0), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    readable: set[str] = set()
    looks, is_over = 0, False
    while not is_over:
        is_over = process.poll() is not None  # one look more when it has ended
        looks, began = looks + 1, time.monotonic()
        for root in (places.warehouse.parent, places.published):
            readable.update(path for path in files_under(root) if others_may_read(path))
        # A quarter of a processor at most: what is looked at needs the others.
        time.sleep(max(0.004, 3 * (time.monotonic() - began)))
    said = process.stderr.read()
    process.stderr.close()
    assert process.returncode == 0, said
    assert looks > 10
    return {Path(path) for path in readable}


def files_under(root: Path) -> Iterator[str]:
    """Files come and go while they are listed: `os.walk` leaves out what is gone."""
    for folder, _, names in os.walk(root):
        for name in names:
            yield f"{folder}/{name}"


def others_may_read(path: str) -> bool:
    try:
        state = os.lstat(path)
    except FileNotFoundError:
        return False
    return stat.S_ISREG(state.st_mode) and bool(state.st_mode & 0o077)
