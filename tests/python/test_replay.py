"""A night that replays compiled SQL leaves what `dbt build` leaves, on every kind of night.

Equal is every table and view: its columns in order, their types, nullability and comments, and
every row; and what a failed night says. What differs per kind of night is asked of every kind of
step; that all models are equal, test_nightly.py asks of the demo.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from conftest import places_in, run_code
from part_nights import part_of
from peil import built, memory
from peil.drafting.folder import init
from peil.landing import land
from peil.nights import build, plans, replay
from peil.nights import publish as publishing
from peil.nights.build import build_warehouse
from peil.nights.plan import NoPlanError, Plan, Step, deliveries_in, plan_from, with_deliveries
from peil.nights.plans import plan_key, plan_of
from peil.nights.publish import publish
from peil.nights.purge import purge
from peil.project import assemble, is_customised
from peil.settings import PROJECT, Places
from small_survey import edit, tables_only
from two_waves import WAVES, write_seeds

# The same night by dbt itself: a plan that cannot be made is what it is for.
REFERENCE = """
import json, sys
from pathlib import Path
from peil import quick_dbt
from peil.nights import build
from peil.nights.plan import NoPlanError
from peil.settings import Places

def refuse(*_):
    raise NoPlanError("the reference")

class Runner(quick_dbt.dbtRunner):
    def invoke(self, arguments):
        return super().invoke(["--no-write-json", *arguments, *sys.argv[5:]])

