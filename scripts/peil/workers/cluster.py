"""Tasks on a Ray cluster: started, retried when a worker or node dies, followed, gathered."""

import importlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from peil.errors import InputError
from peil.workers.task import Common, Done, Job, work

# What one delivery may ask: DuckDB spills beyond what landing gives it (landing/run.py).
CPUS, MEMORY = 1, 2 << 30
RETRIES = 3
# How often a node of this machine is started before it is given up.
STARTS = 3
LOCAL = "local:"
log = logging.getLogger(__name__)


@contextmanager
def cluster(address: str) -> Iterator[ModuleType]:
    """Connect to a cluster, or start one of `local:N` workers here for as long as it is needed.

    Raises:
        InputError: Ray is not installed, or the address answers nobody.
    """
    # Ray reports how it is used to its makers, unless it is told not to.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        ray = importlib.import_module("ray")
    except ImportError as error:
        raise InputError("--cluster needs Ray: pip install 'peil[cluster]'.") from error
    options: dict = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address.startswith(LOCAL):
        options |= {"num_cpus": _workers(address), "include_dashboard": False, "address": "local"}
    else:
        options["address"] = address
    try:
        _connect(ray, options)
    except Exception as error:  # Ray raises its own, Python's and bare ones
        raise InputError(
            f"--cluster {address}: no cluster answers there ({error}). Start one with `ray start "
            "--head`, or give local:N for N workers on this machine."
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _connect(ray: ModuleType, options: dict) -> None:
    """On a busy machine a node may start more slowly than the half minute that Ray waits for it."""
    for left in range(STARTS - 1, -1, -1):
        try:
            ray.init(**options)
            return
        except Exception as error:
            ray.shutdown()
            if not left or "timed out during startup" not in str(error):
                raise
            log.info("Ray did not start in time on this machine; once more.")


def _workers(address: str) -> int:
    number = address.removeprefix(LOCAL)
    if not number.isdecimal() or not int(number):
        raise InputError(f"--cluster {address}: give a number of workers, as in local:4.")
    return int(number)


def run_jobs(ray: ModuleType, common: Common, jobs: list[Job]) -> list[Done]:
    """Run every job; one that its retries could not save is a failure in words."""
    task = ray.remote(num_cpus=CPUS, memory=MEMORY, max_retries=RETRIES)(work)
    shared = ray.put(common)
    pending = {task.options(name=f"peil count {job.name}").remote(shared, job): job for job in jobs}
    found = []
    while pending:
        ready, _ = ray.wait(list(pending), num_returns=1)
        job = pending.pop(ready[0])
        done = _result(ray, ready[0], job)
        found.append(done)
        for line in done.log:
            log.info("[%s, %s] %s", done.node, done.name, line)
        log.info(
            "%s %s of %s: %s%s.", "Keys of" if job.keys_only else "Counted", len(found), len(jobs),
            job.name, " was refused" if done.refusal else " failed" if done.failure else "",
        )  # fmt: skip
    return sorted(found, key=lambda done: done.name)


def _result(ray: ModuleType, reference: object, job: Job) -> Done:
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        said = str(error).strip().splitlines()[-1]
        return Done(job.name, "", failure=f"{job.name}: could not be counted ({said}).")
    except ray.exceptions.RayError as error:
        return Done(
            job.name, "",
            failure=f"{job.name}: its worker was lost {RETRIES + 1} times "
            f"({type(error).__name__}). The file is not to blame until it happens on a node with "
            "memory to spare; it stays in the inbox.",
        )  # fmt: skip
