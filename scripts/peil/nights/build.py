"""Build and test everything that has landed: by the plan that dbt compiled, or by dbt itself.

A survey folder with models or settings of its own is built by `dbt build`, and so is a night that a
plan cannot run to its end in the way of dbt.
"""

import logging
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from peil.built import codebook_digest
from peil.nights.evenness import say_who_took_part
from peil.nights.plan import NoPlanError, Plan
from peil.nights.plans import plan_of
from peil.nights.released import load_released
from peil.nights.replay import Failure, replay
from peil.private import private_folder
from peil.progress import Pace
from peil.project import dbt_arguments, is_customised, peil_folder
from peil.settings import Places
from peil.warehouse import STORAGE, one_row, open_warehouse, wait_until_free

log = logging.getLogger(__name__)
# Of a test without a name of its own dbt makes one that is longer than a file may have.
MOST_OF_A_NAME = 120


@dataclass(frozen=True)
class BuildResult:
    """What a build did: nodes that ran and, per failure, what it was and what it said."""

    n_nodes: int
    failures: list[str]
    # Processor time per step, by the id that dbt gives it; empty when dbt itself ran.
    seconds: dict[str, float] = field(default_factory=dict)


def build_warehouse(places: Places, *, anew: bool = False) -> BuildResult:
    """Build everything that has landed and run every test of data.

    Unit tests and tests of tests are about code: `dbt build` by hand and CI run those too. Seeds
    that the warehouse holds since a build in which every test passed are not loaded again, and
    tests of nothing but those seeds are not run again. Steps of which nothing they are made of
    changed since then stand as well.

    Args:
        places: where everything is.
        anew: run these too; somebody may have changed a table by hand.
    """
    codebook = codebook_digest(places.seeds)
    plan = _plan(places)
    result = None
    # Open once: to read the catalogue of all those tables takes longer than most steps.
    with open_warehouse(places.warehouse) as connection:
        keep_seeds = codebook == _built_codebook(connection)
        if keep_seeds:
            log.info("The codebook is unchanged: its tables and their tests stand.")
        load_released(connection, places.published)
        if plan:
            try:
                result = _replay(connection, plan, places, keep_seeds=keep_seeds, anew=anew)
            except NoPlanError as reason:
                _say_why_not(reason)
                # What a replay began it did not end.
                keep_seeds = keep_seeds and codebook == _built_codebook(connection)
            else:
                _ended(connection, result, codebook, places)
    if result is None:
        result = dbt_build(places, keep_seeds=keep_seeds)
        with open_warehouse(places.warehouse) as connection:
            _ended(connection, result, codebook, places)
    return result


def _ended(
    connection: duckdb.DuckDBPyConnection, result: BuildResult, codebook: str, places: Places
) -> None:
    """Of a build that passed: remember its codebook, and say who took part in what it read."""
    if not result.failures:
        connection.execute(f"create table codebook.built_codebook as select '{codebook}' as digest")
        say_who_took_part(connection, places.warehouse.parent / "quality")


def _plan(places: Places) -> Plan | None:
    """What to replay; none where dbt must build the night itself, which is said."""
    if is_customised(places):
        log.info("The survey folder has models or settings of its own: dbt builds them all.")
        return None
    try:
        private_folder(places.dbt_target, "")
        return plan_of(places.seeds, places.dbt_target)
    except NoPlanError as reason:
        _say_why_not(reason)
        return None


def _say_why_not(reason: NoPlanError) -> None:
    log.info("dbt builds this night itself: %s.", str(reason).rstrip("."))


def _replay(
    connection: duckdb.DuckDBPyConnection, plan: Plan, places: Places, *, keep_seeds: bool,
    anew: bool,
) -> BuildResult:  # fmt: skip
    ticker = _Ticker()
    done = replay(
        connection, places.seeds, plan, peil_folder(places),
        keep_seeds=keep_seeds, ticker=ticker.ended, anew=anew,
    )  # fmt: skip
    ticker.done()
    return BuildResult(
        done.n_steps, [_describe_failure(f, places) for f in done.failures], done.seconds
    )


