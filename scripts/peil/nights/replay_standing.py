"""Steps that stand: of what they are made of nothing changed since a night that passed.

A night that ended well writes down its code and a digest of every seed and of every table that
landing and publishing fill. The next one makes a step only where something that it reads came out
otherwise: a table that is made anew and holds what it held keeps what is made of it from being made
anew. A corrected label leaves the figures alone so, and a new delivery what is of the codebook.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from peil.built import code_digest, sha256_of
from peil.nights.plan import Plan, Step
from peil.warehouse import literal, one_row, quoted

RECORD = "nights.made_of"
# To read more rows than this twice would take longer than most steps that may be spared by it.
MOST_ROWS = 20_000
_CODE = "code"
_SOURCE = "source."
Kinds = dict[tuple[str, str], str]


class Standing:
    """Which steps need not run."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        plan: Plan,
        seeds: Path,
        kinds: Kinds,
        *,
        anew: bool,
    ) -> None:
        """Compare everything that comes from elsewhere with what it was.

        Until the build has ended, nothing is known of it.

        Args:
            connection: the warehouse, before anything is made.
            plan: all steps of a night.
            seeds: the codebook.
            kinds: whether each name is that of a table or a view.
            anew: nothing stands.
        """
        self.connection = connection
        self.kinds = kinds
        self.now = {_CODE: f"{code_digest()} {_digest_of_plan(plan)}"}
        for step in plan.steps:
            if step.kind == "seed":
                self.now[step.id] = sha256_of(seeds / Path(step.path).name)
        for name in sorted({r for s in plan.steps for r in s.reads if r.startswith(_SOURCE)}):
            *_, schema, table = name.split(".")
            # A large one is never known to be the same: what reads it, keeps it per delivery.
            if (content := self._content(f"{quoted(schema)}.{quoted(table)}")) is not None:
                self.now[name] = content
        before = _record(connection)
        forget_record(connection)
        self.is_known = before.get(_CODE) == self.now[_CODE] and not anew
        self.changed = {
            name
            for name in {*self.now, *(r for s in plan.steps for r in s.reads)}
            if (name in self.now or name.startswith(_SOURCE))
            and before.get(name, "") != self.now.get(name)
        }
        # What other answers came into: nearly everything that is made of it is other as well.
        self.moved: set[str] = set()
        self.n_standing = 0

    def stands(self, step: Step) -> bool:
        """Whether a step would make again what is there, or test again what passed."""
        # What is kept per delivery knows by itself what to make.
        if not self.is_known or step.kind == "incremental":
            return False
        if not self.changed.isdisjoint({step.id, *step.reads}):
            return False
        there = self.kinds.get((step.schema, step.name))
        stands = step.kind == "test" or there == ("view" if step.kind == "view" else "table")
        self.n_standing += stands
        return stands

    @contextmanager
    def watched(self, step: Step) -> Iterator[None]:
        """See whether what a step makes is what was there."""
        if not self.is_known or step.kind == "test":
            yield
            return
        self.changed.add(step.id)
        if not self.moved.isdisjoint(step.reads) and step.kind != "incremental":
            self.moved.add(step.id)
            yield
            return
        path = f"{quoted(step.schema)}.{quoted(step.name)}"
        was_there = step.kind != "view" and self.kinds.get((step.schema, step.name)) == "table"
        before = self._made(step, path) if was_there else None
        yield
        if before is not None and before == self._made(step, path):
            self.changed.discard(step.id)
        elif step.kind == "incremental":
            self.moved.add(step.id)

    def remember(self) -> None:
        """Write down what this build was made of, if it is whole."""
        if one_row(self.connection, "select max(tested_at) from nights.build")[0] is None:
            return
        rows = ", ".join(f"({literal(n)}, {literal(d)})" for n, d in sorted(self.now.items()))
        self.connection.execute(
            f"create or replace table {RECORD} as from (values {rows}) as made (name, digest)"
        )

    def _made(self, step: Step, path: str) -> str | None:
        if step.kind != "incremental":
            return self._content(path)
        versions = one_row(
            self.connection,
            "select coalesce(sum(hash(delivery_key, delivery_version)), 0) "
            f"from staging.built_deliveries where model_name = {literal(step.name)}",
        )
        return f"{versions[0]} {one_row(self.connection, f'select count(*) from {path}')[0]}"

    def _content(self, path: str) -> str | None:
        """What a table holds, whatever the order of its rows; None where it is too long to tell."""
        try:
            if one_row(self.connection, f"select count(*) from {path}")[0] > MOST_ROWS:
                return None
            found = one_row(
                self.connection,
                "select count(*), sum(hash(whole_row)), any_value(typeof(whole_row)) "
                f"from {path} as whole_row",
            )
        except duckdb.CatalogException:
            return None
        return " ".join(map(str, found))


def forget_record(connection: duckdb.DuckDBPyConnection) -> None:
    """What is built is no longer what the record says."""
    connection.execute(f"drop table if exists {RECORD}")


def _record(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    try:
        return dict(connection.execute(f"select name, digest from {RECORD}").fetchall())
    except duckdb.CatalogException:
        return {}


def _digest_of_plan(plan: Plan) -> str:
    digest = hashlib.sha256()
    for step in plan.steps:
        digest.update(f"{step.id} {step.code}\n".encode())
    return digest.hexdigest()
