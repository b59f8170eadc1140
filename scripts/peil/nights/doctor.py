"""`peil doctor`: what is amiss around the night, each finding with its way out.

It changes nothing. A finding names what, where, the value and what to do.
"""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import PackageNotFoundError, requires, version

import duckdb

from peil.codebook import read_rows, read_sources
from peil.codebook.complete import absent
from peil.codebook.seed_text import require_codebook
from peil.codebook.version import VERSION, codebook_version
from peil.counting.made_of import key_check
from peil.drafts import leftovers
from peil.errors import PeilError
from peil.lock import at_work, lock_files
from peil.machine import of_the_machine
from peil.migrations import MIGRATIONS, schema_version
from peil.nights import history
from peil.nights.notify import read_settings
from peil.nights.release import in_force, release_names, taken_back
from peil.nights.standing import until_of
from peil.nights.whole import has_its_pages, is_whole
from peil.private import OWNER_ONLY
from peil.settings import Places, hash_key
from peil.warehouse import read_warehouse

# What a night may write besides the warehouse itself: a release, spill and dbt's own files.
_ROOM, _LEAST_ROOM = 2, 500_000_000
_PYTHON = re.compile(r"^([\w.-]+)==([\w.]+)")
Check = Callable[[Places], Iterator[str]]


def examine(places: Places, today: date) -> tuple[list[str], int]:
    """Every finding, and how many checks were made."""
    checks: list[Check] = [
        _versions, _codebook, _warehouse, _room, _rights, _at_work, _release, _leftovers,
        _history, _key, _alerts, lambda p: _due(p, today),
    ]  # fmt: skip
    findings: list[str] = []
    for check in checks:
        try:
            findings += (found for found in check(places) if found not in findings)
        except (PeilError, OSError, duckdb.Error) as error:
            message = of_the_machine(error) or str(error)
            # Without a codebook several checks say the same.
            findings += [message] if message not in findings else []
    return findings, len(checks)


def _versions(_: Places) -> Iterator[str]:
    """Libraries that may change a digit are pinned; another version was tested by nobody."""
    for line in requires("peil") or []:
        found = _PYTHON.match(line)
        if not found:
            continue
        name, wanted = found.groups()
        try:
            here = version(name)
        except PackageNotFoundError:
            here = "not there"
        if here != wanted:
            yield (
                f"{name}: is {here}, and peil {version('peil')} was made with {wanted}. Install "
                f"it: `{sys.executable} -m pip install {name}=={wanted}`."
            )


def _codebook(places: Places) -> Iterator[str]:
    require_codebook(places.seeds)
    found, lacking = codebook_version(places.seeds), absent(places.seeds)
    if found < VERSION or lacking:
        yield (
            f"{places.seeds}: a codebook of version {found}, and this is version {VERSION}"
            + (f"; it lacks {len(lacking)} tables, columns or rows" if lacking else "")
            + ". `peil codebook upgrade` brings it there and says what it changed."
        )


def _warehouse(places: Places) -> Iterator[str]:
    if not places.warehouse.exists():
        return
    with read_warehouse(places.warehouse) as connection:
        schema = schema_version(connection)
    if schema < len(MIGRATIONS):
        yield (
            f"{places.warehouse}: has schema version {schema}, peil {version('peil')} knows "
            f"{len(MIGRATIONS)}. `peil upgrade` takes the steps; the next night does so as well."
        )


def _room(places: Places) -> Iterator[str]:
    size = places.warehouse.stat().st_size if places.warehouse.exists() else 0
    needed = max(_ROOM * size, _LEAST_ROOM)
    for place in (places.warehouse.parent, places.published):
        folder = next(f for f in (place, *place.parents) if f.is_dir())
        free = shutil.disk_usage(folder).free
        if free < needed:
            yield (
                f"{folder}: {free / 1e6:,.0f} MB free, and a night may need {needed / 1e6:,.0f}. "
                "Make room, or lower releases_kept in thresholds.csv."
            )


def _rights(places: Places) -> Iterator[str]:
    """Answers for their owner only; the release for everybody."""
    private = [
        places.warehouse, places.inbox, history.history_file(places), history.lines_file(places),
        places.published / "research.duckdb", places.warehouse.with_name("quality"),
        places.warehouse.with_name(f"{places.warehouse.name}.wal"),
    ]  # fmt: skip
    folders = [places.warehouse.parent, places.published, places.published / "releases"]
    for path in [*private, *lock_files(places), *folders]:
        if path.exists() and not os.access(path, os.R_OK | os.W_OK):
            yield (
                f"{path}: this user may not write it; it belongs to user {path.stat().st_uid}. Run "
                f"every verb as one user: `sudo chown -R $(id -un) {path}` gives it to this one."
            )
    for path in private:
        if path.exists() and (mode := path.stat().st_mode & 0o777) & OWNER_ONLY:
            right = "700" if path.is_dir() else "600"
            yield (
                f"{path}: others may read it (mode {mode:o}), and it may hold answers. "
                f"`chmod {right} {path}`."
            )
    file = places.published_file
    if file.exists() and not file.stat().st_mode & 0o004:
        yield f"{file}: readers may not open it. `chmod 644 {file.resolve()}`."


