"""What a replay writes of itself in the warehouse: as the hooks in macros/ do for `dbt build`."""

import json
from pathlib import Path

import duckdb

from peil.built import build_facts
from peil.nights.plan import NoPlanError, Plan, deliveries_in
from peil.warehouse import literal, quoted


def begin_build(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Forget the build before this one, and what no model makes as it is any more.

    Raises:
        NoPlanError: nothing has landed, which dbt says.
    """
    landed = connection.execute("select 1 from raw.deliveries where status = 'landed' limit 1")
    if landed.fetchone() is None:
        raise NoPlanError("nothing has landed")
    for schema in sorted({*plan.schemas, "staging", "nights"}):
        connection.execute(f"create schema if not exists {quoted(schema)}")
    has_codebook = ("codebook", "built_codebook") in relation_kinds(connection)
    digest = "(select max(digest) from codebook.built_codebook)" if has_codebook else "null"
    connection.execute(
        f"""
        create or replace table nights.build as
        select
            null::timestamp as tested_at,
            coalesce(
                (
                    select to_json(list(delivery order by source_code, file_name))
                    from (
                        select delivery_key, file_name, sha256, source_code, wave_code, n_rows
                        from raw.deliveries where status = 'landed'
                    ) as delivery
                ), '[]'
            )::varchar as deliveries,
            {digest}::varchar as kept_codebook,
            null::varchar as facts
        """
    )
    connection.execute("drop table if exists codebook.built_codebook")
    connection.execute(
        "create table if not exists staging.built_deliveries "
        "(model_name varchar, delivery_key varchar, delivery_version varchar)"
    )
    _drop_outdated(connection, plan)
    _drop_marts_without_model(connection, plan)


def end_build(connection: duckdb.DuckDBPyConnection, package: Path, *, kept_seeds: bool) -> None:
    """Everything ran and passed: write down when, and of which seeds and code."""
    facts = build_facts(str(package), str(package))
    condition = "true"
    if kept_seeds:
        condition = f"kept_codebook = {literal(json.loads(facts)['codebook'])}"
    connection.execute(
        "update nights.build set tested_at = now() at time zone 'UTC', facts = ? "
        f"where {condition}",
        [facts],
    )


class KeptPerDelivery:
    """Which version of each delivery the models hold that are kept per delivery."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.known: set[str] = set()
        self.read_anew: set[str] = set()

    def versions(self, relation: str, version: str) -> dict[str, str]:
        """The version of each delivery now: what it is made of, seeds and code."""
        found = self.connection.execute(f"select delivery_key, {version} from {relation}")
        versions = dict(found.fetchall())
        self.known |= set(versions)
        return versions

    def current(self, model: str, versions: dict[str, str]) -> set[str]:
        """The deliveries that a model holds in their present version."""
        built = self.connection.execute(
            "select delivery_key, delivery_version from staging.built_deliveries "
            "where model_name = ?",
            [model],
        ).fetchall()
        return {key for key, version in built if versions.get(key) == version}

    def remember(self, model: str, versions: dict[str, str], made: set[str]) -> None:
        """A model holds these versions now, some of them just made."""
        self.read_anew |= made
        self.connection.execute(
            "delete from staging.built_deliveries where model_name = ?", [model]
        )
        if versions:
            self.connection.executemany(
                "insert into staging.built_deliveries values (?, ?, ?)",
                [[model, key, version] for key, version in versions.items()],
            )


def _drop_outdated(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """A kept table of other SQL may have other columns."""
    kinds = relation_kinds(connection)
    for step in plan.steps:
        if step.kind != "incremental":
            continue
        other = connection.execute(
            "select 1 from staging.built_deliveries where model_name = ? "
            "and not ends_with(delivery_version, ?) limit 1",
            [step.name, deliveries_in(step.code)[0]["code"]],
        ).fetchone()
        if other and kinds.get((step.schema, step.name)) == "table":
            connection.execute(f"drop table {quoted(step.schema)}.{quoted(step.name)}")


def _drop_marts_without_model(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    made = {(step.schema, step.name) for step in plan.steps if step.kind != "test"}
    for (schema, name), kind in relation_kinds(connection).items():
        if schema == "marts" and (schema, name) not in made:
            connection.execute(f"drop {kind} marts.{quoted(name)}")


def relation_kinds(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Whether each name, with its schema, is that of a table or a view."""
    return {
        (schema, name): kind
        for schema, name, kind in connection.execute(
            "select schema_name, table_name, 'table' from duckdb_tables() "
            "where database_name = current_database() union all "
            "select schema_name, view_name, 'view' from duckdb_views() "
            "where database_name = current_database() and not internal"
        ).fetchall()
    }
