"""Where things are: four places, each an option of `peil` and an environment variable."""

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path

from peil.errors import InputError

PROJECT = Path(__file__).resolve().parents[2]
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


_HASH_KEY = "PEIL_HASH_KEY"
_kept_hash_key: str | None = None


def keep_hash_key() -> None:
    """Take the secret out of the environment, so that no program started from here inherits it.

    The system shows the environment that a process was started with for as long as it lives, and
    that of its forks: the bytes are wiped there too.
    """
    global _kept_hash_key
    if _HASH_KEY not in os.environ:
        return
    _kept_hash_key = os.environ[_HASH_KEY]
    if os.name == "posix":
        find = ctypes.CDLL(None).getenv
        find.restype = ctypes.c_void_p
        if where := find(_HASH_KEY.encode()):
            ctypes.memset(where, 0, len(os.fsencode(_kept_hash_key)))
    del os.environ[_HASH_KEY]


def hash_key() -> str | None:
    """The secret that turns respondent numbers into keys, or None when it is not set."""
    return os.environ.get(_HASH_KEY) or _kept_hash_key or None


def child_environment(**more: str) -> dict[str, str]:
    """The environment for a program that this one starts: everything but the secret."""
    return {k: v for k, v in os.environ.items() if k != _HASH_KEY} | more
