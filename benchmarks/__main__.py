"""Run the benchmarks and write docs/benchmarks.md from what is stored in .bench/.

PEIL_BENCH_SMALL (small, demo, large), PEIL_BENCH_SIZES, PEIL_BENCH_NIGHTS and PEIL_BENCH_CLUSTER
(respondents; each separated by commas, empty skips; the last needs Ray: PYTHONPATH=.venv/cluster),
PEIL_BENCH_REPEATS, PEIL_BENCH_TIMEOUT (seconds per process),
PEIL_BENCH_PEERS and PEIL_BENCH_FIGURES (0 leaves the other programs, and figures in R, out) limit
a run. What is not asked for keeps its earlier result.
"""

import json
import logging
import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from peil.progress import set_up_logging
from peil.settings import PROJECT

from benchmarks.cluster import cluster_section, run_cluster
from benchmarks.figures import figures_section, run_figures
from benchmarks.machine import describe_machine
from benchmarks.nights import run_nights
from benchmarks.raking import run_raking
from benchmarks.sections import replace_section
from benchmarks.small import LARGE, SURVEYS, run_small
from benchmarks.small_table import small_section
from benchmarks.tables import machine_section, nights_section, raking_section

log = logging.getLogger("benchmarks")
HOME = PROJECT / ".bench"
DOCS = PROJECT / "docs" / "benchmarks.md"


def main() -> None:
    """Measure what the environment asks for, keep it, and write the tables."""
    set_up_logging()
    repeats = int(os.environ.get("PEIL_BENCH_REPEATS", "3"))
    timeout = float(os.environ.get("PEIL_BENCH_TIMEOUT", "300"))
    peers = os.environ.get("PEIL_BENCH_PEERS", "1") != "0"
    for survey in _words("PEIL_BENCH_SMALL", ",".join(SURVEYS)):
        number = SURVEYS.index(survey)
        turns, patience = (1, 6 * timeout) if survey == LARGE else (repeats, 2 * timeout)
        keep(
            HOME, "small", number,
            lambda s=survey, n=turns, most=patience: run_small(s, n, most, HOME),
        )  # fmt: skip
    for size in _sizes("PEIL_BENCH_SIZES", "4000,10000,100000,1000000,10000000"):
        keep(HOME, "raking", size, lambda n=size: run_raking([n], repeats, timeout, HOME, peers))
    for size in _sizes("PEIL_BENCH_NIGHTS", "4000,100000,1000000"):
        # Twice the time: a whole night is more than one raking.
        keep(HOME, "nights", size, lambda n=size: run_nights([n], repeats, 2 * timeout, HOME))
    for size in _sizes("PEIL_BENCH_CLUSTER", "100000,1000000" if find_spec("ray") else ""):
        keep(HOME, "cluster", size, lambda n=size: run_cluster([n], 4 * timeout, HOME))
    if os.environ.get("PEIL_BENCH_FIGURES", "1") != "0":
        keep(HOME, "figures", 0, lambda: run_figures(4 * timeout, HOME))
    write_docs(HOME, DOCS)
    log.info("Wrote %s.", DOCS)


def keep(home: Path, part: str, size: int, measure: Callable[[], list[dict]]) -> None:
    """Store what `measure` gives, with where and when, in one JSON file per part and size."""
    facts = {**describe_machine(), "load": os.getloadavg()[0]}
    results = {"facts": facts, "rows": measure()}
    folder = home / "results"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}-{size:09d}.json").write_text(json.dumps(results, indent=1) + "\n")


def write_docs(home: Path, docs: Path) -> None:
    """Replace the sections of the benchmarks in the document by tables of the stored results."""
    stored = {
        part: [json.loads(p.read_text()) for p in sorted((home / "results").glob(f"{part}-*.json"))]
        for part in ("small", "figures", "raking", "nights", "cluster")
    }
    # Small nights run far more often than the others, and say themselves where and when.
    if small := stored.pop("small"):
        rows = [row for result in small for row in result["rows"]]
        replace_section(docs, "small", small_section(rows, [result["facts"] for result in small]))
    if figures := stored.pop("figures"):
        replace_section(docs, "figures", figures_section(figures[-1]["rows"]))
    facts = [result["facts"] for results in stored.values() for result in results]
    if facts:
        replace_section(docs, "machine", machine_section(facts))
    for part, writer in (
        ("raking", raking_section), ("nights", nights_section), ("cluster", cluster_section),
    ):  # fmt: skip
        rows = [row for result in stored[part] for row in result["rows"]]
        if rows:
            replace_section(docs, part, writer(rows))


def _sizes(variable: str, default: str) -> list[int]:
    return [int(word) for word in _words(variable, default)]


def _words(variable: str, default: str) -> list[str]:
    return [word.strip() for word in os.environ.get(variable, default).split(",") if word.strip()]


if __name__ == "__main__":
    main()
