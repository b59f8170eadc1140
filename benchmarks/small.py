"""Nights of three surveys, small to a million people, in processor time, beside an earlier commit.

Both versions run in one go, turn by turn, so that whatever else the machine does weighs on both.
Processor time is user and system of the whole tree of processes, readers and gate included.
"""

import compileall
import csv
import logging
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from peil.settings import PROJECT, child_environment

from benchmarks.nights import DRAWN_FROM, write_delivery, write_survey
from benchmarks.processes import Measured, run_measured

log = logging.getLogger(__name__)
BASELINE = "fd9d458"
SMALL, SMALL_SIZE, SMALL_QUESTIONS = "small", 2231, 6
DEMO, NEW_SHARE, RANDOM_SEED = "demo", 0.01, 1
LARGE, LARGE_SIZE = "large", 1_000_000
SURVEYS = (SMALL, DEMO, LARGE)
COMPILES = "first of this version of the code"
# The most that a night may cost as a share of the same night of the baseline.
GOALS = {
    (SMALL, "first"): 0.5, (SMALL, "nothing new"): 0.06, (SMALL, "corrected codebook"): 0.3,
    (SMALL, "new file"): 0.3, (DEMO, "first"): 0.55, (DEMO, "new file"): 0.4,
    (LARGE, "first"): 0.6, (LARGE, "new file"): 0.15,
}  # fmt: skip


@dataclass(frozen=True)
class Version:
    """A checkout and how its `peil` is started."""

    name: str
    root: Path

    def peil(self, *arguments: object, timeout: float, cache: Path) -> Measured:
        """Run a verb of this version."""
        is_package = (self.root / "scripts" / "peil").is_dir()
        module, path = ("peil", self.root / "scripts") if is_package else ("scripts.cli", self.root)
        return run_measured(
            [sys.executable, "-m", module, *arguments], timeout=timeout, cwd=self.root,
            environment={
                "PEIL_HASH_KEY": "bench", "PYTHONPATH": str(path), "PEIL_CACHE": str(cache)
            },
        )  # fmt: skip


def run_small(survey: str, repeats: int, timeout: float, home: Path) -> list[dict]:
    """Measure every kind of night of a survey, with this version and the baseline."""
    versions = [Version("now", PROJECT)]
    if (baseline := _checkout(home / "baseline")) is not None:
        versions.append(Version("baseline", baseline))
    for version in versions:
        # As `pip install` does: the first night of either would pay for it, or every night.
        compileall.compile_dir(version.root / "scripts", quiet=1)
    # What an earlier version of the code compiled is not found: a first night would compile anew.
    shutil.rmtree(home / "cache", ignore_errors=True)
    rows = []
    try:
        for turn in range(repeats):
            for version in versions:
                for night, done in _nights(version, survey, timeout, home):
                    rows.append(_row(version, survey, night, turn, done))
                    log.info("  %s", rows[-1])
    finally:
        _remove(home / "baseline")
    return rows


def _row(version: Version, survey: str, night: str, turn: int, done: Measured) -> dict:
    row: dict = {"version": version.name, "survey": survey, "night": night, "turn": turn}
    if done.is_timed_out or done.return_code:
        last = done.errors.strip().splitlines()[-1:] or ["no message"]
        return row | {"not_done": last[0].removeprefix("peil: ").split(";")[0][:200]}
    return row | {
        "cpu_seconds": done.cpu_seconds, "seconds": done.seconds, "peak_bytes": done.peak_bytes
    }  # fmt: skip