def _at_work(places: Places) -> Iterator[str]:
    if holder := at_work(places):
        yield (
            f"{places.warehouse}: locked by {holder}. Let it end; when it hangs, end that process "
            "(`kill` and its number) and run `peil nightly`."
        )


def _release(places: Places) -> Iterator[str]:
    now = in_force(places.published)
    if now is None:
        if places.published_file.is_symlink():
            yield (
                f"{places.published_file}: leads nowhere. `peil releases` lists what can be put "
                "back with `peil rollback`, or `peil nightly --force` makes it anew."
            )
        return
    if not is_whole(now):
        yield (
            f"{now}: the data file is not the one of its manifest. `peil rollback previous` puts "
            "the release before it back, or `peil nightly --force` makes it anew."
        )
    elif not has_its_pages(now):
        yield (
            f"{now}: its site is not the one that was published, or its documents are gone. The "
            "next `peil nightly` makes them anew."
        )
    back = taken_back(places.published)
    never = [n for n in release_names(places.published) if n > now.name and n not in back]
    for name in never:
        yield (
            f"{now.with_name(name)}: was never in force (its run was killed). The next "
            "publication removes it."
        )


def _leftovers(places: Places) -> Iterator[str]:
    """What killed runs left; each verb removes its own drafts when it runs again."""
    folders = (
        places.warehouse.parent, places.published, places.published / "releases", places.seeds,
    )  # fmt: skip
    for folder in folders:
        for path in leftovers(folder):
            yield (
                f"{path}: the draft of a run that was killed. The next run of its verb removes it, "
                "or remove it by hand."
            )
    home = places.warehouse.parent
    for path in (home / ".incoming", places.warehouse.with_name(f"{places.warehouse.name}.tmp")):
        if path.is_dir() and any(path.iterdir()) and not at_work(places):
            yield (
                f"{path}: holds copies of answers that a killed run left. The next `peil land` "
                "removes them."
            )


def _history(places: Places) -> Iterator[str]:
    file = history.history_file(places)
    try:
        runs = history.read_runs(places)
    except duckdb.Error as error:
        yield (
            f"{file}: cannot be read ({str(error).splitlines()[0]}). Move it away; the next run "
            f"begins a new one, and {history.lines_file(places).name} holds the runs before."
        )
        return
    if not at_work(places):
        for run in runs:
            if run.ended_at is None:
                yield (
                    f"{file}: the run of {run.started_at} UTC (`peil {run.verb}`) was killed"
                    f"{f' while {run.step}' if run.step else ''}. What stood before stands; run "
                    "`peil nightly`."
                )


def _key(places: Places) -> Iterator[str]:
    needing = [
        s for s in read_sources(places.seeds)
        if s.kind == "survey" and s.respondent_id_policy == "hashed" and not s.is_simulated
    ]  # fmt: skip
    if needing and not hash_key():
        yield (
            f"PEIL_HASH_KEY: is not set, and {', '.join(s.source_code for s in needing)} cannot "
            "land without it. Set it to a secret, the same one every night (docs/operations.md)."
        )
    elif needing and places.warehouse.exists():
        with read_warehouse(places.warehouse) as connection:
            if schema_version(connection) < len(MIGRATIONS):
                return
            landed = connection.execute(
                "select distinct source_code, key_check from raw.deliveries "
                "where status = 'landed' and key_check is not null"
            ).fetchall()
        if others := [s.source_code for s in needing if (s.source_code, key_check(s)) not in landed
                      and s.source_code in dict(landed)]:  # fmt: skip
            yield (
                f"PEIL_HASH_KEY: is another secret than the one with which {', '.join(others)} "
                "landed, so nothing more of it can land. Set the secret of before."
            )


def _alerts(places: Places) -> Iterator[str]:
    read_settings(places)
    yield from ()


def _due(places: Places, today: date) -> Iterator[str]:
    waves = {row.get("wave_code", ""): row for row in read_rows(places.seeds / "waves.csv")}
    for code, row in waves.items():
        if (written := row.get("microdata_until")) and until_of(row) is None:
            yield (
                f"{places.seeds / 'waves.csv'}, wave {code}: microdata_until '{written}' is no "
                "date. Write it as 2026-12-31."
            )
    surveys = [s.source_code for s in read_sources(places.seeds) if s.kind == "survey"]
    if not places.warehouse.exists():
        return
    with read_warehouse(places.warehouse) as connection:
        kept = connection.execute(
            "select distinct wave_code from raw.deliveries where status = 'landed' "
            "and list_contains(?, source_code) order by 1",
            [surveys],
        ).fetchall()
    for (code,) in kept:
        until = until_of(waves.get(code, {}))
        if until and today > until:
            yield (
                f"{places.warehouse}: answers of wave {code} were to be kept until {until}. "
                f"`peil purge --wave {code}` removes them; the published figures stay."
            )
