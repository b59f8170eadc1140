"""Faults in a codebook, by every test of the seeds that dbt runs, with row and column.

Rows are counted as a spreadsheet does: the first line is row 1.
"""

import csv
import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

import duckdb
import jinja2
import pyarrow as pa

from peil.codebook.decode import render
from peil.codebook.seed_rules import AMONG, FILLED, POSITIVE, REFERS, UNIQUE, Rule, rules
from peil.codebook.seed_text import seed_text
from peil.codebook.seeds import seed_columns
from peil.settings import PROJECT
from peil.warehouse import literal, quoted

_TESTS = PROJECT / "tests" / "singular"
_REF = re.compile(r"""\bref\(\s*["'](\w+)["']\s*\)""")
_CALL = re.compile(r"\{\{-?\s*(\w+)\(")
_ROW = "seed_row"


def seed_faults(seeds: Path) -> list[str]:
    """A sentence per fault that would stop a night; seeds that are absent are said elsewhere."""
    found: list[str] = []
    with duckdb.connect(config={"threads": 1}) as connection:
        here = [seed for seed in seed_columns() if (seeds / f"{seed}.csv").is_file()]
        for seed in here:
            found += _load(connection, seeds / f"{seed}.csv")
        kept = [r for r in rules() if r.seed in here and (not r.other or r.other in here)]
        for _, of_seed in groupby(kept, key=lambda rule: rule.seed):
            single = list(of_seed)
            found += _broken(connection, [r for r in single if r.kind != UNIQUE])
            for rule in single:
                found += _repeated(connection, rule) if rule.kind == UNIQUE else []
        # What whole tests ask is only asked of rows that hold by themselves.
        if not found and set(here) == set(seed_columns()):
            for test in _tests_of_seeds():
                found += _rows_of(connection, test)
    return found