def _nights(
    version: Version, survey: str, timeout: float, home: Path
) -> Sequence[tuple[str, Measured]]:
    folder = home / "small-night"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "inbox").mkdir(parents=True)
    shutil.copytree(version.root / "seeds", folder / "seeds")
    prepare = {SMALL: _small_survey, DEMO: _demo_survey, LARGE: _large_survey}[survey]
    add_file = prepare(version, folder, timeout)
    places = [
        "--seeds", folder / "seeds", "--inbox", folder / "inbox", "--warehouse",
        folder / "warehouse" / "peil.duckdb", "--published", folder / "published",
    ]  # fmt: skip

    def night() -> Measured:
        return version.peil("nightly", *places, timeout=timeout, cache=home / "cache")

    done = []
    if version.name == "now" and not (home / "cache").exists():
        # Once per version of the code, in whatever folder it runs first.
        done.append((COMPILES, night()))
        for name in ("warehouse", "published"):
            shutil.rmtree(folder / name, ignore_errors=True)
    done.append(("first", night()))
    if survey == SMALL:
        done.append(("nothing new", night()))
        _correct(folder / "seeds" / "options.csv")
        done.append(("corrected codebook", night()))
    add_file()
    done.append(("new file", night()))
    shutil.rmtree(folder)
    return done


def _small_survey(version: Version, folder: Path, _: float) -> Callable[[], None]:
    """The survey that R made the reference of, one scheme, with its 90 rows drawn again."""
    reference = version.root / "tests" / "python" / "reference"
    shutil.rmtree(folder / "seeds")
    shutil.copytree(reference / "seeds", folder / "seeds")
    for file in (folder / "seeds").glob("*.csv"):
        header, *rows = _read(file)
        scheme = header.index("scheme_code") if "scheme_code" in header else None
        kept = [
            row for row in rows
            if (scheme is None or row[scheme] == "weighted")
            and not any(cell.startswith("api") for cell in row)
        ]  # fmt: skip
        kept = [[c.replace("small_survey.csv", "small_survey*.csv") for c in r] for r in kept]
        _write(file, [header, *kept])
    header, *rows = _read(reference / "small_survey.csv")
    draw = random.Random(RANDOM_SEED)

    def deliver(name: str, first: int, n: int) -> None:
        drawn = [[str(first + i), *draw.choice(rows)[1:]] for i in range(n)]
        _write(folder / "inbox" / name, [header, *drawn])

    deliver("small_survey.csv", 1, SMALL_SIZE)
    more = round(SMALL_SIZE * NEW_SHARE)
    return lambda: deliver("small_survey_b.csv", SMALL_SIZE + 1, more)


def _demo_survey(version: Version, folder: Path, timeout: float) -> Callable[[], None]:
    inbox = folder / "inbox"
    version.peil("demo", "--inbox", inbox, timeout=timeout, cache=folder)
    source = inbox / DRAWN_FROM
    n = len(source.read_bytes().splitlines())
    return lambda: _deliver_more(source, inbox, n)


def _large_survey(version: Version, folder: Path, timeout: float) -> Callable[[], None]:
    """Rows of the demo's file of the municipalities drawn again, and the population."""
    demo, inbox = folder / "demo", folder / "inbox"
    version.peil("demo", "--inbox", demo, timeout=timeout, cache=folder)
    source = write_survey(demo, inbox, LARGE_SIZE, RANDOM_SEED)
    return lambda: _deliver_more(source, inbox, LARGE_SIZE)


def _deliver_more(source: Path, inbox: Path, n: int) -> None:
    target = inbox / f"{source.stem}_b{source.suffix}"
    write_delivery(source, target, round(n * NEW_SHARE), 2 * LARGE_SIZE, RANDOM_SEED + 1)


def _correct(file: Path) -> None:
    """Another label for the first option: what is corrected most."""
    header, first, *rows = _read(file)
    first[header.index("label_nl")] += "."
    _write(file, [header, first, *rows])


def _read(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def _write(file: Path, rows: list[list[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def _checkout(folder: Path) -> Path | None:
    """The baseline in a work tree of git; None where its commit is not in the history."""
    _remove(folder)
    done = _git("worktree", "add", "--detach", str(folder), BASELINE)
    if done.returncode:
        log.warning("No %s to compare with: %s", BASELINE, done.stderr.strip())
        return None
    return folder


def _remove(folder: Path) -> None:
    _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments], cwd=PROJECT, env=child_environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
