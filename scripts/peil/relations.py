"""Copy tables and views of the warehouse to another database file, with all their comments."""

from dataclasses import dataclass, field

import duckdb

from peil.warehouse import literal, quoted


@dataclass(frozen=True)
class Relation:
    """A table or view of the warehouse, its comment and those of its columns."""

    database: str
    schema: str
    name: str
    comment: str | None
    column_comments: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"{quoted(self.database)}.{quoted(self.schema)}.{quoted(self.name)}"


def relations_in(connection: duckdb.DuckDBPyConnection, schema: str) -> list[Relation]:
    """The tables and views of a schema of the current database, by name.

    The catalogue is read once: duckdb_columns() costs as much for one table as for all.
    """
    found = connection.execute(
        "select current_database(), table_name, comment from duckdb_tables() "
        "where database_name = current_database() and schema_name = $1 "
        "union all "
        "select current_database(), view_name, comment from duckdb_views() "
        "where database_name = current_database() and schema_name = $1 order by all",
        [schema],
    ).fetchall()
    relations = {name: Relation(base, schema, name, comment) for base, name, comment in found}
    for name, column, comment in connection.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = current_database() and schema_name = ? and comment is not null",
        [schema],
    ).fetchall():
        relations[name].column_comments[column] = comment
    return list(relations.values())


def copy_relation(
    connection: duckdb.DuckDBPyConnection, relation: Relation, target: str, *, ordered: bool = False
) -> None:
    """Create the table `target` (an SQL path) with the rows and comments of a relation.

    With `ordered` the rows stand in the order of all columns: a view has no order of its own.
    """
    order = " order by all" if ordered else ""
    connection.execute(f"create table {target} as from {relation.path}{order}")
    comments = [
        f"comment on column {target}.{quoted(column)} is {literal(text)}"
        for column, text in relation.column_comments.items()
    ]
    if relation.comment:
        comments.append(f"comment on table {target} is {literal(relation.comment)}")
    if comments:
        connection.execute("; ".join(comments))