def _load(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """A table per seed, typed as dbt types it; says which cells and rows cannot be read."""
    seed, types = path.stem, seed_columns()[path.stem]
    lines = list(csv.reader(seed_text(path)))
    names = lines[0] if lines else []
    found = [
        f"{path.name}, row {number}: has {len(line)} cells, the first line {len(names)}. Put text "
        "with a comma between quotation marks."
        for number, line in enumerate(lines[1:], start=2)
        if line and len(line) != len(names)
    ]
    rows = [(number, line) for number, line in enumerate(lines[1:], start=2)
            if line and len(line) == len(names)]  # fmt: skip
    arrays = {name: pa.array([line[i] or None for _, line in rows], pa.string())
              for i, name in enumerate(names) if name in types}  # fmt: skip
    for name in types:
        arrays.setdefault(name, pa.nulls(len(rows), pa.string()))
    arrays[_ROW] = pa.array([number for number, _ in rows], pa.int64())
    connection.register("read", pa.table(arrays))
    typed = ", ".join(f"try_cast({quoted(c)} as {t}) as {quoted(c)}" for c, t in types.items())
    connection.execute(f"create table {seed} as select {_ROW}, {typed} from read order by 1")
    # Any text is a varchar.
    unread = " union all ".join(
        f"select {place} as place, {literal(column)}, {literal(kind)}, {_ROW}, {quoted(column)} "
        f"from read where {quoted(column)} is not null "
        f"and try_cast({quoted(column)} as {kind}) is null"
        for place, (column, kind) in enumerate(types.items())
        if kind.lower() != "varchar"
    )
    if unread:
        found += [
            f"{path.name}, row {row}, column '{column}': '{value}' is no {kind}."
            for _, column, kind, row, value in connection.execute(
                f"{unread} order by place, {_ROW}"
            ).fetchall()
        ]
    connection.unregister("read")
    return found


def _broken(connection: duckdb.DuckDBPyConnection, kept: list[Rule]) -> list[str]:
    """What is wrong with single cells of one seed, in the order of its rows."""
    if not kept:
        return []
    queries = []
    for rule in kept:
        condition, problem = _problem(rule)
        (column,) = rule.columns
        queries.append(
            f"select {_ROW}, {literal(column)}, {quoted(column)}::varchar, {literal(problem)} "
            f"from {rule.seed} where ({rule.where or 'true'}) and {condition}"
        )
    rows = connection.execute(" union all ".join(queries) + " order by 1, 2").fetchall()
    return [
        f"{kept[0].seed}.csv, row {row}, column '{column}': "
        + (f"'{value}' {problem}" if value is not None else problem)
        for row, column, value, problem in rows
    ]


def _problem(rule: Rule) -> tuple[str, str]:
    """The condition under which a cell is wrong, and what to say of it."""
    name = quoted(rule.columns[0])
    if rule.kind == FILLED:
        return f"{name} is null", "is empty, and is needed."
    if rule.kind == REFERS:
        field = quoted(rule.field)
        return (
            f"{name} is not null and {name}::varchar not in "
            f"(select {field}::varchar from {rule.other} where {field} is not null)",
            f"is not in {rule.other}.csv, column {rule.field}.",
        )
    if rule.kind == AMONG:
        values = ", ".join(map(literal, rule.values)) or "null"
        return (
            f"{name} is not null and {name}::varchar not in ({values})",
            f"is not one of {', '.join(rule.values)}.",
        )
    assert rule.kind == POSITIVE
    return f"{name} is null or not ({name} > 0 and isfinite({name}))", "is not a number above 0."


def _repeated(connection: duckdb.DuckDBPyConnection, rule: Rule) -> list[str]:
    where = f"({rule.where or 'true'})"
    names = ", ".join(map(quoted, rule.columns))
    # A column by itself may be empty in many rows; of several, empty cells count as equal.
    filled = f"{quoted(rule.columns[0])} is not null" if len(rule.columns) == 1 else "true"
    rows = connection.execute(
        f"select list({_ROW} order by {_ROW}), {names} from {rule.seed} where {where} and {filled} "
        "group by all having count(*) > 1 order by 1"
    ).fetchall()
    return [
        f"{rule.seed}.csv, row {numbers[1]}, column '{' × '.join(rule.columns)}': "
        f"'{' × '.join('' if v is None else str(v) for v in values)}' stands in row {numbers[0]} "
        "as well. Keep one."
        for numbers, *values in rows
    ]


@cache
def _tests_of_seeds() -> tuple[Path, ...]:
    """The whole tests that read seeds and nothing that is built of answers."""
    known = {*seed_columns(), "stg_options"}
    return tuple(
        path for path in sorted(_TESTS.glob("*.sql"))
        if set(_REF.findall(_whole(path))) <= known
    )  # fmt: skip


def _whole(path: Path) -> str:
    """A test with the macros that it calls before it."""
    text = path.read_text(encoding="utf-8")
    return "\n".join([*(_macro(name) for name in set(_CALL.findall(text)) - {"ref"}), text])


@cache
def _macro(name: str) -> str:
    for path in sorted((PROJECT / "macros").glob("**/*.sql")):
        start = r"\{%-? macro " + name
        found = re.search(start + r"\(.*?\{%-? endmacro -?%\}", path.read_text("utf-8"), re.DOTALL)
        if found:
            return found[0]
    return f"{{{{ ref('{name}') }}}}"


@cache
def _sql_of(test: Path) -> str:
    """A test as DuckDB runs it on tables that are named as seeds are."""
    options = (
        f"({render('stg_options', {'options': 'options', 'municipalities': 'municipalities'})})"
    )
    return jinja2.Template(_whole(test)).render(
        ref=lambda name: options if name == "stg_options" else name
    )


def _rows_of(connection: duckdb.DuckDBPyConnection, test: Path) -> Iterator[str]:
    found = connection.execute(_sql_of(test))
    names = [column[0] for column in found.description or []]
    comment = " ".join(re.findall(r"^-- ?(.*)$", test.read_text("utf-8"), re.MULTILINE))
    for row in found.fetchall():
        shown = ", ".join(
            f"{name} '{value}'" for name, value in zip(names, row, strict=True) if value is not None
        )
        yield f"{test.stem.removeprefix('assert_').replace('_', ' ')}: {shown}. {comment}"