build.plan_of = refuse
quick_dbt.dbtRunner = Runner
places = Places(*map(Path, sys.argv[1:5]))
print(json.dumps(build.build_warehouse(places).failures))
"""
# What a replay alone writes down, for the next one.
OF_A_REPLAY = "made_of"
# Moments, and where the night ran.
MOMENTS = {"tested_at", "landed_at", "migrated_at", "received_at", "facts"}
# Beside what is kept per delivery: of every kind of step one that is made of little.
OF_EVERY_KIND = (
    "about", "response_overview", "representativity", "weighting_merges",
    "research_attribute_levels", "est_reliability", "est_source_segments",
)  # fmt: skip


def is_looked_at(step: Step) -> bool:
    return step.kind == "incremental" or step.name in OF_EVERY_KIND


def kinds(plan: Plan) -> set[tuple]:
    return {(step.kind, step.has_contract, step.one_thread) for step in plan.steps}


def whole_plan(places: Places) -> Plan:
    return plan_of(places.seeds, places.dbt_target)


def reference(places: Places, *, tests: bool) -> list[str]:
    """Build a copy with dbt; its failures. Without tests of data it takes little more than half."""
    # dbt is told to leave out these files; here it does not read them either.
    project = assemble(places.dbt_target / "project", places.seeds)
    (project / ".dbtignore").write_text(plans.NOT_OF_A_NIGHT, encoding="utf-8")
    paths = [places.seeds, places.inbox, places.warehouse, places.published]
    left_out = [] if tests else ["--exclude-resource-type", "test"]
    wanted = ["--select", *(f"+{step.name}" for step in whole_plan(places).steps
                            if is_looked_at(step))]  # fmt: skip
    done = run_code(REFERENCE, *paths, *left_out, *wanted, PEIL_HASH_KEY="test")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def relations(connection: duckdb.DuckDBPyConnection, base: str) -> dict[str, set]:
    """Everything but the rows."""
    views = connection.execute(
        "select schema_name, view_name, sql from duckdb_views() "
        "where database_name = ? and not internal", [base]
    ).fetchall()  # fmt: skip
    return {
        "columns": set(connection.execute(
            "select schema_name, table_name, column_name, column_index, data_type, is_nullable, "
            "comment from duckdb_columns() where database_name = ? and table_name <> ?",
            [base, OF_A_REPLAY],
        ).fetchall()),
        "tables": set(connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() where database_name = ? "
            "and table_name <> ?", [base, OF_A_REPLAY],
        ).fetchall()),
        # DuckDB writes the columns that a view leaves out in any order.
        "views": {(schema, name, *sorted(re.findall(r"\w+", sql))) for schema, name, sql in views},
        "constraints": set(connection.execute(
            "select schema_name, table_name, constraint_text from duckdb_constraints() "
            "where database_name = ? and table_name <> ?", [base, OF_A_REPLAY]
        ).fetchall()),
    }  # fmt: skip


def differences(one: Path, other: Path) -> list[str]:
    """What two warehouses do not have in common."""
    with duckdb.connect() as connection:
        for base, path in (("a", one), ("b", other)):
            connection.execute(f"attach '{path}' as {base} (read_only)")
        a, b = relations(connection, "a"), relations(connection, "b")
        found = [f"{part}: {row}" for part in a for row in a[part] ^ b[part]]
        for schema, table, _ in sorted(a["tables"] & b["tables"], key=str):
            # Sums over respondents are of any order: their last digits are nobody's.
            columns = ", ".join(
                f"round({c[2]}, 9)" if c[4] == "DOUBLE" else f'"{c[2]}"'
                for c in sorted(a["columns"], key=str)
                if c[:2] == (schema, table) and c[2] not in MOMENTS
            )
            # Nearly always equal, and an eighth of the time of a look at each row.
            sums = [
                connection.execute(
                    f"select count(*), sum(hash({columns})) from {base}.{schema}.{table}"
                ).fetchone()
                for base in "ab"
            ]
            if sums[0] == sums[1]:
                continue
            rows = [f"select {columns} from {base}.{schema}.{table}" for base in "ab"]
            n = connection.execute(
                f"select count(*) from (({rows[0]} except all {rows[1]}) union all "
                f"({rows[1]} except all {rows[0]}))"
            ).fetchone()[0]
            found += [f"{schema}.{table}: {n} rows"] if n else []
        return found


def without_places(failures: list[str]) -> list[str]:
    """What failed and what was said, without the path of the query."""
    return sorted(re.sub(r" Rows: run the query in .*", "", failure) for failure in failures)


def night(places: Places, *, tests: bool = True, again: bool = False) -> list[str]:
    """Land, then build twice: by replay here, and by dbt in a copy. Both must be equal.

    Args:
        places: what is built.
        tests: whether dbt runs its tests of data.
        again: replay a second time, of which nothing may become other than dbt makes it.
    """
    land(places)
    ours = places.warehouse.parents[1]
    copy = ours.with_name("reference")
    other = replace(places_in(copy, places.seeds), inbox=places.inbox)
    # What dbt parsed stays.
    other.warehouse.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(places.warehouse, other.warehouse)
    if places.published.exists():
        shutil.rmtree(other.published, ignore_errors=True)
        shutil.copytree(places.published, other.published, symlinks=True)
    failures = build_warehouse(places).failures
    if again:
        assert build_warehouse(places).failures == failures
    assert without_places(failures) == without_places(reference(other, tests=tests))
    found = differences(places.warehouse, other.warehouse)
    # The second time the codebook is known, which dbt sees for the first time.
    assert [d for d in found if not (again and d.startswith("nights.build:"))] == []
    return failures


@pytest.fixture
def trial(tmp_path, monkeypatch) -> Places:
    """A survey of two waves, with a draft's column that nothing declares."""
    monkeypatch.setenv("PEIL_HASH_KEY", "test")
    places = places_in(tmp_path / "ours", tmp_path / "seeds")
    write_seeds(places.seeds)
    for seed, text in (("questions", "a guess"), ("bindings", "")):
        path = places.seeds / f"{seed}.csv"
        first, *rows = path.read_text(encoding="utf-8").splitlines()
        rows = [f"{first},review", *(f"{row},{text}" for row in rows)]
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    places.inbox.mkdir(parents=True)
    for name, text in WAVES.items():
        (places.inbox / f"{name}.csv").write_text(text, encoding="utf-8")
    return places


