"""One file is read in this process, so that whatever it does, the night goes on.

Takes one pickled request per file on standard input, answers with one line of JSON. The rows go
into a Parquet file of text columns. See scripts/peil/readers/process.py for the other side.
"""

import ctypes
import json
import os
import pickle
import signal
import sys
from dataclasses import asdict
from functools import cache
from pathlib import Path

import duckdb

from peil.codebook import Source
from peil.codebook.limits import Limits
from peil.errors import DeliveryRejectedError
from peil.readers import INCOMING, headers, read_delivery
from peil.readers.limits import MB, require_within, seconds_for, spill_bytes_for
from peil.readers.reading import Reading
from peil.warehouse import literal

# DuckDB's part of the memory: data frames and workbooks need the rest.
DUCKDB_SHARE = 0.4
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Answer requests until the input closes, or until memory ran out."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    # Libraries that print must not end up between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.umask(0o077)
    if sys.platform == "linux":
        # A night that is killed takes its reader with it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    while True:
        try:
            request = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answer = answer_to(**request)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        if "memory" in answer:
            return


def answer_to(path: Path, source: Source, limits: Limits, scratch: Path, target: Path) -> dict:
    """What became of one file: its reading, the reason it is refused, or what ran out."""
    limit_process(limits, seconds_for(path, limits))
    try:
        return {"reading": asdict(_read(path, source, limits, scratch, target))}
    except DeliveryRejectedError as error:
        return {"rejected": str(error), "rule": error.rule, "nl": error.nl}
    except (MemoryError, duckdb.OutOfMemoryException):
        return {"memory": True}
    except OSError as error:
        return {"machine": f"{error.strerror or error}"}
    except duckdb.IOException as error:
        return {"machine": str(error).splitlines()[0]}
    except BaseException as error:  # calamine panics are no Exception
        return {"broken": type(error).__name__}


def _read(path: Path, source: Source, limits: Limits, scratch: Path, target: Path) -> Reading:
    headers.most_columns = int(limits.reading_columns)
    require_within(path, limits)
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = {literal(str(scratch / 'spill'))}")
        connection.execute(f"set memory_limit = '{int(_memory(limits) * DUCKDB_SHARE / MB)}MB'")
        spill = spill_bytes_for(path, limits) // MB
        connection.execute(f"set max_temp_directory_size = '{spill}MB'")
        reading = read_delivery(connection, path, source, scratch)
        connection.execute(f"copy {INCOMING} to {literal(str(target))} (format parquet)")
    return reading


def limit_process(limits: Limits, seconds: float) -> None:
    """Bound memory, and processor time from now on; where the system cannot, time alone counts."""
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    processor = int(used.ru_utime + used.ru_stime + seconds) + 1
    for kind, amount in (
        (resource.RLIMIT_AS, int(_addresses_at_first() + _memory(limits))),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            amount = min(amount, hard)
        try:
            resource.setrlimit(kind, (amount, hard))
        except (ValueError, OSError):  # macOS knows no limit of address space
            continue


@cache
def _addresses_at_first() -> int:
    """Bytes of addresses that the process had before the first file: libraries and their threads.

    They are no memory, and the more there are the more processors the machine has.
    """
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


def _memory(limits: Limits) -> float:
    """Bytes: the limit, or four fifths of what the machine has."""
    wanted = limits.reading_memory_mb * MB
    try:
        return min(wanted, 0.8 * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return wanted


if __name__ == "__main__":
    main()
