"""How much memory DuckDB takes in a build: what the people ask, not what the machine has.

Beyond it DuckDB writes to disk, beside the warehouse. What it cannot write, and Python, come on top
of it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from peil.warehouse import one_row

log = logging.getLogger(__name__)
MIB = 1 << 20
_UNITS = {"bytes": 1, "KiB": 1 << 10, "MiB": MIB, "GiB": 1 << 30, "TiB": 1 << 40}
# Sorting, joining and adding up hold so much whatever there is; each thread has buffers of its own.
FIXED, PER_THREAD, PER_ROW = 1024 * MIB, 128 * MIB, 900
# Few people get more than they ask: near its limit DuckDB takes a tenth more of the processor.
AT_LEAST = 2048 * MIB


class Memory:
    """The limit of one connection, and the wider one of a step that does not get by."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, n_rows: int) -> None:
        """Set the limit that so many delivered rows ask.

        It takes no more than half of the machine: DuckDB by itself takes four fifths.
        """
        self._connection = connection
        half = _bytes(one_row(connection, "select current_setting('memory_limit')")[0]) * 5 // 8
        n_threads = one_row(connection, "select current_setting('threads')")[0]
        self.most = half
        asked = FIXED + n_threads * PER_THREAD + n_rows * PER_ROW
        self.usual = min(half, max(AT_LEAST, asked))
        self._allow(self.usual)

    @contextmanager
    def widened(self, step: str) -> Iterator[None]:
        """Half of the machine, for a step that did not get by with what others do."""
        log.info("%s: needs more memory than usual, and begins again with %s MB.",
                 step, f"{self.most // MIB:,}")  # fmt: skip
        self._allow(self.most)
        try:
            yield
        finally:
            self._allow(self.usual)

    @property
    def can_widen(self) -> bool:
        """Whether there is more than the usual."""
        return self.most > self.usual

    def _allow(self, n_bytes: int) -> None:
        self._connection.execute(f"set memory_limit = '{n_bytes // MIB}MiB'")


def _bytes(said: str) -> int:
    amount, unit = said.split()
    return int(float(amount) * _UNITS[unit])
