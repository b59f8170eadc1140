"""Plant every fault of the list in a copy of the checkout, and see which the tests let through.

    python tests/mutants/run.py             all of them; the table goes into docs/testing.md
    python tests/mutants/run.py ID ...      only these, on the screen

The tests run without a fault first. Faults in Python run pytest one by one. Faults in SQL run
`dbt test` on a warehouse with the reference survey in it, which is built once (or name one in
MUTANTS_WAREHOUSE); faults in different models share a run, for a unit test mocks all other models.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mutant_list import Mutant, MutantError, listed
from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(PROJECT))

from benchmarks.sections import replace_section  # noqa: E402

KILLED, SURVIVED, ERROR = "killed", "survived", "error"
LEAST_KILLED = 0.95
SEEDS = Path("tests/python/reference/seeds")
DBT = "from dbt.cli.main import cli; cli()"
ASSEMBLE = (
    "import sys; from pathlib import Path; from peil.project import assemble; "
    "assemble(Path(sys.argv[1]), Path(sys.argv[2]))"
)
# Seconds: the slowest test of the list takes a night.
PATIENCE = 600

console = Console(width=160)


@dataclass
class Outcome:
    """What became of one mutant; `killers` are the tests that saw it."""

    mutant: Mutant
    status: str
    seconds: float
    killers: list[str] = field(default_factory=list)
    message: str = ""


@dataclass(frozen=True)
class Copy:
    """A copy of the checkout, in which faults are planted, and the warehouse dbt tests run on."""

    root: Path
    warehouse: Path

    @property
    def project(self) -> Path:
        """The dbt project of this copy with the reference survey as its codebook."""
        return self.warehouse.parent / "project"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        # Without bytecode: two versions of a file of one second and size would share it.
        environment = {
            **os.environ, "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.pathsep.join(map(str, (self.root / "scripts", self.root))),
            "PEIL_WAREHOUSE": str(self.warehouse), "PEIL_HASH_KEY": "mutants",
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, *command], cwd=self.root, env=environment, capture_output=True,
            text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip

    @contextmanager
    def with_faults(self, mutants: Sequence[Mutant]) -> Iterator[None]:
        """The faults stand in the files of this copy while the block runs."""
        files = {mutant.file: mutant.planted_in(self.root) for mutant in mutants}
        before = {file: (self.root / file).read_text(encoding="utf-8") for file in files}
        try:
            for file, text in files.items():
                (self.root / file).write_text(text, encoding="utf-8")
            yield
        finally:
            for file, text in before.items():
                (self.root / file).write_text(text, encoding="utf-8")


@contextmanager
def copy_of_checkout() -> Iterator[Copy]:
    """Files that git knows or would add, as they are now; removed afterwards, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        root = Path(folder) / "checkout"
        listing = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=PROJECT,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if listing.returncode:
            raise MutantError(f"{PROJECT} is no git checkout that can be copied: {listing.stderr}")
        for name in filter(None, listing.stdout.split("\0")):
            if (PROJECT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(PROJECT / name, root / name)
        warehouse = Path(folder) / "warehouse" / "peil.duckdb"
        warehouse.parent.mkdir()
        yield Copy(root, warehouse)


def prepare_warehouse(copy: Copy) -> None:
    """The reference survey after a night, or a copy of the warehouse that was named."""
    copy.run("-c", ASSEMBLE, str(copy.project), str(copy.root / SEEDS))
    if given := os.environ.get("MUTANTS_WAREHOUSE"):
        shutil.copy2(given, copy.warehouse)
        return
    inbox = copy.warehouse.parent.parent / "inbox"
    inbox.mkdir()
    shutil.copy2(copy.root / SEEDS.parent / "small_survey.csv", inbox)
    night = copy.run(
        "-m", "peil", "nightly", "--seeds", str(copy.root / SEEDS), "--inbox", str(inbox),
        "--warehouse", str(copy.warehouse), "--published", str(inbox.parent / "published"),
    )  # fmt: skip
    if night.returncode:
        raise MutantError(f"The night on the reference survey failed: {night.stderr[-2000:]}")


def run_pytest(copy: Copy, tests: Sequence[str]) -> tuple[str, list[str], str]:
    """Status, the tests that failed, and what pytest said when it could not run them."""
    try:
        done = copy.run(
            "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly",
            "--durations=0", "-rfs", *tests,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return KILLED, ["(no end within the time)"], ""
    summary = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "SKIPPED"))]
    if any(line.startswith("SKIPPED") for line in summary):
        return ERROR, [], f"a test was skipped: {summary}"
    failed = [line.split("::")[-1].split(" - ")[0].split("[")[0] for line in summary]
    if done.returncode == 0:
        return SURVIVED, [], ""
    if done.returncode == 1 and failed:
        return KILLED, failed, ""
    return ERROR, [], done.stdout[-1500:] + done.stderr[-500:]


def run_dbt(copy: Copy, tests: Sequence[str]) -> dict[str, str]:
    """Status per dbt test: pass, fail or error; what dbt did not run is missing."""
    results = copy.root / "target" / "run_results.json"
    results.unlink(missing_ok=True)
    done = copy.run(
        "-c", DBT, "--log-level", "none", "--log-level-file", "none", "test",
        "--project-dir", str(copy.project), "--profiles-dir", ".",
        "--target-path", str(results.parent),
        "--select", *tests,
    )  # fmt: skip
    if not results.exists():
        raise MutantError(f"dbt did not run: {(done.stdout + done.stderr)[-1500:]}")
    rows = json.loads(results.read_text(encoding="utf-8"))["results"]
    found = {row["unique_id"].split(".")[-1]: row["status"] for row in rows}
    # The name of a data test is followed by a hash in its id.
    for row in rows:
        parts = row["unique_id"].split(".")
        found.update(dict.fromkeys(parts[2:], row["status"]))
    return {test: found[test] for test in tests if test in found}


