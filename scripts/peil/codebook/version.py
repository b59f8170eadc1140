"""The version of a codebook: which tables and columns it has, and what they are called."""

import tomllib
from pathlib import Path

from peil.errors import InputError

VERSION = 2
VERSION_FILE = "codebook.toml"


def version_text() -> str:
    """What stands in the file with the version of a codebook that is of this version."""
    return (
        "# Which version of Peil's tables this codebook has: `peil codebook upgrade` raises it.\n"
        f"version = {VERSION}\n"
    )


def codebook_version(seeds: Path) -> int:
    """The version of a codebook; 1 from before versions were noted.

    Raises:
        InputError: the version cannot be read, or is newer than this code.
    """
    path = seeds / VERSION_FILE
    if not path.is_file():
        return 1
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("version")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as TOML ({error}).") from error
    if not isinstance(found, int) or found < 1:
        raise InputError(f"{path}: 'version = {found!r}' is no version. Write a whole number.")
    if found > VERSION:
        raise InputError(
            f"{path}: a codebook of version {found}; this peil knows up to {VERSION}. Upgrade with "
            "`pip install -U peil`."
        )
    return found
