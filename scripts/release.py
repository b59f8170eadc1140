"""`make release`: hold the changelog against the contracts of the marts, build, set a tag.

    python scripts/release.py            check, build into dist/, tag v<version>
    python scripts/release.py --check    only the check

A table whose columns or types differ from those at the last tag must be named in the section of
this version: who queries the published file reads there what to change.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import click
import yaml
from peil import __version__
from peil.errors import InputError
from peil.nights.plans import PARSED, SHIPPED, make_plan
from peil.settings import child_environment

ROOT = Path(__file__).resolve().parent.parent
# What marts select from, in models/marts: not published.
SHARED = "shared"
Contracts = dict[str, dict[str, str]]


def contracts(texts: Iterable[str]) -> Contracts:
    """Columns with their types per mart, from the yml of dbt."""
    return {
        model["name"]: {c["name"]: c.get("data_type", "") for c in model.get("columns", [])}
        for text in texts
        for model in (yaml.safe_load(text) or {}).get("models", [])
    }


def changed(before: Contracts, now: Contracts) -> list[str]:
    """The tables that are new, gone, or have other columns."""
    return sorted(n for n in before.keys() | now.keys() if before.get(n) != now.get(n))


def section(changelog: str, version: str) -> str:
    """What the changelog says of a version.

    Raises:
        InputError: it says nothing.
    """
    found = re.search(rf"^## {re.escape(version)}\b.*?(?=^## |\Z)", changelog, re.M | re.S)
    if not found:
        raise InputError(f"CHANGELOG.md: no section '## {version}'. Write what changed.")
    return found[0]


def unnamed(tables: Iterable[str], text: str) -> list[str]:
    """The tables that a text does not name."""
    return [table for table in tables if f"`{table}`" not in text]


def check() -> None:
    """Refuse a release whose changelog leaves out a table that changed."""
    files = [p for p in (ROOT / "models/marts").rglob("*.yml") if p.parent.name != SHARED]
    now = contracts(path.read_text(encoding="utf-8") for path in files)
    left_out = unnamed(
        changed(_at_last_tag(), now),
        section((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), __version__),
    )
    if left_out:
        raise InputError(
            f"CHANGELOG.md, {__version__}: tables that changed and are not named: "
            f"{', '.join(left_out)}."
        )


def _at_last_tag() -> Contracts:
    tag = _git("describe", "--tags", "--abbrev=0", "--match=v*", may_fail=True).strip()
    if not tag:
        return {}
    files = _git("ls-tree", "-r", "--name-only", tag, "models/marts").split()
    files = [name for name in files if name.endswith(".yml") and f"/{SHARED}/" not in name]
    return contracts(_git("show", f"{tag}:{name}") for name in files)


def _git(*arguments: str, may_fail: bool = False) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, env=child_environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode and not may_fail:
        raise InputError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout if not done.returncode else ""


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Only hold the changelog to the tables.")
def release(only_check: bool) -> None:
    """Check, build and tag a release."""
    check()
    if only_check:
        return
    if _git("status", "--porcelain").strip():
        raise InputError("The checkout holds changes that are not committed. Commit them first.")
    # What dbt compiles: nobody who installs the wheel waits for it.
    shutil.rmtree(SHIPPED, ignore_errors=True)
    SHIPPED.mkdir()
    make_plan(ROOT / "seeds", SHIPPED)
    (SHIPPED / PARSED).unlink()
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", str(ROOT / "dist"), str(ROOT)], env=child_environment(), check=True,
    )  # fmt: skip
    _git("tag", "--annotate", f"v{__version__}", "--message", f"Peil {__version__}")
    click.echo(f"dist/peil-{__version__}-py3-none-any.whl, tag v{__version__}.")


if __name__ == "__main__":
    try:
        release(standalone_mode=False)
    except InputError as error:
        click.echo(f"release: {error}", err=True)
        sys.exit(error.exit_code)
