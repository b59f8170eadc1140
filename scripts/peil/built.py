"""Whether the warehouse is built and tested, and from which deliveries, seeds and code.

The hooks of dbt (macros/built.sql) write one row in nights.build; landing forgets it. What is made
of the warehouse asks for it first.
"""

import hashlib
import json
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb

from peil.errors import PeilError
from peil.lock import one_night
from peil.settings import PROJECT, Places, child_environment
from peil.warehouse import read_warehouse

# What decides what the codebook tables hold and which tests they pass.
CODEBOOK_CODE = ("models/codebook", "macros", "tests/generic", "tests/singular")
# What decides the figures, given seeds and deliveries: these, and the package itself.
CODE = ("models", "macros", "tests/generic", "tests/singular", "dbt_project.yml")
_PACKAGE = Path(__file__).resolve().parent
# What else may change a digit of a figure, or what is built.
LIBRARIES = ("dbt-core", "dbt-duckdb", "duckdb", "numpy", "pandas", "scipy")
# What a survey may add in its own dbt project.
OWN_CODE = ("models", "macros", "tests", "analyses", "own_seeds", "dbt_project.yml")


@dataclass(frozen=True)
class Built:
    """What the tables of the warehouse were made of, and when their last test passed."""

    tested_at: str
    deliveries: list[dict]
    facts: dict[str, str]

    @property
    def inputs(self) -> list[dict]:
        """The deliveries as readers may know them: the rows of one may be a count of few people."""
        return [{k: v for k, v in row.items() if k != "n_rows"} for row in self.deliveries]


def build_facts(package: str, project: str) -> str:
    """Seeds, code and versions of the build that runs now, as JSON; dbt's hooks call it in SQL.

    Args:
        package: the folder of Peil's own dbt files, with the codebook in `seeds`.
        project: the survey's own dbt project, where it has one; otherwise the same folder.
    """
    seeds = Path(package) / "seeds"
    own = Path(project)
    return json.dumps(
        {
            "codebook": codebook_digest(seeds),
            "seeds": digest_of(sorted(seeds.glob("*.csv")), seeds),
            "code": _digest_of_code(),
            "own_code": digest_of(own_files(own), own) if own != Path(package) else "",
            "commit": _commit(),
            "peil": version("peil"),
            "libraries": _libraries(),
        }
    )


def code_digest() -> str:
    """A digest of what decides the figures, given seeds and deliveries, libraries included."""
    return _of(_digest_of_code(), version("peil"), _libraries())


def macros_digest() -> str:
    """What models say by name only: their own files stay as they are when a macro changes."""
    return digest_of(_files(PROJECT, ("macros",)), PROJECT)


def code_files() -> list[Path]:
    """The dbt files that decide the figures, given seeds and deliveries."""
    return _files(PROJECT, CODE)


def sha256_of(file: Path) -> str:
    """The digest of one file, however large."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def digest_of(files: list[Path], root: Path) -> str:
    """A digest of the names of files under a folder and of what is in them."""
    digest = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(root)} {content}\n".encode())
    return digest.hexdigest()


def own_files(project: Path) -> list[Path]:
    """What a survey's own dbt project is made of."""
    return _files(project, OWN_CODE)


def codebook_digest(seeds: Path) -> str:
    """A digest of the seeds and of the code that loads and tests them."""
    files = [*_files(PROJECT, CODEBOOK_CODE), PROJECT / "dbt_project.yml"]
    return _of(digest_of(sorted(seeds.glob("*.csv")), seeds), digest_of(files, PROJECT))


def require_built(connection: duckdb.DuckDBPyConnection, verb: str) -> Built:
    """What was built and tested.

    Raises:
        PeilError: the last build did not end, a test failed, only a part was built, or other
            deliveries have landed since.
    """
    row = None
    if _has_table(connection):
        row = connection.execute(
            "select tested_at, deliveries, facts from nights.build where tested_at is not null"
        ).fetchone()
    if row is None:
        raise PeilError(
            "The warehouse is not built and tested: no build of everything has ended with every "
            f"test passed since its tables or deliveries last changed. Run `peil nightly`, or `dbt "
            f"build` and then `{verb}`. What was published before stays as it is."
        )
    built = Built(f"{row[0]:%Y-%m-%dT%H:%M:%S}+00:00", json.loads(row[1]), json.loads(row[2]))
    states = dict(
        connection.execute(
            "select delivery_key, status from raw.deliveries where status in ('landed', 'purged')"
        ).fetchall()
    )
    keys = {delivery["delivery_key"] for delivery in built.deliveries}
    landed = {key for key, status in states.items() if status == "landed"}
    if not (landed <= keys <= set(states)):
        raise PeilError(
            "The warehouse holds other deliveries than its tables were built from. Run `peil "
            f"nightly`, or `dbt build` and then `{verb}`."
        )
    return built


def require_built_warehouse(places: Places, verb: str) -> None:
    """The same for a verb that reads the published file; a file without a warehouse is a copy.

    Raises:
        PeilError: the warehouse is there, and is not built and tested.
    """
    if places.warehouse.exists():
        with one_night(places, publishes=False), read_warehouse(places.warehouse) as connection:
            require_built(connection, verb)


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Other deliveries are in force: what is built is not made of them."""
    if _has_table(connection):
        connection.execute("delete from nights.build")


def _has_table(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(
        connection.execute(
            "select 1 from duckdb_tables() where schema_name = 'nights' and table_name = 'build' "
            "and database_name = current_database()"
        ).fetchone()
    )


def _digest_of_code() -> str:
    return _of(digest_of(code_files(), PROJECT), digest_of(_modules(), _PACKAGE))


def _libraries() -> str:
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES)


def _files(root: Path, parts: tuple[str, ...]) -> list[Path]:
    found = (file for part in parts for file in [root / part, *(root / part).rglob("*")])
    return sorted(f for f in found if f.is_file() and "__pycache__" not in f.parts)


def _modules() -> list[Path]:
    """The files of the package: modules, templates and lists."""
    return sorted(f for f in _PACKAGE.rglob("*") if f.is_file() and "__pycache__" not in f.parts)


def _of(*digests: str) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _commit() -> str:
    """The commit of the code, marked -dirty where files differ from it; empty without git."""
    if not (PROJECT / ".git").exists():
        return ""
    try:
        return subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=PROJECT, env=child_environment(), capture_output=True, text=True, check=True,
            timeout=20,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
