"""A plan: the SQL that dbt compiled for a night, in the order of its graph."""

import json
import re
from dataclasses import dataclass, field
from functools import cache

import duckdb

from peil.errors import PeilError
from peil.warehouse import one_row, quoted

# The database that dbt compiles for; a night puts the name of its own in place.
DATABASE = "memory"
_ONE_THREAD = ["{{ one_thread() }}"], ["{{ all_threads() }}"]
_PER_DELIVERY = re.compile(r"true /\* deliveries (\{.*?\}) \*/", re.DOTALL)
_MATERIALS = {"table", "view", "incremental"}


class NoPlanError(PeilError):
    """dbt must run this night itself."""


@dataclass(frozen=True)
class Column:
    """A column of a contract: its declared type as DuckDB names it, its DDL and its comment."""

    name: str
    type: str
    ddl: str
    comment: str


@dataclass(frozen=True)
class Step:
    """A seed, model or test: what it is, what it waits for, and the SQL or Python that it runs."""

    id: str
    kind: str
    name: str
    schema: str
    path: str
    code: str
    waits: list[str]
    # Models, seeds and sources by their ids.
    reads: list[str] = field(default_factory=list)
    # Of a seed the type per column; of a model under contract all of `columns`.
    types: dict[str, str] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    has_contract: bool = False
    comment: str = ""
    one_thread: bool = False
    # A test of nothing but seeds: not run again where the seeds stand.
    of_seeds: bool = False

    @property
    def label(self) -> str:
        """What dbt calls it: its kind of node and its name."""
        return f"{self.id.split('.')[0]} {self.name}"


@dataclass(frozen=True)
class Plan:
    """The steps of a build, each after what it waits for."""

    steps: list[Step]

    @property
    def schemas(self) -> list[str]:
        return sorted({step.schema for step in self.steps if step.kind != "test"})


def plan_from(manifest: dict) -> Plan:
    """Make a plan of dbt's manifest.

    Raises:
        NoPlanError: a model, seed or test asks what only dbt does.
    """
    nodes = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "seed"
        or (node["resource_type"] in {"model", "test"} and node.get("compiled_code") is not None)
    }
    waits = _waits(nodes)
    found: list[Step] = []
    done: set[str] = set()
    left = sorted(nodes)
    while left:
        ready = [name for name in left if waits[name] <= done]
        if not ready:
            raise NoPlanError("the graph of models and tests has a circle")
        # Tests first: what they find spares what comes after them.
        tests = [name for name in ready if nodes[name]["resource_type"] == "test"]
        for name in tests or ready:
            found.append(_step(name, nodes[name], sorted(waits[name])))
            done.add(name)
        left = [name for name in left if name not in done]
    return Plan(found)


def _waits(nodes: dict[str, dict]) -> dict[str, set[str]]:
    """What each node waits for: what it reads, and the tests of everything it is made of.

    As `dbt build` has it: a test comes before a node when all it reads stands above that node.
    """
    reads = {
        name: {parent for parent in node.get("depends_on", {}).get("nodes", []) if parent in nodes}
        for name, node in nodes.items()
    }
    above: dict[str, set[str]] = {}

    def ancestors(name: str) -> set[str]:
        if name not in above:
            above[name] = set().union(*({p} | ancestors(p) for p in reads[name]))
        return above[name]

    tests = [name for name in nodes if name.startswith("test.")]
    return {
        name: reads[name]
        if name.startswith("test.")
        else reads[name] | {t for t in tests if reads[t] and reads[t] <= ancestors(name)}
        for name in nodes
    }


