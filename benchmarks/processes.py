"""Processes measured from outside: seconds, peak memory, and a limit on both sides of patience."""

import contextlib
import os
import re
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peil.settings import child_environment

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Measured:
    """One process that ended: what it said, how long it took, how much memory it held.

    Processor time is that of the process and of everything that it started and waited for.
    `peak_bytes` is of the process itself, `tree_bytes` the most that it and everything that it
    started held at one moment; what they share counts for each.
    """

    return_code: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    tree_bytes: int
    is_timed_out: bool
    output: str
    errors: str


def run_measured(
    command: Sequence[object],
    *,
    timeout: float,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Measured:
    """Run a command to its end, or stop it and its children after `timeout` seconds.

    Memory is VmHWM of the process itself, asked while it runs: ru_maxrss of a child also holds
    what its parent had before the exec.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        started, spent = time.perf_counter(), _children_seconds()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=child_environment(**(environment or {})),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        peak, tree, is_timed_out = 0, 0, False
        try:
            while process.poll() is None:
                peak = max(peak, _high_water(process.pid))
                tree = max(tree, sum(map(_resident, _family(process.pid))))
                if time.perf_counter() - started > timeout:
                    is_timed_out = True
                    break
                time.sleep(POLL_SECONDS)
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        seconds = time.perf_counter() - started
        output.seek(0)
        errors.seek(0)
        return Measured(
            process.returncode, seconds, _children_seconds() - spent, peak,
            max(peak, tree), is_timed_out,
            output.read(), errors.read(),
        )  # fmt: skip


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _high_water(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) * 1024 if found else 0


def _family(pid: int) -> list[int]:
    """A process and everything that it started, in turn too, that still runs."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0
