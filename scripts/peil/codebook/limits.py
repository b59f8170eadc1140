"""Rows of thresholds.csv that Python reads, with defaults for older codebooks."""

import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from peil.codebook.sources import read_rows
from peil.errors import InputError


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


@dataclass(frozen=True)
class Keeping:
    """How many earlier releases stay, and from how many margins on a change is a drift.

    A field is the `threshold_code` of its row.
    """

    releases_kept: float = 14
    drift_margins: float = 2


Rows = TypeVar("Rows", Limits, Keeping)


def read_limits(seeds: Path) -> Limits:
    """The limits of reading that a codebook sets.

    Raises:
        InputError: one is no number, or below 0.
    """
    return _read(seeds, Limits)


def read_keeping(seeds: Path) -> Keeping:
    """What a codebook says of releases; raises as `read_limits`."""
    return _read(seeds, Keeping)


def _read(seeds: Path, kind: type[Rows]) -> Rows:
    path = seeds / "thresholds.csv"
    if not path.is_file():
        return kind()
    names = {field.name for field in fields(kind)}
    found = {}
    for row in read_rows(path):
        code, value = row.get("threshold_code"), row.get("value") or ""
        if code not in names:
            continue
        try:
            found[code] = float(value)
        except ValueError:
            found[code] = -1.0
        if not (found[code] >= 0 and math.isfinite(found[code])):
            raise InputError(f"{path}, {code}: '{value}' is not a number of 0 or more.")
    return kind(**found)