def dbt_build(places: Places, *, keep_seeds: bool = False) -> BuildResult:
    """The same with `dbt build`, in this process."""
    from peil.quick_dbt import RunExecutionResult, dbtRunner

    os.environ["PEIL_WAREHOUSE"] = str(places.warehouse)
    # Cautious: a test of a seed and a model together is not left out with the seed.
    arguments = [
        "--log-path", str(places.dbt_target / "logs"), "--log-level", "none",
        "--log-level-file", "none", "build",
        *dbt_arguments(places), "--indirect-selection", "cautious",
        "--exclude-resource-type", "unit_test",
        "--exclude", "tag:tests_of_tests", "tag:on_request",
        *(["resource_type:seed"] if keep_seeds else []),
    ]  # fmt: skip
    wait_until_free(places.warehouse)
    ticker = _Ticker()
    outcome = dbtRunner(callbacks=[ticker]).invoke(arguments)
    ticker.done()
    if outcome.exception:
        return BuildResult(0, [_clean(str(outcome.exception))])
    results = outcome.result.results if isinstance(outcome.result, RunExecutionResult) else []
    bad = [r for r in results if r.status in {"error", "fail", "runtime error"}]
    failures = [_describe(r, places) for r in bad]
    if not outcome.success and not failures:
        failures = ["dbt stopped without saying why; see `dbt build --log-level debug`"]
    return BuildResult(len(results), failures)


def _built_codebook(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The codebook that the warehouse holds whole and tested; every build forgets it first."""
    try:
        return one_row(connection, "select digest from codebook.built_codebook")[0]
    except duckdb.CatalogException:
        return None


class _Ticker:
    """Counts nodes as dbt finishes them: one line on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self.finished = 0
        self.pace = Pace()
        self.terminal = sys.stderr.isatty()

    def __call__(self, event: object) -> None:
        if event.info.name == "NodeFinished":  # type: ignore[attr-defined]
            self.ended(event.data.node_info.node_name)  # type: ignore[attr-defined]

    def ended(self, name: str) -> None:
        self.finished += 1
        if self.terminal:
            sys.stderr.write(f"\r\033[KBuilding and testing {self.finished}: {name[:60]}")
            sys.stderr.flush()
        elif self.finished % 50 == 0 or self.pace.is_due():
            log.info("Building and testing: %s steps done, last %s.", self.finished, name)

    def done(self) -> None:
        if self.terminal:
            sys.stderr.write("\r\033[K")


def _describe(result: object, places: Places) -> str:
    node = result.node  # type: ignore[attr-defined]
    message = _clean(result.message or "")  # type: ignore[attr-defined]
    what = f"{node.resource_type} {node.name}"
    if node.resource_type == "test" and getattr(node, "compiled_path", None):
        message += _first_row(Path(node.compiled_path), places.warehouse)
        message += f" Rows: run the query in {Path(node.compiled_path)} on {places.warehouse}."
    return f"{what}: {message}"


def _describe_failure(failure: Failure, places: Places) -> str:
    message = _clean(failure.message)
    if failure.query:
        query = places.dbt_target / "failed" / f"{failure.step.name[:MOST_OF_A_NAME]}.sql"
        query.parent.mkdir(exist_ok=True)
        query.write_text(failure.query, encoding="utf-8")
        message += _first_row(query, places.warehouse)
        message += f" Rows: run the query in {query} on {places.warehouse}."
    return f"{failure.step.label}: {message}"


def _first_row(query: Path, warehouse: Path) -> str:
    """What is wrong with the first row that a test found: its problem and the codes it is about."""
    try:
        # As dbt has it open in this process: DuckDB refuses one file with two configurations.
        with duckdb.connect(str(warehouse), config=STORAGE) as connection:
            found = connection.execute(f"select * from ({query.read_text()}) limit 1")
            names = [column[0] for column in found.description]
            row = dict(zip(names, found.fetchone() or (), strict=True))
    except (duckdb.Error, OSError, ValueError):
        return ""
    shown = [
        f"{name} {value}"
        for name, value in row.items()
        if value is not None
        and (name.endswith("_code") or name in {"segment_value", "statistic", "weighting_scheme"})
    ]
    problem = row.get("problem")
    return f" First: {'; '.join([problem, *shown] if problem else shown)}." if shown else ""


def _clean(message: str) -> str:
    """dbt's message without its frame, down to the sentence that says what is wrong."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    for line in reversed(lines):
        if line.startswith("peil.errors.") or "Error: wave " in line:
            return line.split(": ", 1)[1]
    return " ".join(line for line in lines if not line.startswith(("> in macro", "> called by")))
