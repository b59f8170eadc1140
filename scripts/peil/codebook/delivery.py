"""A delivery on its way in, and what the ledger will say of it."""

from dataclasses import dataclass, field
from pathlib import Path

from peil.codebook.sources import Source


@dataclass(frozen=True)
class Delivery:
    """A file of a source, known by the hash of its content.

    `path` is for messages: its name can be printed and stored. What is read is `copy`. `package`
    is the hash of the count package that it came as, if it did.
    """

    path: Path
    source: Source
    sha256: str
    key: str
    copy: Path | None = None
    package: str | None = None


@dataclass
class Outcome:
    """What the ledger says of a delivery that landed."""

    file_format: str = ""
    n_rows: int = 0
    n_columns: int = 0
    n_cells: int = 0
    n_identifier_cells: int = 0
    n_open_answers: int = 0
    n_masked_open_answers: int = 0
    n_rejects: int = 0
    unbound: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
