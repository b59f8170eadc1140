"""What reading one file may cost: rows of thresholds.csv, with defaults for older codebooks."""

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import duckdb

from scripts.codebook import read_rows
from scripts.errors import DeliveryRejectedError, InputError
from scripts.warehouse import as_path

MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Per file: time, memory, size, size when unpacked, columns; and how long it must be at rest.

    A field is the `threshold_code` of its row.
    """

    reading_seconds: float = 300
    reading_memory_mb: float = 4096
    reading_file_mb: float = 8192
    reading_unpacked_mb: float = 1024
    reading_columns: float = 5000
    delivery_settle_seconds: float = 1
    delivery_min_age_seconds: float = 0


def read_limits(seeds: Path) -> Limits:
    """The limits of a codebook.

    Raises:
        InputError: one is no number, or below 0.
    """
    path = seeds / "thresholds.csv"
    if not path.is_file():
        return Limits()
    names = {field.name for field in fields(Limits)}
    found = {}
    for row in read_rows(path):
        code, value = row.get("threshold_code"), row.get("value") or ""
        if code not in names:
            continue
        try:
            found[code] = float(value)
        except ValueError:
            found[code] = -1.0
        if not found[code] >= 0:
            raise InputError(f"{path}, {code}: '{value}' is not a number of 0 or more.")
    return Limits(**found)


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
            n_bytes, n_cells = connection.execute(
                "select sum(total_uncompressed_size)::double, sum(num_values)::double "
                f"from parquet_metadata({as_path(path)})"
            ).fetchone()
        except duckdb.Error:
            return 0  # its reader says what is wrong
    return int(max(n_bytes or 0, n_cells or 0))
