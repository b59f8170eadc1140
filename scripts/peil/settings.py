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
# Beside the published file: what was written from it; the site takes it along.
DOCUMENTS = "documents"
_DEFAULTS = {
    "seeds": "seeds",
    "inbox": "inbox",
    "warehouse": "warehouse/peil.duckdb",
    "published": "published",
}
_TABLES = ("places", "notify")


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
    return folder / home_of(_places_in(folder / SURVEY_FILE).get(name, _DEFAULTS[name]))


def home_of(path: str | Path) -> Path:
    """A path of which `~` is the home of the user.

    Raises:
        InputError: this user has no home.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise InputError(f"{path}: this user has no home (`~`). Write the whole path.") from error


def section(file: Path, name: str) -> dict:
    """One table of peil.toml; empty where the file or the table is not there.

    Raises:
        InputError: it cannot be read, or is no table.
    """
    if not file.is_file():
        return {}
    try:
        # Notepad begins a file with a mark.
        everything = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read as TOML ({error}).") from error
    if strange := sorted(set(everything) - set(_TABLES)):
        raise InputError(
            f"{file}: '{strange[0]}' is none of its tables, [{'], ['.join(_TABLES)}]. Correct the "
            "name, or put the line under its table."
        )
    found = everything.get(name, {})
    if not isinstance(found, dict):
        raise InputError(f"{file}: '{name}' is no table. Write [{name}] on a line of its own.")
    return found


def _places_in(file: Path) -> dict[str, str]:
    places = section(file, "places")
    for name, value in places.items():
        if name not in _DEFAULTS or not isinstance(value, str) or not value.strip():
            raise InputError(
                f"{file}, [places]: '{name} = {value!r}' is no place. Places are "
                f"{', '.join(_DEFAULTS)}, each with a path as text."
            )
    return places


_HASH_KEY = "PEIL_HASH_KEY"
SMTP_PASSWORD, WEBHOOK = "PEIL_SMTP_PASSWORD", "PEIL_WEBHOOK"
_SECRETS = (_HASH_KEY, SMTP_PASSWORD, WEBHOOK)
_kept: dict[str, str] = {}


def keep_secrets() -> None:
    """Take secrets out of the environment, so that no program started from here inherits them.

    The system shows the environment that a process was started with for as long as it lives, and
    that of its forks: the bytes are wiped there too.
    """
    for name in _SECRETS:
        if name not in os.environ:
            continue
        _kept[name] = os.environ[name]
        if os.name == "posix":
            find = ctypes.CDLL(None).getenv
            find.restype = ctypes.c_void_p
            if where := find(name.encode()):
                ctypes.memset(where, 0, len(os.fsencode(_kept[name])))
        del os.environ[name]


def secret(name: str) -> str | None:
    """A secret of the environment, or None when it is not set."""
    return os.environ.get(name) or _kept.get(name) or None


def hash_key() -> str | None:
    """The secret that turns respondent numbers into keys, or None when it is not set."""
    return secret(_HASH_KEY)


def lend_hash_key(key: str) -> None:
    """Use this secret where none is set: for a run that keeps nothing."""
    if hash_key() is None:
        _kept[_HASH_KEY] = key


def child_environment(**more: str) -> dict[str, str]:
    """The environment for a program that this one starts: everything but the secrets."""
    return {k: v for k, v in os.environ.items() if k not in _SECRETS} | more
