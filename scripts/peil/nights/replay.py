"""Run a plan: dbt's own compiled SQL on one connection, in its order, with its tests.

What dbt does around that SQL is done here as dbt does it: a test that fails or a model that cannot
be made keeps everything that waits for it from running, and the hooks of dbt_project.yml (macros
`built` and `deliveries`) have their counterpart in `replay_state.py`. `dbt build` stays the
reference: test_replay.py holds both equal, table by table, on every kind of night.
"""

import csv
import logging
import time
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from peil.machine import of_the_machine
from peil.memory import Memory, of_a_build
from peil.nights.plan import NoPlanError, Plan, Step, deliveries_in, for_database
from peil.nights.replay_parts import insert_deliveries, make_empty, rows_of
from peil.nights.replay_standing import Standing
from peil.nights.replay_state import KeptPerDelivery, begin_build, end_build, relation_kinds
from peil.warehouse import as_path, literal, one_row, quoted

log = logging.getLogger(__name__)
# DuckDB divides work by row groups of 122,880 rows. Up to so many landed rows few tables have two
# of them: a second thread has little to do, and costs a fifteenth of the processor time.
ROWS_OF_ONE_THREAD = 20_000


@dataclass(frozen=True)
class Failure:
    """A step that failed and what was said; of a test also the query that finds the rows."""

    step: Step
    message: str
    query: str = ""


@dataclass
class Replayed:
    """What a replay did."""

    n_steps: int = 0
    failures: list[Failure] = field(default_factory=list)
    # Processor time per step that ran.
    seconds: dict[str, float] = field(default_factory=dict)


def replay(
    connection: duckdb.DuckDBPyConnection,
    seeds: Path,
    plan: Plan,
    package: Path,
    *,
    keep_seeds: bool,
    ticker: Callable[[str], None],
    anew: bool = False,
) -> Replayed:
    """Build and test everything that has landed.

    Args:
        connection: the warehouse, open for writing.
        seeds: the codebook.
        plan: what to run.
        package: the folder with Peil's own files and the codebook in `seeds`.
        keep_seeds: the seeds in the warehouse are those of now, and their tests passed.
        ticker: is given the name of each step that ended.
        anew: make also what stands.

    Raises:
        NoPlanError: dbt must do it, and say what is wrong.
    """
    # SciPy: a night with nothing new does without.
    from peil.tables.sql_functions import add_functions

    steps = [s for s in plan.steps if not (keep_seeds and (s.kind == "seed" or s.of_seeds))]
    add_functions(connection)
    begin_build(connection, plan)
    run = _Run(connection, seeds)
    standing = Standing(connection, plan, seeds, run.kinds, anew=anew)
    replayed = Replayed(len(steps))
    blocked: set[str] = set()
    for step in steps:
        if not blocked.isdisjoint(step.waits):
            blocked.add(step.id)
        elif not standing.stands(step):
            started = time.process_time()
            with standing.watched(step):
                failure = run.failure_of(step)
            replayed.seconds[step.id] = time.process_time() - started
            if failure:
                replayed.failures.append(failure)
                blocked.add(step.id)
        ticker(step.name)
    log.info(
        "Read anew: %s of %s deliveries.", len(run.kept.read_anew) or "none", len(run.kept.known)
    )
    log.info("%s of %s steps stand: what they read is the same.", standing.n_standing, len(steps))
    if not replayed.failures:
        end_build(connection, package, kept_seeds=keep_seeds)
        standing.remember()
    return replayed


