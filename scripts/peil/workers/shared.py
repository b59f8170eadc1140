"""Where deliveries and packages are for every worker: a shared folder, or an object store."""

import importlib
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from peil.errors import InputError


def is_store(place: str) -> bool:
    """Whether a place is an address of a store (such as s3://bucket/folder) and not a folder."""
    return "://" in place


def put(file: Path, place: str) -> None:
    """Copy a file there; it is there whole or not at all.

    Raises:
        InputError: the store cannot be used.
    """
    if is_store(place):
        # An object appears when the last byte of it has.
        _through(place, lambda fs, path: fs.put_file(str(file), path))
        return
    target = Path(place)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(f".{target.name}.part")
    shutil.copyfile(file, draft)
    draft.chmod(0o600)
    draft.replace(target)


def get(place: str, file: Path) -> None:
    """Copy a file from there.

    Raises:
        InputError: it is not there.
    """
    if is_store(place):
        _through(place, lambda fs, path: fs.get_file(path, str(file)))
        return
    try:
        shutil.copyfile(place, file)
    except FileNotFoundError as error:
        raise InputError(
            f"{place}: is not there on this node. Give --shared a folder or an object store that "
            "every node reaches."
        ) from error


def drop(place: str) -> None:
    """Remove a folder of this run with all that is in it."""
    if is_store(place):
        _through(place, lambda fs, path: fs.rm(path, recursive=True) if fs.exists(path) else None)
    else:
        shutil.rmtree(place, ignore_errors=True)


def _through(place: str, work: Callable[[Any, str], object]) -> None:
    fsspec = _fsspec()
    try:
        fs, path = fsspec.core.url_to_fs(place)
        work(fs, path)
    except ImportError as error:
        raise InputError(f"{place}: {error}. Install it on every node.") from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"{place}: cannot be used ({error}). Its address and rights come from the usual "
            "variables of the store, such as AWS_ENDPOINT_URL and AWS_ACCESS_KEY_ID, on every node."
        ) from error


def _fsspec() -> ModuleType:
    try:
        return importlib.import_module("fsspec")
    except ImportError as error:
        raise InputError(
            "An object store needs the extra `cluster`: pip install 'peil[cluster]'."
        ) from error