def _step(name: str, node: dict, waits: list[str]) -> Step:
    config = node["config"]
    common = {
        "id": name, "name": node["name"], "schema": node["schema"], "waits": waits,
        "path": node["original_file_path"], "code": node.get("compiled_code") or "",
        "reads": sorted(node.get("depends_on", {}).get("nodes", [])),
    }  # fmt: skip
    if node["resource_type"] == "test":
        usual = ("ERROR", "count(*)", "!= 0", "!= 0", None, False)
        asked = ("severity", "fail_calc", "warn_if", "error_if", "limit", "store_failures")
        _only(name, tuple(config[key] for key in asked) == usual)
        parents = node["depends_on"]["nodes"]
        of_seeds = all(parent.startswith("seed.") for parent in parents)
        return Step(kind="test", of_seeds=of_seeds, **common)
    _only(name, node["alias"] == node["name"] and node["database"] == DATABASE)
    hooks = tuple([hook["sql"] for hook in config[key]] for key in ("pre-hook", "post-hook"))
    documents = {what: True for what, asked in config["persist_docs"].items() if asked}
    if node["resource_type"] == "seed":
        _only(name, not any(hooks) and not documents and config["full_refresh"])
        _only(name, config["delimiter"] == "," and config["quote_columns"] is False)
        return Step(kind="seed", types=config["column_types"], **common)
    kind, is_python = config["materialized"], node["language"] == "python"
    _only(name, kind in _MATERIALS and not (is_python and (documents or kind != "table")))
    _only(name, not any(config.get(key) for key in ("sql_header", "indexes", "unique_key")))
    has_contract = config["contract"]["enforced"]
    if kind == "incremental":
        wanted = [config["incremental_strategy"], config["on_schema_change"]]
        _only(name, wanted == ["append", "ignore"] and not documents and not has_contract)
        _only(name, "_deliveries(" in str(hooks) and bool(deliveries_in(common["code"])))
    else:
        _only(name, hooks in ((([], [])), _ONE_THREAD) and "deliveries {" not in common["code"])
    _only(name, not node["constraints"] and (has_contract or kind == "view" or not documents))
    return Step(
        kind="python" if is_python else kind,
        columns=_columns(name, node, bool(documents.get("columns"))),
        has_contract=has_contract,
        comment=node["description"] if documents.get("relation") else "",
        one_thread=hooks == _ONE_THREAD,
        **common,
    )


def _columns(name: str, node: dict, are_documented: bool) -> list[Column]:
    """The columns whose types or comments the night writes."""
    has_contract = node["config"]["contract"]["enforced"]
    if not has_contract and not are_documented:
        return []
    found = []
    for column in node["columns"].values():
        kinds = {constraint["type"] for constraint in column["constraints"]}
        _only(name, not column["quote"] and kinds <= {"not_null"})
        ddl = f"{column['name']} {column['data_type']}{' not null' if kinds else ''}"
        found.append(
            Column(
                column["name"],
                _type_of(column["data_type"]) if has_contract else "",
                ddl if has_contract else "",
                column["description"] if are_documented else "",
            )
        )
    return found


@cache
def _type_of(declared: str) -> str:
    """A type as DuckDB names it."""
    with duckdb.connect() as connection:
        return one_row(connection, f"describe select cast(null as {declared}) as x")[1]


def deliveries_in(code: str) -> list[dict]:
    """What a model that is kept per delivery says of itself: see `is_to_build`."""
    return [json.loads(found) for found in _PER_DELIVERY.findall(code)]


def with_deliveries(
    code: str,
    keys: list[str] | None,
    rows: tuple[int, int] | None = None,
    *,
    is_small: bool = False,
) -> str:
    """The SQL of such a model for some deliveries, or for all that landed.

    Args:
        code: with what it says of itself in it.
        keys: of the deliveries; None for all.
        rows: the first and the last row of them, where not all are taken at once.
        is_small: it is one delivery of few people beside many. An equality holds for all that is
            joined on the key as well, to DuckDB; a list does not. It then takes the answers for
            few, and would keep those of many in memory.
    """

    def condition(found: re.Match) -> str:
        if keys is None:
            return "true"
        facts = json.loads(found[1])
        if not keys or (rows and rows[0] > 1 and not facts["row"]):
            return "false"
        listed = ", ".join(f"'{key}'" for key in keys)
        chosen = f"{facts['key']} = {listed}" if is_small else f"{facts['key']} in ({listed})"
        if not (rows and facts["row"]):
            return chosen
        return f"({chosen} and {facts['row']} between {rows[0]} and {rows[1]})"

    return _PER_DELIVERY.sub(condition, code)


def for_database(code: str, database: str) -> str:
    """Compiled code with the name of the warehouse in place of the one it was compiled for."""
    name = quoted(database)
    in_python = name.replace('"', '\\"')
    return code.replace(f'\\"{DATABASE}\\".', f"{in_python}.").replace(f'"{DATABASE}".', f"{name}.")


def _only(name: str, is_known: bool) -> None:
    if not is_known:
        raise NoPlanError(f"{name}: asks what only dbt does")
