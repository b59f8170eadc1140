"""The data tests of the seeds, as their properties declare them: the one definition dbt runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from peil.codebook.seeds import PROPERTIES

FILLED, UNIQUE, REFERS, AMONG, POSITIVE = "filled", "unique", "refers", "among", "positive"
# Told by `peil.codebook.numbers`, with the SQL of the test itself.
ELSEWHERE = {"answers_have_numbers"}


@dataclass(frozen=True)
class Rule:
    """What holds of the rows of a seed: its kind, and the columns it is about."""

    seed: str
    kind: str
    columns: tuple[str, ...]
    values: tuple[str, ...] = ()
    other: str = ""
    field: str = ""
    where: str = ""


@cache
def rules() -> tuple[Rule, ...]:
    """Every data test of every seed.

    Raises:
        ValueError: a test of a kind that is not known here: `peil codebook check` would be silent
            about what stops a night.
    """
    return tuple(
        rule
        for path in sorted(PROPERTIES.glob("*.yml"))
        for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]
        for rule in _of_seed(seed)
    )


def _of_seed(seed: dict[str, Any]) -> Iterator[Rule]:
    name = seed["name"]
    for test in seed.get("data_tests", []):
        yield from _rule(name, "", test)
    for column in seed["columns"]:
        for test in column.get("data_tests", []):
            yield from _rule(name, column["name"], test)


def _rule(seed: str, column: str, test: str | dict[str, Any]) -> Iterator[Rule]:
    kind, given = (test, {}) if isinstance(test, str) else next(iter(test.items()))
    given = given or {}
    arguments = given.get("arguments", given)
    where = str(given.get("config", {}).get("where", ""))
    columns = tuple(arguments.get("columns", [])) or (column,)
    if kind in {"not_null", "columns_are_filled"}:
        yield from (Rule(seed, FILLED, (c,), where=where) for c in columns)
    elif kind in {"unique", "rows_are_unique"}:
        yield Rule(seed, UNIQUE, columns, where=where)
    elif kind == "relationships":
        other = arguments["to"].removeprefix("ref('").removesuffix("')")
        yield Rule(seed, REFERS, columns, other=other, field=arguments["field"], where=where)
    elif kind == "accepted_values":
        yield Rule(seed, AMONG, columns, values=tuple(map(str, arguments["values"])), where=where)
    elif kind == "is_positive":
        yield Rule(seed, POSITIVE, columns, where=where)
    elif kind not in ELSEWHERE:
        raise ValueError(f"models/codebook, {seed}: test '{kind}' is not known to seed_rules.")