class _Run:
    """One connection, and how each kind of step is run on it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, seeds: Path) -> None:
        self.connection = connection
        self.seeds = seeds
        self.database = one_row(connection, "select current_database()")[0]
        n_rows = _landed_rows(connection)
        self.is_small = n_rows <= ROWS_OF_ONE_THREAD
        self.is_one_thread = False
        self.memory = Memory(connection)
        self.memory.allow(of_a_build(connection, n_rows))
        # As the night began: no two steps make one name.
        self.kinds = relation_kinds(connection)
        self.kept = KeptPerDelivery(connection)
        self.make = {
            "seed": self._load_seed,
            "table": self._make_table,
            "python": self._make_python,
            "view": self._make_view,
            "incremental": self._add_deliveries,
        }

    def failure_of(self, step: Step) -> Failure | None:
        """Run a step; what went wrong, if anything."""
        one_thread = step.one_thread or self.is_small
        if one_thread is not self.is_one_thread:
            self.connection.execute("set threads = 1" if one_thread else "reset threads")
            self.is_one_thread = one_thread
        code = for_database(step.code, self.database)
        try:
            try:
                return self._run(step, code)
            except duckdb.OutOfMemoryException:
                if not self.memory.can_widen:
                    raise
                with self.memory.widened(step.name):
                    return self._run(step, code)
        except NoPlanError:
            raise
        except Exception as error:
            if step.kind == "seed":
                raise NoPlanError(f"{step.path}: {error}") from error
            return Failure(step, _as_dbt_says(step, error))

    def _run(self, step: Step, code: str) -> Failure | None:
        if step.kind == "test":
            return self._failure_of_test(step, code)
        self.connection.execute("begin")
        try:
            self.make[step.kind](step, code)
            self.connection.execute("commit")
        except Exception:
            self.connection.execute("rollback")
            raise
        return None

    def _failure_of_test(self, step: Step, code: str) -> Failure | None:
        found = one_row(self.connection, f"select count(*) from (\n{code}\n) as found")[0]
        if not found:
            return None
        results = "1 result" if found == 1 else f"{found} results"
        return Failure(step, f"Got {results}, configured to fail if != 0", code)

    def _load_seed(self, step: Step, code: str) -> None:  # noqa: ARG002 (a seed has no code)
        file = self.seeds / Path(step.path).name
        declared = _types_of(file, step.types)
        columns = ", ".join(f"{name} {kind}" for name, kind in declared.items())
        table = self._path(step)
        self._replaces(step, "view")
        self.connection.execute(f"create or replace table {table} ({columns})")
        if _has_rows(file):
            self.connection.execute(
                f"copy {table} from {as_path(file)} (format csv, header true, delimiter ',')"
            )

    def _make_table(self, step: Step, code: str) -> None:
        table = self._path(step)
        self._replaces(step, "view")
        if not step.has_contract:
            self.connection.execute(f"create or replace table {table} as (\n{code}\n)")
            return
        self._holds_contract(step, code)
        names = ", ".join(column.name for column in step.columns)
        ddl = ", ".join(column.ddl for column in step.columns)
        self.connection.execute(
            f"create or replace table {table} ({ddl}); "
            f"insert into {table} ({names}) select {names} from (\n{code}\n) as made"
        )
        self._comment("table", step)

    def _make_python(self, step: Step, code: str) -> None:
        self._replaces(step, "view")
        module = types.ModuleType(step.name)
        exec(compile(code, step.path, "exec"), module.__dict__)
        reader = module.dbtObj(lambda table: self.connection.query(f"select * from {table}"))
        frame = module.model(reader, self.connection)
        self.connection.register("made_by_python", frame)
        self.connection.execute(
            f"create or replace table {self._path(step)} as from made_by_python"
        )
        self.connection.unregister("made_by_python")

    def _make_view(self, step: Step, code: str) -> None:
        if step.has_contract:
            self._holds_contract(step, code)
        view = self._path(step)
        self._replaces(step, "table")
        self.connection.execute(f"create or replace view {view} as (\n{code}\n)")
        self._comment("view", step)

    def _add_deliveries(self, step: Step, code: str) -> None:
        facts = deliveries_in(step.code)[0]
        table = self._path(step)
        versions = self.kept.versions(
            for_database(facts["versions"], self.database),
            for_database(facts["version"], self.database),
        )
        current: set[str] = set()
        if self.kinds.get((step.schema, step.name)) != "table":
            self._replaces(step, "view")
            make_empty(self.connection, table, code)
        else:
            current = self.kept.current(step.name, versions)
            listed = ", ".join(map(literal, sorted(current)))
            condition = f"delivery_key not in ({listed})" if current else "true"
            self.connection.execute(f"delete from {table} where {condition}")
        if wanted := sorted(set(versions) - current):
            insert_deliveries(self.connection, table, code, wanted, rows_of(self.connection))
        self.kept.remember(step.name, versions, set(versions) - current)

    def _holds_contract(self, step: Step, code: str) -> None:
        found = self.connection.execute(f"describe (\n{code}\n)").fetchall()
        given = {name: kind for name, kind, *_ in found}
        if given != {column.name: column.type for column in step.columns}:
            raise NoPlanError(f"{step.name}: does not keep its contract")

    def _comment(self, kind: str, step: Step) -> None:
        path = self._path(step)
        said = [f"comment on {kind} {path} is {literal(step.comment)}"] if step.comment else []
        said += [
            f"comment on column {path}.{column.name} is {literal(column.comment)}"
            for column in step.columns
            if column.comment
        ]
        if said:
            self.connection.execute("; ".join(said))

    def _replaces(self, step: Step, other: str) -> None:
        """Drop what has this name and is the other thing: a table or a view."""
        if self.kinds.get((step.schema, step.name)) == other:
            self.connection.execute(f"drop {other} {self._path(step)}")

    def _path(self, step: Step) -> str:
        return f"{quoted(self.database)}.{quoted(step.schema)}.{quoted(step.name)}"


def _landed_rows(connection: duckdb.DuckDBPyConnection) -> int:
    landed = "select coalesce(sum(n_rows), 0) from raw.deliveries where status = 'landed'"
    return one_row(connection, landed)[0]


def _types_of(file: Path, declared: dict[str, str]) -> dict[str, str]:
    """The columns of a seed in order with their types; what is not declared is guessed by dbt."""
    with file.open(encoding="utf-8-sig", newline="") as handle:
        header = next(csv.reader(handle), [])
    if set(header) <= set(declared) and len(set(header)) == len(header):
        return {name: declared[name] for name in header}
    from dbt.adapters.duckdb.impl import DuckDBAdapter
    from dbt_common.clients.agate_helper import from_csv

    guessed = from_csv(str(file), text_columns=declared, delimiter=",")
    return {
        name: declared.get(name) or str(DuckDBAdapter.convert_agate_type(guessed, position))
        for position, name in enumerate(guessed.column_names)
    }


def _has_rows(file: Path) -> bool:
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = csv.reader(handle)
        next(rows, None)
        return next(rows, None) is not None


def _as_dbt_says(step: Step, error: Exception) -> str:
    """The words of dbt around the error of a step, down to the ones that say what is wrong."""
    if type(error).__module__.startswith("peil."):
        return str(error)
    kind = "test" if step.kind == "test" else "model"
    if sentence := of_the_machine(error):
        return sentence
    return f"Runtime Error in {kind} {step.name} ({step.path})\n{error}"
