"""How much memory DuckDB takes: what the people ask, not what the machine has.

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


def of_a_build(connection: duckdb.DuckDBPyConnection, n_rows: int) -> int:
    """The bytes that models of so many delivered rows ask."""
    n_threads = one_row(connection, "select current_setting('threads')")[0]
    return max(AT_LEAST, FIXED + n_threads * PER_THREAD + n_rows * PER_ROW)


class Memory:
    """The limit of one connection, and the wider one of work that does not get by."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """No work takes more than half of the machine: DuckDB by itself takes four fifths."""
        self._connection = connection
        limit = one_row(connection, "select current_setting('memory_limit')")[0]
        self.most = self.usual = _bytes(limit) * 5 // 8
        self._is_wide = False

    def allow(self, n_bytes: int) -> None:
        """From now on so much, up to half of the machine; where it is wider, after that."""
        self.usual = min(self.most, n_bytes)
        if not self._is_wide:
            self._limit(self.usual)

    @contextmanager
    def widened(self, work: str) -> Iterator[None]:
        """Half of the machine, for work that did not get by with what it usually has."""
        log.info("%s: needs more memory than usual, and begins again with %s MB.",
                 work, f"{self.most // MIB:,}")  # fmt: skip
        self._is_wide = True
        self._limit(self.most)
        try:
            yield
        finally:
            self._is_wide = False
            self._limit(self.usual)

    @property
    def can_widen(self) -> bool:
        """Whether there is more than the usual."""
        return self.most > self.usual and not self._is_wide

    def _limit(self, n_bytes: int) -> None:
        self._connection.execute(f"set memory_limit = '{n_bytes // MIB}MiB'")


def _bytes(said: str) -> int:
    amount, unit = said.split()
    return int(float(amount) * _UNITS[unit])