def judge_dbt(mutant: Mutant, statuses: dict[str, str], seconds: float) -> Outcome:
    missing = [test for test in mutant.dbt_tests if test not in statuses]
    failed = [test for test in mutant.dbt_tests if statuses.get(test) == "fail"]
    broken = [test for test in mutant.dbt_tests if statuses.get(test) == "error"]
    if failed:
        return Outcome(mutant, KILLED, seconds, failed)
    if missing or broken:
        return Outcome(mutant, ERROR, seconds, [], f"not run {missing}, in error {broken}")
    return Outcome(mutant, SURVIVED, seconds)


def batches(mutants: Sequence[Mutant]) -> list[list[Mutant]]:
    """Mutants that share a run of dbt: those of different models; any other one runs alone."""
    shared: list[list[Mutant]] = []
    alone = []
    for mutant in mutants:
        if not mutant.is_model:
            alone.append([mutant])
            continue
        free = (batch for batch in shared if mutant.file not in {m.file for m in batch})
        batch = next(free, None)
        if batch is None:
            shared.append([mutant])
        else:
            batch.append(mutant)
    return [*shared, *alone]


def control(copy: Copy, mutants: Sequence[Mutant]) -> None:
    """Every test of the list passes on the code as it is.

    Raises:
        MutantError: a test fails, is skipped or does not exist.
    """
    python = sorted({test for mutant in mutants for test in mutant.python_tests})
    if python:
        status, failed, message = run_pytest(copy, python)
        if status != SURVIVED:
            raise MutantError(f"Without a fault pytest is not green: {failed} {message}")
    dbt = sorted({test for mutant in mutants for test in mutant.dbt_tests})
    if dbt:
        statuses = run_dbt(copy, dbt)
        bad = {test: statuses.get(test, "unknown") for test in dbt if statuses.get(test) != "pass"}
        if bad:
            raise MutantError(f"Without a fault these dbt tests do not pass: {bad}")


def plant_all(copy: Copy, mutants: Sequence[Mutant]) -> Iterator[Outcome]:
    for mutant in mutants:
        if mutant.python_tests:
            start = time.monotonic()
            with copy.with_faults([mutant]):
                status, killers, message = run_pytest(copy, mutant.python_tests)
            yield Outcome(mutant, status, time.monotonic() - start, killers, message)
    for batch in batches([mutant for mutant in mutants if not mutant.python_tests]):
        start = time.monotonic()
        with copy.with_faults(batch):
            try:
                statuses = run_dbt(copy, [test for mutant in batch for test in mutant.dbt_tests])
                message = ""
            except MutantError as error:
                statuses, message = {}, str(error)
        seconds = (time.monotonic() - start) / len(batch)
        for mutant in batch:
            outcome = judge_dbt(mutant, statuses, seconds)
            outcome.message = message or outcome.message
            yield outcome


def show(outcomes: Sequence[Outcome]) -> None:
    table = Table("mutant", "file", "outcome", "seconds", "what it would do")
    colours = {KILLED: "green", SURVIVED: "bold red", ERROR: "bold magenta"}
    for outcome in outcomes:
        table.add_row(
            outcome.mutant.id, outcome.mutant.file,
            f"[{colours[outcome.status]}]{outcome.status}[/]", f"{outcome.seconds:.1f}",
            outcome.message or outcome.mutant.effect,
        )  # fmt: skip
    console.print(table)


def write(outcomes: Sequence[Outcome]) -> None:
    """The table of docs/testing.md; nothing in it depends on the day or the machine."""
    lines = [
        f"{_killed(outcomes)} of {len(outcomes)} planted faults are seen.",
        "",
        "| file | what it would do | seen by |",
        "|---|---|---|",
    ]
    for o in sorted(outcomes, key=lambda o: (o.mutant.file, o.mutant.id)):
        seen = ", ".join(f"`{test}`" for test in o.killers) or f"**{o.status}**"
        lines.append(f"| `{o.mutant.file}` | {o.mutant.effect} | {seen} |")
    replace_section(PROJECT / "docs" / "testing.md", "mutants", "\n".join(lines))


def _killed(outcomes: Sequence[Outcome]) -> int:
    return sum(outcome.status == KILLED for outcome in outcomes)


def main(names: Sequence[str]) -> int:
    mutants = [m for m in listed() if not names or m.id in names]
    if unknown := set(names) - {m.id for m in mutants}:
        raise MutantError(f"no mutant is called {', '.join(sorted(unknown))}.")
    for mutant in mutants:
        mutant.planted_in(PROJECT)
    with copy_of_checkout() as copy:
        if any(not mutant.python_tests for mutant in mutants):
            prepare_warehouse(copy)
        control(copy, mutants)
        outcomes = []
        for outcome in plant_all(copy, mutants):
            outcomes.append(outcome)
            console.print(f"{len(outcomes)}/{len(mutants)} {outcome.mutant.id}: {outcome.status}")
    show(outcomes)
    if not names:
        write(outcomes)
    console.print(f"{_killed(outcomes)} of {len(outcomes)} planted faults are seen.")
    return 0 if _killed(outcomes) >= LEAST_KILLED * len(outcomes) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MutantError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
