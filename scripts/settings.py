"""Where things are: four places, each an option of `peil` and an environment variable."""

import os
from dataclasses import dataclass
from pathlib import Path

from scripts.errors import InputError

PROJECT = Path(__file__).resolve().parent.parent
DEMO_HASH_KEY = "peil-demo"


@dataclass(frozen=True)
class Places:
    """The folders and the file that one run reads and writes, as absolute paths."""

    seeds: Path
    inbox: Path
    warehouse: Path
    published: Path

    @property
    def published_file(self) -> Path:
        return self.published / "peil.duckdb"

    @property
    def dbt_target(self) -> Path:
        """dbt keeps its partial parse here, beside the warehouse it belongs to."""
        return self.warehouse.parent / f"{self.warehouse.stem}-dbt"

    def require_seeds(self) -> None:
        if not (self.seeds / "sources.csv").is_file():
            raise InputError(
                f"{self.seeds}: no sources.csv here. Point --seeds (PEIL_SEEDS) at a folder "
                "with a codebook, such as the repository's seeds/."
            )


def hash_key() -> str | None:
    """The secret that turns respondent numbers into keys, or None when it is not set."""
    return os.environ.get("PEIL_HASH_KEY") or None
