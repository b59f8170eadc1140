"""Plans of nights, made once per version of the code and kept for every folder.

A small night is mostly dbt's own time: its start, its parse, and 20 milliseconds a step in which
DuckDB needs one. None of that depends on deliveries or on what the codebook says, so dbt compiles
once, without a warehouse, and `replay.py` runs what it compiled. A plan is of one digest of models,
macros, tests, names of seeds and versions: where anything differs another plan is made.
"""

import hashlib
import json
import logging
import shutil
import time
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from peil.built import code_files, digest_of
from peil.drafts import draft_of, remove, sweep
from peil.kept import can_keep, kept_folder
from peil.nights.plan import Column, NoPlanError, Plan, Step, plan_from
from peil.project import assemble
from peil.settings import PROJECT

log = logging.getLogger(__name__)
# A wheel brings its own (scripts/release.py).
SHIPPED = Path(__file__).resolve().parents[1] / "plans"
PARSED = "partial_parse.msgpack"
KEPT = 5
# Tests of code, as `.dbtignore` names them.
NOT_OF_A_NIGHT = "*_unit_tests.yml\ntests/tests_of_tests/\nanalyses/\n"
_VERSIONS = ("peil", "dbt-core", "dbt-duckdb", "duckdb")
_HERE = Path(__file__).resolve().parent


def plan_of(seeds: Path, beside: Path) -> Plan:
    """The plan for the code as it is and a codebook with these files: kept, or made now.

    Args:
        seeds: the codebook.
        beside: where to keep it when the folder of plans cannot be written.

    Raises:
        NoPlanError: dbt cannot compile it, or it asks what a plan does not know.
    """
    folder = plans_folder() if can_keep("plans") else beside
    name = f"{plan_key(seeds)}.json"
    for kept in (SHIPPED, folder):
        if (plan := _read(kept / name)) is not None:
            return plan
    started = time.monotonic()
    log.info("Compiling the models and tests, once for this version of the code.")
    plan = make_plan(seeds, folder)
    _forget_old(folder)
    log.info("Compiled in %.1f s.", time.monotonic() - started)
    return plan


def make_plan(seeds: Path, folder: Path) -> Plan:
    """Compile the plan and keep it in a folder.

    Raises:
        NoPlanError: as `plan_of`.
    """
    # Before: code that changes while it is compiled is another plan's.
    file = folder / f"{plan_key(seeds)}.json"
    plan = plan_from(_compile(seeds, folder))
    draft = draft_of(file)
    draft.write_text(json.dumps(asdict(plan)), encoding="utf-8")
    draft.replace(file)
    return plan


def plans_folder() -> Path:
    """Where plans are kept: they serve every survey."""
    return kept_folder("plans")


def plan_key(seeds: Path) -> str:
    """A digest of everything that decides what dbt compiles."""
    names = sorted(file.name for file in seeds.glob("*.csv"))
    versions = [version(name) for name in _VERSIONS]
    code = [
        digest_of([*code_files(), PROJECT / "profiles.yml"], PROJECT),
        digest_of([_HERE / "plan.py", _HERE / "plans.py"], _HERE),
    ]
    return hashlib.sha256("\n".join([*code, *names, *versions]).encode()).hexdigest()


def _read(file: Path) -> Plan | None:
    try:
        steps = json.loads(file.read_text(encoding="utf-8"))["steps"]
    except (OSError, ValueError, KeyError):
        return None
    with suppress(OSError):
        file.touch()
    return Plan([Step(**{**s, "columns": [Column(**c) for c in s["columns"]]}) for s in steps])


def _forget_old(folder: Path) -> None:
    plans = sorted(folder.glob("*.json"), key=lambda file: -file.stat().st_mtime)
    for file in plans[KEPT:]:
        file.unlink(missing_ok=True)


def _compile(seeds: Path, folder: Path) -> dict:
    """dbt's manifest with compiled SQL; what dbt parsed is kept for the next version of code."""
    from peil.quick_dbt import dbtRunner

    sweep(folder)
    work = draft_of(folder / "compile")
    parsed = folder / PARSED
    try:
        project = assemble(work / "project", seeds)
        (project / ".dbtignore").write_text(NOT_OF_A_NIGHT, encoding="utf-8")
        target = work / "target"
        target.mkdir()
        if parsed.exists():
            shutil.copy2(parsed, target)
        outcome = dbtRunner().invoke([
            "--log-path", str(work / "logs"), "--log-level", "none", "--log-level-file", "none",
            "compile", "--target", "plan",
            "--project-dir", str(project), "--profiles-dir", str(PROJECT),
            "--target-path", str(target), "--exclude", "test_type:unit", "tag:tests_of_tests",
            "tag:on_request", "resource_type:analysis",
        ])  # fmt: skip
        if not outcome.success:
            raise NoPlanError(f"dbt does not compile the models: {outcome.exception}")
        (target / parsed.name).replace(parsed)
        return json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    finally:
        remove(work)
