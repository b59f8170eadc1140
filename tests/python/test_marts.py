"""Every figure of a mart is held against something else by a test of the data, every night."""

import re
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
MARTS = PROJECT / "models" / "marts"
SHARED = MARTS / "shared"  # what marts select from: not published
GENERIC = PROJECT / "tests" / "generic"
# Tests of keys say nothing about figures.
OF_KEYS = {"rows_are_unique", "columns_are_filled", "not_null", "unique", "accepted_values"}


def _marts() -> dict[str, dict]:
    described = {}
    for file in sorted(set(MARTS.rglob("_*.yml")) - set(SHARED.glob("_*.yml"))):
        # In C: these are read before any test begins, in every process.
        read = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for model in read.get("models", []):
            described[model["name"]] = model
    return described


def _is_figure(column: dict) -> bool:
    return column["data_type"] in {"double", "bigint", "integer"} and column["name"] != "sort_order"


def _words(model: dict) -> set[str]:
    """The words of the tests of a mart: their arguments and the SQL of the generic test."""
    words: set[str] = set()
    for test in model.get("data_tests", []):
        name, details = (test, {}) if isinstance(test, str) else next(iter(test.items()))
        if name in OF_KEYS:
            continue
        sql = (GENERIC / f"{name}.sql").read_text()
        words |= set(re.findall(r"\w+", sql))
        words |= set(re.findall(r"\w+", yaml.safe_dump(details.get("arguments", {}))))
    return words


MODELS = _marts()


def test_every_mart_is_described() -> None:
    published = set(MARTS.rglob("*.sql")) - set(SHARED.glob("*.sql"))
    assert set(MODELS) == {file.stem for file in published}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_figure_of_a_mart_is_in_a_test_of_its_data(name: str) -> None:
    words = _words(MODELS[name])
    figures = [c["name"] for c in MODELS[name]["columns"] if _is_figure(c)]
    # Tests write the figures with clusters as units with the suffix in a loop.
    unseen = [f for f in figures if not {f, f.removesuffix("_clustered")} & words]

    assert not unseen, (
        f"{name}: no test of the data in models/marts/*.yml names {', '.join(unseen)}. Hold them "
        "against estimates (figures_equal_estimates) or give them a rule (rules_hold)."
    )


def test_every_generic_test_is_itself_tested() -> None:
    planted = "".join(f.read_text() for f in (PROJECT / "tests/tests_of_tests").glob("*.sql"))
    untested = [f.stem for f in sorted(GENERIC.glob("*.sql")) if f"test_{f.stem}(" not in planted]

    assert untested == []


def _descriptions() -> dict[str, set[str]]:
    """Per name of a column what the marts say it is."""
    found: dict[str, set[str]] = {}
    for model in MODELS.values():
        for column in model["columns"]:
            found.setdefault(column["name"], set()).add(column["description"])
    return found


def _listed() -> list[str]:
    """The columns of which docs/concepts.md says what they mean in every table."""
    text = (PROJECT / "docs" / "concepts.md").read_text(encoding="utf-8")
    section = text.partition("\n## Columns\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


def test_a_column_of_one_name_means_one_thing() -> None:
    several = {name for name, texts in _descriptions().items() if len(texts) > 1}
    listed = _listed()

    assert len(listed) == len(set(listed))
    assert several - set(listed) == set(), (
        "Two marts describe a column of this name in different words. Is it the same thing? Then "
        "describe it in the same words, or say in docs/concepts.md, Columns, what holds in both. "
        "If not, one of them needs another name."
    )
    assert set(listed) - several == set(), "docs/concepts.md, Columns: no longer told apart."


def test_a_column_of_one_name_has_one_type() -> None:
    types: dict[str, set[str]] = {}
    for model in MODELS.values():
        for column in model["columns"]:
            types.setdefault(column["name"], set()).add(column["data_type"])

    assert {name: found for name, found in types.items() if len(found) > 1} == {}
