"""What stands in for the process that speaks with Ray: it is started from nothing, as that one is.

A module of its own, which imports little: every start imports it again.
"""

import contextlib
import os
from pathlib import Path


class Slow:
    """A process whose node starts at the last of so many times."""

    def __init__(self, folder: Path, times: int, problem: str) -> None:
        self.folder, self.times, self.problem = folder, times, problem

    def __call__(self, pipe, *_: object) -> None:
        (self.folder / str(os.getpid())).touch()
        ready = len(list(self.folder.iterdir())) == self.times
        pipe.send("" if ready else self.problem)


class Ending:
    """A process that speaks with Ray and ends without a word, as often as it is asked to."""

    def __init__(self, folder: Path, times: int) -> None:
        self.folder, self.times = folder, times

    def __call__(self, pipe, *_: object) -> None:
        from peil.workers.task import Done

        pipe.send("")
        with contextlib.suppress(EOFError):
            while True:
                _, jobs, _ = pipe.recv()
                pipe.send(Done(jobs[0].label, "node", package="a"))
                if len(list(self.folder.iterdir())) < self.times:
                    (self.folder / str(os.getpid())).touch()
                    os._exit(1)
                for job in jobs[1:]:
                    pipe.send(Done(job.label, "node", package="b"))


def shut_out(pipe, *_: object) -> None:
    """As `serve` does where Ray writes that the token is wrong, and raises that nobody is there."""
    from peil.workers import driver

    with driver.heard() as noise:
        os.write(2, b"W rpc: Unauthenticated: InvalidAuthToken: token is missing or incorrect\n")
        noise.seek(0)
        said = noise.read()
    pipe.send(driver.why_not("Failed to connect", said))