@tables_only()
def test_a_replay_equals_dbt_on_every_kind_of_night(trial, monkeypatch, caplog):
    def no_dbt(*_, **__):
        raise AssertionError("dbt built a night that a plan can run")

    monkeypatch.setattr(build, "dbt_build", no_dbt)
    plan = whole_plan(trial)
    assert kinds(part_of(plan, is_looked_at)) == kinds(plan)
    monkeypatch.setattr(build, "plan_of", lambda *where: part_of(plan_of(*where), is_looked_at))
    # Of a release the next night reads the tables alone; what a purge keeps of it is no model.
    monkeypatch.setattr("peil.nights.purge._keep_published", lambda *_: None)
    monkeypatch.setattr(publishing, "CROSSTAB", Path(os.devnull))
    # The first night; then a corrected delivery, with the codebook as it was. dbt runs its tests in
    # the night that fails; where all pass here, they pass in dbt too, as `dbt build` alone shows.
    assert night(trial, tests=False) == []
    publish(trial)
    path = trial.inbox / "w1.csv"
    path.write_text(path.read_text().replace("p1,man,7", "p1,man,8"), encoding="utf-8")
    with duckdb.connect(str(trial.warehouse)) as connection:
        connection.execute("create table marts.of_an_earlier_version as select 1 as x")
        connection.execute(
            "update staging.built_deliveries set delivery_version = 'x' "
            "where model_name = 'wgt_off_route'"
        )
        connection.execute(
            "drop view weighted.wgt_respondent_parts; "
            "create table weighted.wgt_respondent_parts (x int)"
        )
        connection.execute("drop table marts.about; create view marts.about as select 1 as x")
    assert night(trial, tests=False) == []
    publish(trial)
    # Another label alone; then the same again, of which only what was released since is new.
    edit(trial.seeds, "options", lambda rows: [{**rows[0], "label_nl": "Anders"}, *rows[1:]])
    monkeypatch.setattr("peil.nights.replay.log.propagate", True)
    caplog.clear()
    with caplog.at_level("INFO", "peil"):
        assert night(trial, tests=False, again=True) == []
    stood = re.findall(r"(\d+) of (\d+) steps stand", caplog.text)
    assert len(stood) == 2
    assert all(int(n_standing) > int(n) / 2 for n_standing, n in stood)
    # A codebook with two faults: one that a test of seeds finds, and one that a model stops at.
    steps = trial.seeds / "response_steps.csv"
    kept = steps.read_text(encoding="utf-8")
    edit(trial.seeds, "response_steps", lambda rows: [rows[0], *rows])
    edit(trial.seeds, "weighting_margins", lambda rows: [
        *rows, {**rows[-1], "level_code": "anders", "total": "50"}
    ])  # fmt: skip
    edit(trial.seeds, "attribute_levels", lambda rows: [
        {**r, "has_population_target": "true"} for r in rows
    ])  # fmt: skip
    failures = night(trial)
    assert any(f.startswith("model ") and "weighting_margins.csv" in f for f in failures), failures
    (of_seeds,) = [f for f in failures if f.startswith("test unique_response_steps_")]
    query = Path(re.search(r"Rows: run the query in (\S+) on", of_seeds)[1]).read_text()
    with duckdb.connect(str(trial.warehouse), read_only=True) as connection:
        assert len(connection.execute(query).fetchall()) == 1
    # Mended, with another label, without the first wave, and with a change that reaches what is
    # kept of the second.
    steps.write_text(kept, encoding="utf-8")
    edit(trial.seeds, "weighting_margins", lambda rows: rows[:-1])
    edit(trial.seeds, "attribute_levels", lambda rows: [
        {**r, "has_population_target": str(r["level_code"] != "anders").lower(),
         "label_nl": r["label_nl"].upper()}
        for r in rows
    ])  # fmt: skip
    edit(trial.seeds, "questions", lambda rows: [
        {**r, "is_reported": "false"} if r["question_code"] == "weight" else r for r in rows
    ])  # fmt: skip
    purge(trial, "w1")
    assert night(trial, tests=False) == []


def test_a_plan_is_of_one_version_of_the_code(tmp_path, monkeypatch):
    seeds = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", seeds)
    key = plan_key(seeds)
    (seeds / "flags.csv").write_text("flag_code\n", encoding="utf-8")
    assert plan_key(seeds) == key, "what stands in a seed is not compiled"
    (seeds / "ours.csv").write_text("x\n", encoding="utf-8")
    assert plan_key(seeds) != key
    (seeds / "ours.csv").unlink()
    monkeypatch.setattr(plans, "version", lambda _: "0")
    assert plan_key(seeds) != key
    monkeypatch.undo()
    changed = tmp_path / "model.sql"
    changed.write_text("select 1", encoding="utf-8")
    monkeypatch.setattr(plans, "PROJECT", tmp_path)
    (tmp_path / "profiles.yml").write_text("", encoding="utf-8")
    monkeypatch.setattr(plans, "code_files", lambda: [changed])
    before = plan_key(seeds)
    changed.write_text("select 2", encoding="utf-8")
    assert plan_key(seeds) != before


