"""What takes long to make and several tests start from: made once in a run, for all its workers.

A test gets a copy of its own, so that nothing a test does reaches another, in this worker or in
the next. `PEIL_TEST_WAREHOUSES=FOLDER` keeps what was made from one run to the next, under a digest
of everything it is made of: with another digest it is made anew.
"""

import fcntl
import functools
import hashlib
import inspect
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from peil.built import LIBRARIES
from peil.settings import PROJECT

HERE = Path(__file__).parent
# What decides what a night writes and a wheel holds: the product, and the surveys of the tests.
MADE_OF = (
    "models", "macros", "seeds", "scripts", "examples", "tests/generic", "tests/singular",
    "tests/python/awkward", "tests/python/reference", "dbt_project.yml", "profiles.yml",
    "requirements.txt", "analyses", "pyproject.toml", "README.md",
)  # fmt: skip


def copy_of(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object], target: Path
) -> Path:
    """A copy in `target` of the folder that `make` fills; who asks second waits for the first."""
    root = _root(factory, make)
    root.mkdir(parents=True, exist_ok=True)
    folder, whole = root / name, root / f"{name}.whole"
    with (root / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            whole.touch()
    return Path(shutil.copytree(folder, target, symlinks=True, dirs_exist_ok=True))


def _root(factory: pytest.TempPathFactory, make: Callable[[Path], object]) -> Path:
    kept = os.environ.get("PEIL_TEST_WAREHOUSES")
    if not kept:
        base = factory.getbasetemp()
        # Each worker of pytest-xdist has a folder of its own in that of the run.
        return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made_once"
    source = Path(inspect.getsourcefile(make) or "").read_bytes()
    return Path(kept) / hashlib.sha256(_digest().encode() + source).hexdigest()[:16]


@functools.cache
def _digest() -> str:
    """Of every file and library that decides what a night writes."""
    digest = hashlib.sha256(sys.version.encode())
    for name in LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    helpers = [path for path in HERE.glob("*.py") if not path.name.startswith("test_")]
    for path in sorted([*_files(), *helpers]):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(PROJECT)} {content}\n".encode())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for part in MADE_OF:
        for path in [PROJECT / part, *(PROJECT / part).rglob("*")]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
