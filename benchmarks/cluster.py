"""`peil nightly --cluster`: one file in two parts, on one worker and on two; and a model of cost.

The model: seconds = a + b·n + c·n/workers, n in respondents. What does not shrink with more workers
is a + b·n: the coordinator's night, and reading the whole file once, before its slices are counted.
Of many files the reading is shared too: what it took goes from b to c.
"""

import logging
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from peil.settings import PROJECT
from scipy.optimize import nnls

from benchmarks.nights import write_survey
from benchmarks.processes import Measured, run_measured
from benchmarks.sections import table

log = logging.getLogger(__name__)
PARTS = 2
WORKERS = (1, 2)
# What is asked of the model: respondents, workers.
ASKED = ((100_000_000, 10), (100_000_000, 100))
MB = 1 << 20
_COUNTED = re.compile(
    r"(?P<does>Keys of|Cut|Counted) \d+ of \d+: (?P<name>.+) in (?P<seconds>[\d.]+) s "
    r"\((?P<cpu>[\d.]+) s of processor, (?P<mb>\d+) MB, (?P<moved>\d+) kB moved\)"
)


def run_cluster(sizes: Sequence[int], timeout: float, home: Path) -> list[dict]:
    """A night per size and number of workers.

    Returns:
        Per night: size, workers, seconds, processor seconds and peak bytes of the coordinator, and
        per task its seconds, processor seconds, megabytes and kilobytes moved.
    """
    demo = home / "demo-inbox"
    shutil.rmtree(demo, ignore_errors=True)
    command = [sys.executable, "-m", "peil", "demo", "--inbox", demo]
    done = run_measured(command, timeout=timeout, cwd=PROJECT)
    if done.return_code:
        raise RuntimeError(f"peil demo failed: {done.errors.strip()[-500:]}")
    return [_night(size, workers, timeout, home, demo) for size in sizes for workers in WORKERS]


