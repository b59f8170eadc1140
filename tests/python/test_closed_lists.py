"""A list of values in the codebook is closed only where code gives each of them its meaning."""

from collections.abc import Iterator

import yaml
from peil.settings import PROJECT
from test_no_study import in_python, in_sql

# Names of columns: the facts that a delivery is measured by.
COLUMNS = {("delivery_rules", "rule_code")}


def closed_lists() -> Iterator[tuple[str, str, list[str]]]:
    for file in sorted((PROJECT / "models" / "codebook").glob("_*.yml")):
        for seed in yaml.safe_load(file.read_text(encoding="utf-8"))["seeds"]:
            for column in seed["columns"]:
                for test in column.get("data_tests", []):
                    if isinstance(test, dict) and "accepted_values" in test:
                        values = test["accepted_values"]["arguments"]["values"]
                        yield seed["name"], column["name"], values


def test_every_value_of_a_closed_list_has_a_meaning_in_code():
    """One value of a list may be what is left: the branch without a name."""
    words: set[str] = set()
    for room in ("models", "macros", "scripts/peil"):
        for path in (PROJECT / room).rglob("*"):
            if path.suffix in {".sql", ".py"}:
                read = in_sql if path.suffix == ".sql" else in_python
                words |= read(path.read_text(encoding="utf-8"))
    without = {
        (seed, column): [value for value in values if value not in words]
        for seed, column, values in closed_lists()
        if (seed, column) not in COLUMNS
    }
    assert without
    assert {key: values for key, values in without.items() if len(values) > 1} == {}
