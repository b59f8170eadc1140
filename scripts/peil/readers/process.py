"""Landing's side of the reading process: started once, replaced when a file broke it."""

import json
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import duckdb

from peil.codebook import Source
from peil.codebook.limits import Limits
from peil.errors import DeliveryRejectedError, MachineError
from peil.readers.frames import INCOMING
from peil.readers.limits import seconds_for
from peil.readers.reading import Reading, Unusable
from peil.settings import PROJECT, child_environment
from peil.warehouse import as_path

# Who stops a reader that takes too much: the timer here, or the system at its own limits.
_TIME = {"SIGXCPU"}
_DAMAGED = {"SIGABRT", "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP"}


class ReadingProcess:
    """A process that reads one file after the other, each within the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._process: subprocess.Popen | None = None

    def read(
        self,
        connection: duckdb.DuckDBPyConnection,
        copy: Path,
        name: str,
        source: Source,
        scratch: Path,
    ) -> Reading:
        """Read a private copy of a delivery into the temporary table `incoming`.

        Args:
            connection: the warehouse, inside the transaction of this delivery.
            copy: the copy, under a name without meaning.
            name: what the delivery is called, for messages.
            source: what the codebook says of it.
            scratch: folder for what is unpacked.

        Raises:
            DeliveryRejectedError: the file cannot be read, or takes more than the limits.
            MachineError: the machine, and not the file, was in the way.
        """
        target = scratch / "incoming.parquet"
        request = {
            "path": copy, "source": source, "limits": self.limits, "scratch": scratch,
            "target": target,
        }  # fmt: skip
        answer = self._ask(request)
        if answer.get("ended") == "SIGKILL":
            # Not by the timer: the system, or somebody. Not the file's fault until shown twice.
            answer = self._ask(request)
        if "reading" not in answer:
            raise self._refusal(answer, copy, name)
        connection.execute(f"drop table if exists {INCOMING}")
        connection.execute(
            f"create temp table {INCOMING} as select * from read_parquet({as_path(target)})"
        )
        target.unlink()
        reading = Reading(**answer["reading"])
        reading.user_missing = {
            column: [value if isinstance(value, str) else (value[0], value[1]) for value in values]
            for column, values in reading.user_missing.items()
        }
        reading.unusable = [Unusable(**value) for value in answer["reading"]["unusable"]]
        return reading

    def start(self) -> subprocess.Popen:
        """Start the process now: it is ready by the time the file has been copied."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "peil.readers.worker"],
                cwd=PROJECT,
                env=child_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    # What was still on its way to a process that died cannot be delivered.
                    with suppress(OSError):
                        pipe.close()
            self._process = None

    def _ask(self, request: dict) -> dict:
        process = self.start()
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds_for(request["path"], self.limits), stop)
        timer.start()
        try:
            process.stdin.write(pickle.dumps(request))
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        finally:
            timer.cancel()
        if line.endswith(b"\n"):
            answer = json.loads(line)
            if "memory" in answer:
                self.close()
            return answer
        code = process.wait()
        self.close()
        if late.is_set():
            return {"ended": "SIGXCPU"}
        return {"ended": signal.Signals(-code).name if code < 0 else f"exit code {code}"}

    def _refusal(self, answer: dict, copy: Path, name: str) -> Exception:
        limits, ended = self.limits, answer.get("ended", "")
        if "rejected" in answer:
            nl = [reason.replace(copy.name, name) for reason in answer["nl"]]
            message = answer["rejected"].replace(copy.name, name)
            return DeliveryRejectedError(message, rule=answer["rule"], nl=nl)
        if "machine" in answer:
            return MachineError(
                f"{name}: could not be read because of this machine, not because of the file "
                f"({answer['machine']}). It stays in the inbox; make room and run again."
            )
        if ended == "SIGKILL":
            return MachineError(
                f"{name}: the process that read it was ended by the system twice, as happens when "
                "memory runs out. It stays in the inbox; run again with more memory free, or lower "
                "reading_memory_mb in thresholds.csv to have it set aside."
            )
        if ended in _TIME:
            seconds = seconds_for(copy, limits)
            return DeliveryRejectedError(
                f"{name}: takes more than {seconds:,.0f} s to read. Save it again "
                "without empty rows and columns, or raise reading_seconds in thresholds.csv.",
                nl=f"Het lezen duurt langer dan {seconds:.0f} seconden.",
            )
        if "memory" in answer or ended == "SIGABRT":
            return DeliveryRejectedError(
                f"{name}: takes more than {limits.reading_memory_mb:,.0f} MB of memory to read. A "
                "table cell far from the others, or a file that unpacks to very much, does that: "
                "save it again with only its own rows and columns, or raise reading_memory_mb in "
                "thresholds.csv.",
                nl="Het bestand vraagt te veel geheugen; misschien staat een cel ver van de rest.",
            )
        what = ended if ended in _DAMAGED else answer.get("broken", ended)
        return DeliveryRejectedError(
            f"{name}: is damaged in a way that breaks its reader ({what}). Save or export it "
            "again.",
            nl="Het bestand is beschadigd.",
        )
