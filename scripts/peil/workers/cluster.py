"""The night's side of a cluster: a process that speaks with Ray, started again when it ends."""

import importlib.util
import logging
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from peil.errors import InputError
from peil.settings import hash_key
from peil.workers.driver import SHUT, serve, workers_of
from peil.workers.task import Common, Done, Job

# How often Ray may end in a night before its jobs are left for the next one.
ENDINGS = 2
# How often a node of this machine is started before it is given up: Ray gives its helpers fifteen
# seconds, which a busy machine may not have for them. A process that failed to start one leaves
# helpers running until it ends, so every start is made by a new one.
STARTS = 4
_TOO_SLOW = "timed out during startup"
log = logging.getLogger(__name__)


class _EndedError(Exception):
    """The process that speaks with Ray is no more."""


class Cluster:
    """Workers that count; whatever becomes of them, the night goes on."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._start()

    def run(self, common: Common, jobs: list[Job]) -> list[Done]:
        """Run every job; one that its retries could not save is a failure in words."""
        left = {job.label: job for job in jobs}
        found: list[Done] = []
        for endings in range(1, ENDINGS + 1):
            try:
                self._run(common, left, found, len(jobs))
                break
            except _EndedError as error:
                log.warning("Ray ended (%s) with %s jobs to do.", error, len(left))
                if endings < ENDINGS:
                    self.close()
                    self._start()
        found += [
            Done(
                name, "",
                failure=f"{name}: was not counted, because Ray itself ended {ENDINGS} times. It "
                "stays in the inbox; see Ray's logs (/tmp/ray/session_latest/logs, or the folder "
                "of TMPDIR) for why, or leave --cluster out to count it here.",
            )
            for name in left
        ]  # fmt: skip
        return sorted(found, key=lambda done: done.name)

    def close(self) -> None:
        """Let go of the cluster; a node that was started for it stops."""
        self._pipe.close()
        self._process.join(30)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _start(self) -> None:
        for left in range(STARTS - 1, -1, -1):
            problem = self._start_once()
            if not problem:
                return
            self.close()
            if not left or _TOO_SLOW not in problem:
                break
            log.info("Ray did not start in time on this machine; once more.")
        if problem == SHUT:
            raise InputError(
                f"--cluster {self.address}: {problem}. Set RAY_AUTH_TOKEN to that of the cluster, "
                "or copy ~/.ray/auth_token from its first node."
            )
        raise InputError(
            f"--cluster {self.address}: no cluster answers there ({problem}). Start one with "
            "`ray start --head`, or give local:N for N workers on this machine. A cluster "
            "that asks for a token wants RAY_AUTH_TOKEN here too."
        )

    def _start_once(self) -> str:
        """Start a process that connects; why it could not, if so."""
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, self.address, multiprocessing.current_process().pid),
            daemon=True,
        )  # fmt: skip
        self._process.start()
        theirs.close()
        try:
            return self._hear()
        except _EndedError as error:
            return f"it ended: {error}"

    def _run(self, common: Common, left: dict[str, Job], found: list[Done], n_jobs: int) -> None:
        try:
            self._pipe.send((common, list(left.values()), hash_key()))
        except OSError as error:
            raise _EndedError(str(error)) from error
        while left:
            done = self._hear()
            job = left.pop(done.name)
            found.append(done)
            for line in done.log:
                log.info("[%s, %s] %s", done.node, done.name, line)
            outcome = "was refused" if done.refusal else "failed" if done.failure else "in"
            log.info(
                "%s %s of %s: %s %s.", _DOES[job.does], len(found),
                n_jobs, job.label, f"{outcome} {done.used}".rstrip(),
            )  # fmt: skip

    def _hear(self) -> Any:
        while not self._pipe.poll(1):
            if not self._process.is_alive() and not self._pipe.poll():
                raise _EndedError(f"exit code {self._process.exitcode}")
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            self._process.join(10)
            raise _EndedError(f"exit code {self._process.exitcode}") from error


_DOES = {"keys": "Keys of", "cut": "Cut", "count": "Counted"}


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """Connect to a cluster, or start one of `local:N` workers here for as long as it is needed.

    Raises:
        InputError: Ray is not installed, or the address answers nobody.
    """
    if workers_of(address) == 0:
        raise InputError(f"--cluster {address}: give a number of workers, as in local:4.")
    if importlib.util.find_spec("ray") is None:
        raise InputError("--cluster needs Ray: pip install 'peil[cluster]'.")
    _require_somebody(address)
    found = Cluster(address)
    try:
        yield found
    finally:
        found.close()


def _require_somebody(address: str) -> None:
    """Refuse an address at which nobody listens: Ray itself goes on trying for minutes."""
    host, _, port = address.rpartition(":")
    if workers_of(address) is not None or not host or "/" in host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise InputError(
            f"--cluster {address}: nobody listens there ({error}). Start a cluster on that machine "
            f"with `ray start --head --port {port}`, open that port to this one, or give local:N "
            "for N workers here."
        ) from error
