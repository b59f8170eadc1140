"""Refuse what is small on disk and large in memory."""

import zipfile
from pathlib import Path

import duckdb

from peil.codebook.limits import Limits
from peil.errors import DeliveryRejectedError
from peil.warehouse import as_path, one_row

MB = 1 << 20
# A file is given its time and its room on disk per so much of it: a large one is no hostile one.
_PER_BYTES = 256 * MB
# What a text takes as a table of cells, on disk.
_SPILLED = 10


def require_within(path: Path, limits: Limits) -> None:
    """Refuse what is small on disk and large in memory, before anything of it is unpacked.

    Raises:
        DeliveryRejectedError: it unpacks to more than the limit.
    """
    n_bytes = 0
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                n_bytes = sum(entry.file_size for entry in archive.infolist())
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            return  # its reader says what is wrong
    elif path.suffix.lower() == ".parquet":
        n_bytes = _parquet_bytes(path)
    if n_bytes > limits.reading_unpacked_mb * MB:
        raise too_large(path.name, f"{n_bytes / MB:,.0f} MB unpacked", limits)


def seconds_for(path: Path, limits: Limits) -> float:
    """How long the reading of a file may take."""
    return limits.reading_seconds * max(1.0, path.stat().st_size / _PER_BYTES)


def spill_bytes_for(path: Path, limits: Limits) -> int:
    """How much its reader may write to disk meanwhile."""
    return max(int(limits.reading_file_mb * MB), _SPILLED * path.stat().st_size)


def too_large(name: str, what: str, limits: Limits) -> DeliveryRejectedError:
    """The refusal of a file that is or becomes too large."""
    return DeliveryRejectedError(
        f"{name}: {what}; a file may be {limits.reading_file_mb:,g} MB, and "
        f"{limits.reading_unpacked_mb:,g} MB unpacked. Export only the rows and columns of the "
        "survey, or raise reading_file_mb or reading_unpacked_mb in thresholds.csv.",
        nl=f"Het bestand is te groot ({what}).",
    )


def _parquet_bytes(path: Path) -> int:
    """Bytes when unpacked; a cell counts for one at least, however often a value repeats."""
    with duckdb.connect() as connection:
        try:
            n_bytes, n_cells = one_row(
                connection,
                "select sum(total_uncompressed_size)::double, sum(num_values)::double "
                f"from parquet_metadata({as_path(path)})",
            )
        except duckdb.Error:
            return 0  # its reader says what is wrong
    return int(max(n_bytes or 0, n_cells or 0))