def node(**changes) -> dict:
    """A model as dbt's manifest has it."""
    config = {
        "materialized": "table", "pre-hook": [], "post-hook": [], "persist_docs": {},
        "contract": {"enforced": False}, "incremental_strategy": None,
        "on_schema_change": "ignore", **changes.pop("config", {}),
    }  # fmt: skip
    return {
        "resource_type": "model", "name": "a", "alias": "a", "schema": "marts",
        "database": "memory", "language": "sql", "original_file_path": "models/a.sql",
        "compiled_code": "select 1 as x", "depends_on": {"nodes": []}, "columns": {},
        "constraints": [], "description": "", "config": config, **changes,
    }  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"config": {"materialized": "ephemeral"}},
        {"config": {"pre-hook": [{"sql": "{{ something_new() }}"}]}},
        {"config": {"sql_header": "set x = 1"}},
        {"config": {"materialized": "incremental", "incremental_strategy": "merge"}},
        {"constraints": [{"type": "primary_key"}]},
        {"alias": "b"},
    ],
)
def test_what_a_plan_does_not_know_is_left_to_dbt(changes):
    assert plan_from({"nodes": {"model.peil.a": node()}}).steps[0].kind == "table"
    with pytest.raises(NoPlanError):
        plan_from({"nodes": {"model.peil.a": node(**changes)}})


def test_a_test_comes_before_what_is_made_of_what_it_reads():
    def test_of(*parents):
        config = {
            "severity": "ERROR", "fail_calc": "count(*)", "warn_if": "!= 0", "error_if": "!= 0",
            "limit": None, "store_failures": False,
        }  # fmt: skip
        return node(resource_type="test", config=config, depends_on={"nodes": list(parents)})

    a, b, c, d = (f"model.peil.{name}" for name in "abcd")
    steps = plan_from({"nodes": {
        a: node(),
        b: node(depends_on={"nodes": [a]}, name="b", alias="b"),
        c: node(depends_on={"nodes": [b]}, name="c", alias="c"),
        d: node(name="d", alias="d"),
        "test.peil.of_a": test_of(a),
        "test.peil.of_a_and_d": test_of(a, d),
    }}).steps  # fmt: skip
    waits = {step.id: step.waits for step in steps}
    assert waits[b] == [a, "test.peil.of_a"]
    assert waits[c] == [b, "test.peil.of_a"]
    order = [step.id for step in steps]
    assert order.index("test.peil.of_a") < order.index(b) < order.index(c)


@pytest.mark.parametrize(
    ("n_rows", "one_thread", "wanted"),
    [
        (replay.ROWS_OF_ONE_THREAD, False, 1),
        (replay.ROWS_OF_ONE_THREAD + 1, False, 3),
        (replay.ROWS_OF_ONE_THREAD + 1, True, 1),
    ],
)
def test_a_small_survey_is_built_on_one_thread(tmp_path, n_rows, one_thread, wanted):
    with duckdb.connect(config={"threads": 3}) as connection:
        connection.execute(
            "create schema raw; create table raw.deliveries as select * from (values "
            f"('landed', {n_rows}), ('rejected', 1000000)) as t (status, n_rows)"
        )
        code = f"select 1 where current_setting('threads') <> {wanted}"
        step = Step("test.peil.t", "test", "t", "marts", "t.sql", code, [], one_thread=one_thread)
        assert replay._Run(connection, tmp_path).failure_of(step) is None


def memory_limit(connection):
    return memory._bytes(connection.execute("select current_setting('memory_limit')").fetchone()[0])


@pytest.mark.parametrize("n_rows", [0, 1_000_000, 10**9])
def test_memory_follows_the_people_up_to_half_of_the_machine(n_rows):
    with duckdb.connect(config={"threads": 2, "memory_limit": "16GiB"}) as connection:
        memory.Memory(connection).allow(memory.of_a_build(connection, n_rows))
        asked = memory.FIXED + 2 * memory.PER_THREAD + n_rows * memory.PER_ROW
        wanted = max(memory.AT_LEAST, asked)
        # DuckDB says it in tenths of a GiB.
        assert memory_limit(connection) == pytest.approx(min(wanted, 10 << 30), abs=(1 << 30) / 10)


