"""The process that speaks with Ray: it connects, runs tasks and hands back what comes of them.

Ray ends the process that it runs in, at once and without a word, when its node dies: so that is
not the process of the night.
"""

import importlib
import logging
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import IO, Any, TextIO

from peil.workers.task import Common, Done, Job, work

# What one delivery may ask: what a build gives DuckDB at least (memory.py), beyond which it
# writes to disk, and what Python and a reader take beside it.
CPUS, MEMORY = 1, 3 << 30
RETRIES = 3
LOCAL = "local:"
_DUMPED = re.compile(r" {4}(\[|$)")
_TOKEN = Path(".ray") / "auth_token"
# What Ray writes, a line per second, of who has no token or another one; and what is said of it.
_REFUSED, SHUT = "InvalidAuthToken", "it does not accept the token of here"


def serve(pipe: Connection, address: str, parent: int) -> None:
    """Connect, say so (or why not), and run what is asked until the other side is gone.

    Args:
        pipe: to the night; it asks with (common, jobs, secret) and gets a `Done` per job.
        address: of the cluster, or local:N.
        parent: the process of the night.
    """
    # Ray reports how it is used to its makers, unless it is told not to.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    _authenticate(address)
    ray = importlib.import_module("ray")
    said = ""
    try:
        with heard() as noise:
            try:
                _connect(ray, address)
            finally:
                noise.seek(0)
                said = noise.read()
    except Exception as error:  # Ray raises its own, Python's and bare ones
        pipe.send(why_not(str(error) or type(error).__name__, said))
        return
    sys.stderr = WithoutDumps(sys.stderr)
    try:
        pipe.send("")
        while True:
            common, jobs, key = pipe.recv()
            for done in _run(ray, common, jobs, key, parent):
                pipe.send(done)
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        pass
    finally:
        ray.shutdown()


def workers_of(address: str) -> int | None:
    """How many workers a local address asks for; None of another address, 0 of a wrong one."""
    if not address.startswith(LOCAL):
        return None
    number = address.removeprefix(LOCAL)
    return int(number) if number.isdecimal() else 0


def why_not(problem: str, said: str) -> str:
    """Why no connection was made: Ray raises the same, whether nobody is there or the door is shut.

    Args:
        problem: what it raised.
        said: what it wrote meanwhile.
    """
    return SHUT if _REFUSED in said else problem


class WithoutDumps:
    """A stream without the lines of a node's own log, which Ray repeats when the node dies."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Pass on what is no such line: those are set in by four spaces."""
        kept = [line for line in text.splitlines(keepends=True) if not _DUMPED.match(line)]
        self._stream.write("".join(kept))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def heard() -> Iterator[IO[str]]:
    """Keep what Ray writes past Python, a line per second while it tries, for who asks."""
    own = os.dup(2)
    with tempfile.TemporaryFile("w+") as noise:
        os.dup2(noise.fileno(), 2)
        try:
            yield noise
        finally:
            os.dup2(own, 2)
            os.close(own)


def _authenticate(address: str) -> None:
    """A node of here is open to this run only; another one asks for the token that it was given."""
    if "RAY_AUTH_MODE" in os.environ:
        return
    if address.startswith(LOCAL):
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
    elif not (
        {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & set(os.environ)
        or (Path.home() / _TOKEN).exists()
    ):
        return
    os.environ["RAY_AUTH_MODE"] = "token"


def _connect(ray: ModuleType, address: str) -> None:
    options: dict = {"log_to_driver": False, "logging_level": logging.ERROR}
    workers = workers_of(address)
    if workers is None:
        ray.init(address=address, **options)
        return
    ray.init(address="local", num_cpus=workers, include_dashboard=False, **options)


def _run(
    ray: ModuleType, common: Common, jobs: list[Job], key: str | None, parent: int
) -> Iterator[Done]:
    memory = asked_of(ray.nodes()) or None
    task = ray.remote(num_cpus=CPUS, memory=memory, max_retries=RETRIES)(work)
    shared = ray.put(common)
    # The secret is an argument and no object: Ray may spill objects to disk.
    pending = {
        task.options(name=f"peil count {job.label}").remote(shared, job, key): job for job in jobs
    }
    while pending:
        ready, _ = ray.wait(list(pending), num_returns=1, timeout=1)
        if not ready and os.getppid() != parent:
            return  # the night was killed
        for reference in ready:
            yield _result(ray, reference, pending.pop(reference))


def asked_of(nodes: list[dict]) -> int:
    """Bytes that a task says it takes: no more than one node has, or Ray would wait for another.

    Args:
        nodes: as `ray.nodes()` gives them.
    """
    found = (node["Resources"].get("memory", 0) for node in nodes if node["Alive"])
    return int(min(MEMORY, max(found, default=0)))


def _result(ray: ModuleType, reference: object, job: Job) -> Done:
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        said = str(error).strip().splitlines()[-1]
        return Done(job.label, "", failure=f"{job.label}: could not be counted ({said}).")
    except ray.exceptions.RayError as error:
        return Done(
            job.label, "",
            failure=f"{job.label}: its worker was lost {RETRIES + 1} times "
            f"({type(error).__name__}). The file is not to blame until it happens on a node with "
            "memory to spare; it stays in the inbox.",
        )  # fmt: skip
