"""What is made once per version of the code and kept for every survey: no data, no codebook."""

import os
from pathlib import Path

from peil.private import PRIVATE_FOLDER, make_folder


def kept_folder(name: str) -> Path:
    """The folder of one kind of what is kept; it need not exist.

    Raises:
        RuntimeError: this user has no home.
    """
    given = os.environ.get("PEIL_CACHE")
    shared = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    return (Path(given) if given else Path(shared or Path.home() / ".cache") / "peil") / name


def can_keep(name: str) -> bool:
    """Make that folder, its owner's only; not for who has no home, or no right to write there."""
    try:
        folder = kept_folder(name)
        make_folder(folder, PRIVATE_FOLDER)
    except (OSError, RuntimeError):
        return False
    return os.access(folder, os.W_OK)