def _night(size: int, workers: int, timeout: float, home: Path, demo: Path) -> dict:
    folder = home / "cluster"
    shutil.rmtree(folder, ignore_errors=True)
    inbox = folder / "inbox"
    source = write_survey(demo, inbox, size)
    log.info("Night of %s respondents on %s workers.", f"{size:,}", workers)
    # Rounded up: a byte too few is a part more.
    part_mb = -(-(inbox / source.name).stat().st_size // PARTS) / MB + 1e-6
    done = run_measured(
        [
            sys.executable, "-m", "peil", "nightly", "--cluster", f"local:{workers}",
            "--part-mb", f"{part_mb:.6f}", "--inbox", inbox,
            "--warehouse", folder / "warehouse" / "peil.duckdb",
            "--published", folder / "published",
        ],
        timeout=timeout, cwd=PROJECT, environment={"PEIL_HASH_KEY": "bench"},
    )  # fmt: skip
    shutil.rmtree(folder)
    return {"size": size, "workers": workers, **result_of(done, timeout)}


def result_of(done: Measured, timeout: float) -> dict:
    """What a night that ended gives, or why it gives nothing."""
    tasks = [
        {"seconds": float(m["seconds"]), "cpu_seconds": float(m["cpu"]), "peak_mb": int(m["mb"]),
         "moved_kb": int(m["moved"]), "does": m["does"]}
        for m in map(_COUNTED.search, done.errors.splitlines()) if m
    ]  # fmt: skip
    if done.is_timed_out or done.return_code or not tasks:
        lines = done.errors.strip().splitlines() or ["no message"]
        return {
            "not_done": f"did not finish in {timeout:.0f} s" if done.is_timed_out else lines[-1]
        }
    return {
        "seconds": done.seconds, "coordinator_cpu_seconds": done.cpu_seconds,
        "coordinator_peak_bytes": done.peak_bytes, "tasks": tasks,
    }  # fmt: skip


@dataclass(frozen=True)
class Model:
    """Seconds and coordinator memory of a night; n in respondents."""

    fixed_seconds: float
    serial_seconds: float
    shared_seconds: float
    reading_seconds: float
    fixed_bytes: float
    bytes_per_respondent: float

    def seconds(self, n: int, workers: int, *, is_one_file: bool = True) -> float:
        """Of a night; of many files their reading is shared."""
        read = 0.0 if is_one_file else min(self.reading_seconds, self.serial_seconds)
        shared = (self.shared_seconds + read) / workers
        return self.fixed_seconds + n * (self.serial_seconds - read + shared)

    def serial_share(self, n: int) -> float:
        """Of a night on one worker, what more workers do not make shorter."""
        return (self.fixed_seconds + n * self.serial_seconds) / self.seconds(n, 1)

    def coordinator_bytes(self, n: int) -> float:
        """Peak memory of the process of the night."""
        return self.fixed_bytes + n * self.bytes_per_respondent


def fit(rows: Sequence[dict]) -> Model | None:
    """Least squares with no part below 0; None where the nights do not tell the parts apart.

    Args:
        rows: of `run_cluster`.
    """
    made = [row for row in rows if "seconds" in row]
    n = np.array([row["size"] for row in made], dtype=float)
    workers = np.array([row["workers"] for row in made], dtype=float)
    if len(set(n)) < 2 or len(set(workers)) < 2:
        return None
    unit = n.max()
    design = np.column_stack([np.ones_like(n), n / unit, n / unit / workers])
    # Each night counts by how far off it is in its own measure: a small one is no rounding.
    seconds = np.array([row["seconds"] for row in made])
    fixed, serial, shared = nnls(design / seconds[:, None], np.ones_like(seconds))[0]
    peak = np.array([row["coordinator_peak_bytes"] for row in made], dtype=float)
    base, per_n = nnls(design[:, :2] / peak[:, None], np.ones_like(peak))[0]
    reading = [
        sum(task["seconds"] for task in row["tasks"] if task.get("does") == "Cut") / row["size"]
        for row in made if row["size"] == unit
    ]  # fmt: skip
    return Model(fixed, serial / unit, shared / unit, float(np.mean(reading)), base, per_n / unit)


def cluster_section(rows: list[dict]) -> str:
    """The nights, the share that does not parallelise, and what the model says of larger ones."""
    body = [
        f"One file in {PARTS} parts. Workers are processes of one machine, so the nights on "
        f"{max(WORKERS)} workers share its processors with the coordinator.",
        table(
            ["respondents", "workers", "seconds", "processor seconds of tasks",
             "largest task, MB", "moved, MB", "coordinator, MB"],
            [_line(row) for row in rows],
        ),
    ]  # fmt: skip
    model = fit(rows)
    if model is None:
        body.append("Too few nights to fit a model of cost on.")
        return "\n\n".join(body)
    largest = max(row["size"] for row in rows if "seconds" in row)
    body += [
        f"Fitted: {model.fixed_seconds:.1f} s + {model.serial_seconds * 1e6:.1f} s per million "
        f"respondents + {model.shared_seconds * 1e6:.1f} s per million divided by the workers; of "
        f"the former {model.reading_seconds * 1e6:.1f} s read the file, which many files share. Of "
        f"a night of {largest:,} respondents {model.serial_share(largest):.0%} does not "
        "parallelise.",
        "Not measured, but what the model gives (nodes as fast as this one, files of the same "
        "form):",
        table(
            ["respondents", "workers", "minutes, one file", "minutes, many files",
             "coordinator, GB"],
            [
                [f"{n:,}", f"{workers}", f"{model.seconds(n, workers) / 60:.0f}",
                 f"{model.seconds(n, workers, is_one_file=False) / 60:.0f}",
                 f"{model.coordinator_bytes(n) / (1 << 30):.1f}"]
                for n, workers in ASKED
            ],
        ),
    ]  # fmt: skip
    return "\n\n".join(body)


def _line(row: dict) -> list[str]:
    head = [f"{row['size']:,}", f"{row['workers']}"]
    if "not_done" in row:
        return [*head, row["not_done"], "", "", "", ""]
    tasks = row["tasks"]
    return [
        *head, f"{row['seconds']:.1f}", f"{sum(t['cpu_seconds'] for t in tasks):.1f}",
        f"{max(t['peak_mb'] for t in tasks):,}",
        f"{sum(t['moved_kb'] for t in tasks) / 1000:,.1f}",
        f"{row['coordinator_peak_bytes'] / MB:,.0f}",
    ]  # fmt: skip
