"""The columns of a seed stand in one list: every codebook, draft and Python module follows it."""

import re
from pathlib import Path

import jinja2
import pytest
import yaml
from jinja2 import meta, nodes
from peil.codebook.complete import absent
from peil.codebook.decode import DECODING, SEEDS, load_seeds
from peil.codebook.numbers import MACRO
from peil.codebook.seed_text import first_line
from peil.codebook.seeds import PROPERTIES, header, seed_columns
from peil.codebook.sources import read_rows
from peil.errors import InputError
from peil.settings import PROJECT

CODEBOOKS = sorted(
    [PROJECT / "seeds", *PROJECT.glob("examples/*/seeds"), *PROJECT.glob("tests/python/*/seeds")]
)


def test_the_properties_of_a_seed_describe_the_columns_that_they_type():
    for path in sorted(PROPERTIES.glob("*.yml")):
        for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]:
            described = [column["name"] for column in seed["columns"]]
            assert described == list(seed["config"]["column_types"]), f"{path.name}: {seed['name']}"
            assert all(column["description"] for column in seed["columns"])


@pytest.mark.parametrize("codebook", CODEBOOKS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_codebook_has_every_seed_with_its_columns(codebook: Path):
    files = {path.stem: first_line(path) for path in codebook.glob("*.csv")}
    assert files == {seed: header(seed) for seed in seed_columns()}


def test_there_are_codebooks_to_hold():
    assert len(CODEBOOKS) >= 5


def codebook(folder: Path, **headers: str) -> Path:
    """A codebook without rows, with other first lines for some seeds."""
    for seed in seed_columns():
        line = headers.get(seed, ",".join(header(seed)))
        (folder / f"{seed}.csv").write_text(f"{line}\n")
    return folder


def test_a_column_that_is_not_there_is_named(tmp_path: Path):
    seeds = codebook(tmp_path, channels="channel_code,label_nl,sentence_nl,sort_order")
    assert "channels.csv: no column 'label_en'." in absent(seeds)
    with pytest.raises(InputError, match="column 'label_en' is missing"):
        list(read_rows(seeds / "channels.csv"))


def test_seeds_are_typed_as_dbt_types_them(tmp_path: Path):
    import duckdb

    with duckdb.connect() as connection:
        load_seeds(connection, codebook(tmp_path), SEEDS)
        for seed in SEEDS:
            found = connection.execute(
                "select column_name, lower(data_type) from duckdb_columns() where table_name = ?",
                [f"codebook_{seed}"],
            ).fetchall()
            assert dict(found) == seed_columns()[seed]


def uses(template: Path) -> set[str]:
    """What a template asks of whoever renders it: variables, filters, tests and statements."""
    tree = jinja2.Environment().parse(template.read_text(encoding="utf-8"))
    plain = (nodes.Output, nodes.TemplateData, nodes.Macro, nodes.If)
    statements = {
        type(node).__name__ for node in tree.find_all(nodes.Stmt) if not isinstance(node, plain)
    }
    filters = {node.name for node in tree.find_all((nodes.Filter, nodes.Test))}
    return meta.find_undeclared_variables(tree) | filters | statements


def test_what_decodes_at_the_door_uses_nothing_of_dbt_but_its_inputs():
    models = sorted(DECODING.glob("*.sql"))
    assert len(models) == 3
    for model in models:
        assert uses(model) <= {"ref", "source"}, model.name
        asked = set(re.findall(r"ref\('(\w+)'\)", model.read_text()))
        assert asked <= {*SEEDS, "stg_deliveries", *(m.stem for m in models)}, model.name


def test_the_check_of_numbers_uses_nothing_of_dbt():
    assert uses(MACRO) == set()


def test_a_macro_or_a_setting_in_such_a_model_is_seen(tmp_path: Path):
    for planted in (
        "{{ threshold('min_cell_n') }}", "{{ config(materialized='view') }}",
        "{{ ref('waves') | upper }}", "{% set x = 1 %}", "{% for x in [1] %}{% endfor %}",
    ):  # fmt: skip
        path = tmp_path / "model.sql"
        path.write_text(planted)
        assert not uses(path) <= {"ref", "source"}, planted
