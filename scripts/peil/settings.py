"""Where things are: four places, each an option of `peil`, a variable and a line of peil.toml."""

import ctypes
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from peil.errors import InputError

_HERE = Path(__file__).resolve().parent
# Peil's own dbt project and example codebooks, which are only read: the checkout, or the folder
# that the wheel brings along.
PROJECT = _HERE / "project" if (_HERE / "project").is_dir() else _HERE.parents[1]
DEMO_HASH_KEY = "peil-demo"
SURVEY_FILE = "peil.toml"
_DEFAULTS = {
    "seeds": "seeds",
    "inbox": "inbox",
    "warehouse": "warehouse/peil.duckdb",
    "published": "published",
}


@dataclass(frozen=True)
class Places:
    """The folders and the file that one run reads and writes, as absolute paths.

    `folder` is the survey folder one stands in (the one with peil.toml), if any.
    """

    seeds: Path
    inbox: Path
    warehouse: Path
    published: Path
    folder: Path | None = None

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
                f"{self.seeds}: no sources.csv here, so no codebook. Stand in a survey folder "
                "(`peil init NAME` makes one), or point --seeds (PEIL_SEEDS) at a folder with a "
                "codebook."
            )


def survey_folder(start: Path | None = None) -> Path | None:
    """The folder with a peil.toml that one stands in, or under; None outside a survey folder."""
    here = (start or Path.cwd()).resolve()
    return next((f for f in (here, *here.parents) if (f / SURVEY_FILE).is_file()), None)


def default_place(name: str) -> Path:
    """A place by peil.toml, or by its usual name in the survey folder or the folder one is in.

    Raises:
        InputError: peil.toml cannot be read, or names a place that does not exist.
    """
    folder = survey_folder() or Path.cwd()
    return folder / _places_in(folder / SURVEY_FILE).get(name, _DEFAULTS[name])


def _places_in(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        places = tomllib.loads(file.read_text(encoding="utf-8")).get("places", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read as TOML ({error}).") from error
    for name, value in places.items():
        if name not in _DEFAULTS or not isinstance(value, str):
            raise InputError(
                f"{file}, [places]: '{name} = {value!r}' is no place. Places are "
                f"{', '.join(_DEFAULTS)}, each with a path as text."
            )
    return places


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