@pytest.mark.parametrize("kind", ["table", "test"])
def test_a_step_that_runs_out_of_memory_begins_again_with_more(tmp_path, monkeypatch, caplog, kind):
    """A list is not written to disk: 200,000 texts of 32 signs do not fit in 20 MB."""
    monkeypatch.setattr(memory, "AT_LEAST", 20 * memory.MIB)
    monkeypatch.setattr(memory, "FIXED", 0)
    monkeypatch.setattr(memory, "PER_THREAD", 0)
    monkeypatch.setattr("peil.memory.log.propagate", True)
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GiB"}) as connection:
        connection.execute(
            "create schema raw; create schema marts; create table raw.deliveries as "
            "select 'landed' as status, 0 as n_rows"
        )
        code = (
            "select len(texts) as n from (select list(md5(range::varchar) order by range) as texts "
            "from range(200000)) where len(texts) = 200000 - " + ("0" if kind == "table" else "1")
        )
        step = Step(f"model.peil.{kind}", kind, "lists", "marts", "lists.sql", code, [])
        run = replay._Run(connection, tmp_path)
        usual = memory_limit(connection)
        with caplog.at_level("INFO", "peil"):
            assert run.failure_of(step) is None
        assert "lists: needs more memory than usual" in caplog.text
        assert memory_limit(connection) == usual
        if kind == "table":
            assert connection.execute("from marts.lists").fetchall() == [(200_000,)]
        monkeypatch.setattr(run.memory, "most", usual)
        failure = run.failure_of(step)
    assert "There is not enough memory" in failure.message
    assert "threads" not in failure.message


def test_a_step_for_which_the_disk_has_no_room_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "AT_LEAST", 20 * memory.MIB)
    monkeypatch.setattr(memory, "FIXED", 0)
    monkeypatch.setattr(memory, "PER_THREAD", 0)
    file = str(tmp_path / "peil.duckdb")
    with duckdb.connect(file, config={"threads": 2, "memory_limit": "32MiB"}) as connection:
        connection.execute(
            "create schema raw; create schema marts; create table raw.deliveries as "
            "select 'landed' as status, 0 as n_rows; set max_temp_directory_size = '9MB'"
        )
        code = "select md5(range::varchar) as a from range(1000000) order by a"
        step = Step("model.peil.sorted", "table", "sorted", "marts", "sorted.sql", code, [])
        failure = replay._Run(connection, tmp_path).failure_of(step)
    assert "the disk is full" in failure.message


def test_deliveries_are_filled_in():
    facts = {"key": "answers.delivery_key", "versions": "v", "version": "x"}
    placed = facts | {"row": "answers.row_number"}
    code = f"select * from answers where true /* deliveries {json.dumps(placed)} */ and x"
    assert with_deliveries(code, None) == "select * from answers where true and x"
    assert with_deliveries(code, []) == "select * from answers where false and x"
    assert with_deliveries(code, ["k", "l"]).endswith(
        "where answers.delivery_key in ('k', 'l') and x"
    )
    assert with_deliveries(code, ["k"], (11, 20)).endswith(
        "where (answers.delivery_key in ('k') and answers.row_number between 11 and 20) and x"
    )
    assert with_deliveries(code, ["k"], is_small=True).endswith(
        "where answers.delivery_key = 'k' and x"
    )
    # What has no rows is there once.
    without = f"true /* deliveries {json.dumps(facts | {'row': ''})} */"
    assert with_deliveries(without, ["k"], (1, 10)) == "answers.delivery_key in ('k')"
    assert with_deliveries(without, ["k"], (11, 20)) == "false"


def test_the_answers_of_one_delivery_are_found_without_reading_those_of_others(warehouse):
    # Else ten thousand people beside a million would cost what a million does.
    (key,) = warehouse.execute("select min(delivery_key) from weighted.wgt_routes").fetchone()
    (_, found) = warehouse.execute(
        "explain (format json) select * from estimates.est_valid_answers "
        f"where delivery_key = '{key}'"
    ).fetchone()
    read = {scan["Table"].split(".")[-1]: str(scan.get("Filters")) for scan in scans(found)}
    assert {"stg_answers", "wgt_respondents"} <= set(read)
    whole = {table for table, filters in read.items() if f"delivery_key='{key}'" not in filters}
    assert whole <= {"questions", "scales", "wgt_routes"}


