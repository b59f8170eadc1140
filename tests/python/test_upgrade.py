"""A warehouse made by earlier code or with another codebook is brought up to date by a build."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import dbt
from peil.settings import PROJECT, Places

TABLE = "estimates.est_driver_counts"
KEPT = (
    "stg_respondents", "stg_answers", "wgt_respondent_attributes", "wgt_respondent_profiles",
    "wgt_straight_lines", "wgt_routes", "wgt_off_route", "est_people_counts", "est_counted_people",
    "est_counted_answers", "est_joint_counts", "est_driver_counts", "stg_scores",
    "est_item_products", "est_crosstab_counts",
)  # fmt: skip
# Changes of a codebook of which each reaches something that is kept, through another seed.
CHANGES = (
    "update codebook.attribute_levels set value_from = value_from + 2, value_to = value_to + 2 "
    "where value_to < 100",
    "update codebook.region_groups set level_code = (select max(level_code) from "
    "codebook.region_groups) where municipality_code = (select min(municipality_code) from "
    "codebook.region_groups where level_code = (select min(level_code) from "
    "codebook.region_groups))",
    "update codebook.questions set routing_option_code = 'nothing' "
    "where question_code in (select min(question_code) from codebook.questions "
    "where routing_question_code is not null)",
    "update codebook.questions set is_reported = false where question_code in (select "
    "min(question_code) from codebook.questions where scale_code in "
    "(select scale_code from codebook.scales where kind = 'number'))",
    "update codebook.scale_statistics set value_to = value_to - 1 where kind = 'range'",
    "update codebook.sources set respondent_scope = 'one', source_priority = 9 - source_priority",
    "delete from codebook.driver_models where sort_order = (select max(sort_order) "
    "from codebook.driver_models)",
    "delete from codebook.answer_pairs where answer_pair_code = (select min(answer_pair_code) "
    "from codebook.answer_pairs)",
    "update codebook.composites set is_reversed = not is_reversed",
    "delete from codebook.options where option_code = (select min(option_code) "
    "from codebook.options)",
)


class Warehouse:
    """A copy of the demo's warehouse with dbt by hand."""

    def __init__(self, demo: Places, folder: Path) -> None:
        self.file = folder / "peil.duckdb"
        self.target = folder / "target"
        self.file.with_name("peil.duckdb.wal").unlink(missing_ok=True)
        shutil.copy(demo.warehouse, self.file)

    def dbt(self, command: str, *arguments: str) -> str:
        done = dbt(
            "--quiet", command, *arguments, "--project-dir", PROJECT, "--profiles-dir", PROJECT,
            "--log-path", self.target / "logs", target=self.target,
            PEIL_WAREHOUSE=str(self.file),
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return done.stdout

    def run(self, *models: str) -> None:
        self.dbt("run", "--select", *models)

    def ask(self, *queries: str) -> list[tuple]:
        with duckdb.connect(str(self.file)) as connection:
            return [connection.execute(query) for query in queries][-1].fetchall()

    def manifest(self) -> dict:
        return json.loads((self.target / "manifest.json").read_text())["nodes"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("upgrade")


@pytest.fixture
def copy(demo: Places, folder: Path) -> Warehouse:
    return Warehouse(demo, folder)


def test_a_kept_table_with_other_columns_is_made_anew(copy):
    rows = copy.ask(f"from {TABLE} order by all")
    # As earlier code left it: another column, and the digest of another text of the model.
    copy.ask(
        f"alter table {TABLE} add column earlier integer",
        f"alter table {TABLE} drop column sum_d2",
        "update staging.built_deliveries set delivery_version = left(delivery_version, -1) || 'x' "
        "where model_name = 'est_driver_counts'",
    )
    copy.run("est_driver_questions")
    described = str(copy.ask(f"describe {TABLE}"))
    assert "earlier" in described, "dropped by a run that does not make it"
    copy.run("est_driver_counts")
    assert copy.ask(f"from {TABLE} order by all") == rows


def test_a_kept_table_of_the_same_model_stays(copy):
    copy.ask(f"delete from {TABLE} where driver_model_code = 'desk'")
    kept = copy.ask(f"from {TABLE} order by all")
    copy.run("est_driver_counts")
    assert copy.ask(f"from {TABLE} order by all") == kept


def test_a_mart_that_no_model_makes_any_more_is_gone_before_it_could_be_published(copy):
    marts = "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
    before = copy.ask(marts)
    copy.ask(
        "create table marts.of_an_earlier_version as select 1 as share",
        "create view marts.made_by_hand as select 1 as share",
    )
    copy.run("est_driver_questions")
    assert copy.ask(marts) == before
    assert copy.ask("select 1 from duckdb_views() where schema_name = 'marts'") == []


def seeds_of(nodes: dict, model: str) -> set[str]:
    """The seeds upstream of a model; what delivery versions digest is not looked behind."""
    ends = {name for name in nodes if name.endswith("_delivery_versions")}
    versions = {p for p in nodes[model]["depends_on"]["nodes"] if p in ends}
    while versions:
        name = versions.pop()
        parents = {p for p in nodes[name]["depends_on"]["nodes"] if p.startswith("model.")}
        ends |= parents
        versions |= {p for p in parents if p.endswith("_delivery_versions")}
    found, todo = set(), [model]
    while todo:
        parents = nodes.get(todo.pop(), {}).get("depends_on", {}).get("nodes", [])
        new = set(parents) - ends - found
        found |= new
        todo += new
    return {name.split(".")[-1] for name in found if name.startswith("seed.")}


def changed_seeds(warehouse: Path) -> Iterator[tuple[str, str, duckdb.DuckDBPyConnection]]:
    """A connection per column of a seed, in which one row has another value there."""
    with duckdb.connect(str(warehouse)) as connection:
        columns = connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where schema_name = 'codebook' and table_name != 'built_codebook'"
        ).fetchall()
        for table, column, kind in columns:
            other = {
                "VARCHAR": f"coalesce({column}, '') || 'x'", "BOOLEAN": f"{column} is not true",
                "DATE": "'1900-01-01'::date",
            }.get(kind, f"coalesce({column}, 0) + 1")  # fmt: skip
            connection.execute("begin")
            connection.execute(
                f"update codebook.{table} set {column} = {other} "
                f"where rowid = (select min(rowid) from codebook.{table})"
            )
            yield table, column, connection
            connection.execute("rollback")


def test_every_column_of_a_seed_that_a_kept_model_is_made_of_makes_it_stale(copy):
    digests = " union all ".join(
        f"select '{model}', {{{{ seeds_digest(graph.nodes['model.peil.{model}']) }}}}"
        for model in KEPT
    )
    sql = copy.dbt("compile", "--inline", "{% if execute %}" + digests + "{% endif %}")
    nodes = copy.manifest()
    kept = {n["name"] for n in nodes.values() if n["config"]["materialized"] == "incremental"}
    assert kept == set(KEPT)
    used = {model: seeds_of(nodes, f"model.peil.{model}") for model in KEPT}
    assert used["est_driver_counts"] >= {"driver_models", "questions", "scales"}
    before = dict(copy.ask(sql))
    prepared: set[int] = set()
    for table, column, connection in changed_seeds(copy.file):
        if id(connection) not in prepared:
            # Planned once: the seeds change, their tables do not.
            connection.execute(f"prepare digests as {sql}")
            prepared.add(id(connection))
        after = dict(connection.execute("execute digests").fetchall())
        expected = {
            model for model in KEPT if table in used[model] and not column.endswith(("_nl", "_en"))
        }
        if connection.execute(f"select count(*) from codebook.{table}").fetchone()[0]:
            assert {m for m in KEPT if after[m] != before[m]} == expected, (table, column)


def test_another_codebook_gives_what_a_whole_build_gives(copy):
    made = [f"+{model}" for model in KEPT]
    before = tables(copy)
    copy.ask(*CHANGES)
    copy.run(*made)
    in_parts = tables(copy)
    copy.run("--full-refresh", *made)
    whole = tables(copy)
    assert in_parts == whole
    same = {name for name in KEPT if before[name] == whole[name]}
    assert not same, "the changes reach too little"


def tables(copy: Warehouse) -> dict[str, list]:
    with duckdb.connect(str(copy.file), read_only=True) as connection:
        schemas = {"stg": "staging", "wgt": "weighted", "est": "estimates"}
        return {
            name: connection.execute(f"from {schemas[name[:3]]}.{name} order by all").fetchall()
            for name in KEPT
        }
