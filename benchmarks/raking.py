"""The raking benchmark: Peil, its Python peers and R, each in a process of its own."""

import csv
import json
import logging
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from peil.settings import PROJECT

from benchmarks.machine import r_survey
from benchmarks.processes import Measured, run_measured
from benchmarks.respondents import CASES, Case, write_respondents

log = logging.getLogger(__name__)
HERE = Path(__file__).parent / "peers"

# Package and version -> the adapters in peers/peer.py that use it. One environment each: their
# pins exclude one another (balance wants numpy below 2).
PEERS = {
    "ipfn==1.4.4": ("ipfn_frame", "ipfn_cells"),
    "balance==0.23.0": ("balance",),
    "weightipy==0.4.2": ("weightipy",),
    "svy==0.35.0": ("svy",),
    "rimpy==0.5.0": ("rimpy",),
}
# What this Python is too old for runs on the first of these that is on the PATH.
NEWER_PYTHON = {"rimpy==0.5.0": ("python3.12", "python3.13", "python3.14")}
OURS = "peil_frame"
R_METHODS = ("rake", "calibrate")
R_LARGEST = 1_000_000
SMALL, MANY_TURNS = 10_000, 21
INSTALL_SECONDS = 600
READERS = ("pandas", "pyarrow", "polars")


def run_raking(
    sizes: Sequence[int], repeats: int, timeout: float, home: Path, peers: bool = True
) -> list[dict]:
    """Measure every case at every size; one dictionary per case, size and program."""
    pythons = {package: _python_of(package, home) for package in PEERS} if peers else {}
    r = r_survey() if peers else None
    results = []
    for size in sizes:
        # Of a millisecond a few turns tell little.
        turns = MANY_TURNS if repeats > 1 and size <= SMALL else repeats if size <= R_LARGEST else 1
        for case in CASES:
            file = home / "data" / f"{len(case.variables)}_{size}.duckdb"
            log.info("Raking %s, %s respondents.", case.name, f"{size:,}")
            write_respondents(file, case, size)
            results.append(_peil(file, case, size, turns, timeout))
            ours = _peer(Path(sys.executable), OURS, file, case, turns, timeout)
            results.append(_row(case, size, "Peil", OURS, ours))
            for package, python in pythons.items():
                for adapter in PEERS[package]:
                    outcome = _peer(python, adapter, file, case, turns, timeout)
                    results.append(_row(case, size, package, adapter, outcome))
            if peers:
                results += _r_rows(r, file, case, size, turns, timeout)
            for suffix in (".duckdb", ".parquet", ".csv"):
                file.with_suffix(suffix).unlink()
    return results


def _peil(file: Path, case: Case, size: int, turns: int, timeout: float) -> dict:
    command = [sys.executable, "-m", "benchmarks.raking_peil", file, case.name, turns]
    done = run_measured(command, timeout=timeout, cwd=PROJECT)
    outcome = _outcome(done, timeout)
    return _row(case, size, "Peil", "peil", outcome)


def _peer(
    python: Path | str, adapter: str, file: Path, case: Case, turns: int, timeout: float
) -> dict:
    if isinstance(python, str):
        return {"not_done": python}
    case_file = file.with_suffix(".json")
    facts = {
        "variables": case.variables,
        "targets": case.targets,
        "has_base_weights": case.has_base_weights,
    }
    case_file.write_text(json.dumps(facts))
    command = [python, HERE / "peer.py", adapter, file.with_suffix(".parquet"), case_file, turns]
    done = run_measured(command, timeout=timeout)
    case_file.unlink()
    return _outcome(done, timeout)


def _r_rows(
    r: dict[str, str] | None, file: Path, case: Case, size: int, turns: int, timeout: float
) -> list[dict]:
    rows = []
    for method in R_METHODS:
        if r is None:
            outcome = {"not_done": "R with survey is not installed here"}
        elif size > R_LARGEST:
            outcome = {"not_done": f"not asked above {R_LARGEST:,}: memory, see its peak there"}
        else:
            outcome = _r(method, file, case, turns, timeout)
        program = f"R survey {r['survey']}" if r else "R survey"
        rows.append(_row(case, size, program, method, outcome))
    return rows


def _r(method: str, file: Path, case: Case, turns: int, timeout: float) -> dict:
    targets = file.with_suffix(".targets.csv")
    with targets.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("variable", "level", "target"))
        for variable, levels in case.targets.items():
            writer.writerows((variable, level, target) for level, target in levels.items())
    command = ["Rscript", HERE / "survey.R", method, file.with_suffix(".csv"), targets, turns]
    done = run_measured(command, timeout=timeout)
    targets.unlink()
    return _outcome(done, timeout)


def _row(case: Case, size: int, program: str, method: str, outcome: dict) -> dict:
    log.info("  %s %s: %s", program, method, outcome.get("seconds") or outcome.get("not_done"))
    return {"case": case.name, "size": size, "program": program, "method": method, **outcome}


def _outcome(done: Measured, timeout: float) -> dict:
    """What a program printed, plus its peak memory, or why it has no result."""
    lines = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    outcome: dict = {"peak_bytes": done.peak_bytes}
    seconds: list[float] = []
    for line in lines:
        value = line.pop("seconds", [])
        seconds += value if isinstance(value, list) else [value]
        outcome |= line
    if seconds:
        outcome["seconds"] = seconds
    elif "not_done" not in outcome:
        last = (done.errors.strip().splitlines() or ["no message"])[-1]
        outcome["not_done"] = (
            f"did not finish in {timeout:.0f} s (reading included)"
            if done.is_timed_out
            else f"failed ({done.return_code}): {last[:160]}"
        )
    return outcome


def _python_of(package: str, home: Path) -> Path | str:
    """The Python of a peer's own environment, made once; a text when that did not work."""
    folder = home / f"venv-{package.replace('==', '-')}"
    python, stamp = folder / "bin" / "python", folder / ".installed"
    if stamp.exists():
        return python
    names = NEWER_PYTHON.get(package, (sys.executable,))
    own = next((name for name in names if _runs(name)), None)
    if own is None:
        return f"needs {names[0]} or newer, which is not on the PATH here"
    log.info("Installing %s into an environment of its own (once).", package)
    shutil.rmtree(folder, ignore_errors=True)
    run_measured([own, "-m", "venv", folder], timeout=INSTALL_SECONDS)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = run_measured([*pip, package, *READERS], timeout=INSTALL_SECONDS)
    if done.return_code:
        return f"could not be installed: {(done.errors.strip().splitlines() or ['?'])[-1][:160]}"
    stamp.touch()
    return python


def _runs(program: str) -> bool:
    """Whether it starts: a version manager leaves names on the PATH of versions that are off."""
    found = shutil.which(program)
    return found is not None and not run_measured([found, "--version"], timeout=60).return_code