def scans(plan: str) -> Iterator[dict]:
    """What DuckDB says of every table that a query reads."""
    nodes = json.loads(plan)
    while nodes:
        node = nodes.pop()
        nodes += node.get("children", [])
        if "Table" in node.get("extra_info", {}):
            yield node["extra_info"]


def test_a_plan_is_compiled_once_for_all_folders(tmp_path, monkeypatch):
    compiled = []

    def compile_(seeds, _):
        compiled.append(seeds)
        return {"nodes": {"model.peil.a": node()}}

    monkeypatch.setattr(plans, "_compile", compile_)
    monkeypatch.setattr(plans, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("PEIL_CACHE", str(tmp_path / "cache"))
    one, other = tmp_path / "one", tmp_path / "other"
    for seeds in (one, other):
        seeds.mkdir()
        (seeds / "sources.csv").write_text(f"{seeds}\n", encoding="utf-8")
    plan = plan_of(one, tmp_path)
    assert plan_of(other, tmp_path) == plan
    assert compiled == [one]
    # A file that is cut short is no plan.
    (file,) = (tmp_path / "cache" / "plans").glob("*.json")
    file.write_text(file.read_text(encoding="utf-8")[:-1], encoding="utf-8")
    assert plan_of(other, tmp_path) == plan
    assert compiled == [one, other]
    # A wheel brings its own; where no folder can be written it is kept beside the warehouse.
    (tmp_path / "shipped").mkdir()
    shutil.move(file, tmp_path / "shipped")
    assert plan_of(one, tmp_path) == plan
    assert len(compiled) == 2
    shutil.rmtree(tmp_path / "shipped")
    (tmp_path / "a file").touch()
    monkeypatch.setenv("PEIL_CACHE", str(tmp_path / "a file"))
    (tmp_path / "beside").mkdir()
    assert plan_of(one, tmp_path / "beside") == plan_of(one, tmp_path / "beside") == plan
    assert len(compiled) == 3


def test_dbt_builds_a_survey_folder_with_something_of_its_own(tmp_path):
    folder = init(tmp_path / "mijn enquête", PROJECT / "seeds")
    places = replace(places_in(folder, folder / "seeds"), folder=folder)
    assert not is_customised(places)
    settings = folder / "dbt_project.yml"
    written = settings.read_text(encoding="utf-8")
    settings.write_text(f"{written}vars: {{x: 1}}\n", encoding="utf-8")
    assert is_customised(places)
    settings.write_text(written, encoding="utf-8")
    for name in ("models/ours.sql", "models/ours.yml", "tests/ours.sql", "macros/ours.sql"):
        (folder / name).write_text("select 1", encoding="utf-8")
        assert is_customised(places), name
        (folder / name).unlink()
    assert not is_customised(places)
    # A codebook from elsewhere leaves the folder's own models out.
    (folder / "models" / "ours.sql").write_text("select 1", encoding="utf-8")
    assert not is_customised(replace(places, seeds=PROJECT / "seeds"))


@pytest.mark.night
def test_other_macros_are_other_code_of_what_is_kept(tmp_path, monkeypatch):
    """A model's own file stays as it is when a macro in it changes."""
    from peil import quick_dbt

    def codes(plan: Plan) -> dict[str, str]:
        kept = [step for step in plan.steps if step.kind == "incremental"]
        return {step.name: deliveries_in(step.code)[0]["code"] for step in kept}

    class Runner(quick_dbt.dbtRunner):
        """No other model is asked for."""

        def invoke(self, arguments):
            return super().invoke([*arguments, "--select", "config.materialized:incremental"])

    before = codes(plans.plan_of(PROJECT / "seeds", tmp_path))
    monkeypatch.setattr(quick_dbt, "dbtRunner", Runner)
    # dbt may hold a connection that asks the function of before: so other files, and no other one.
    files = built._files
    monkeypatch.setattr(
        built, "_files",
        lambda root, names: files(root, ("seeds",) if names == ("macros",) else names),
    )  # fmt: skip
    after = codes(plan_from(plans._compile(PROJECT / "seeds", tmp_path)))
    assert len(before) > 10
    assert [name for name in before if before[name] == after[name]] == []
