"""Statistics of numbers that a codebook asks of answers without one, by the SQL of the dbt test."""

from pathlib import Path

import duckdb
import jinja2

from peil.codebook.decode import load_seeds, render
from peil.errors import InputError
from peil.settings import PROJECT

_SEEDS = ("municipalities", "options", "questions", "scale_statistics", "scales")
MACRO = PROJECT / "macros" / "numbers.sql"


def without_numbers(seeds: Path) -> list[str]:
    """A sentence per mean, range or net that cannot be computed.

    Raises:
        InputError: a seed that is missing or cannot be read.
    """
    tables = {name: f"codebook_{name}" for name in _SEEDS}
    options = f"({render('stg_options', tables)})"
    query = jinja2.Template(
        MACRO.read_text(encoding="utf-8")
        + "{{ statistics_without_numbers(statistics, scales, questions, options) }}"
    ).render(
        statistics=tables["scale_statistics"],
        scales=tables["scales"],
        questions=tables["questions"],
        options=options,
    )
    with duckdb.connect() as connection:
        load_seeds(connection, seeds, _SEEDS)
        rows = connection.execute(f"from ({query}) order by all").fetchall()
    return [
        f"scale_statistics.csv: statistic '{statistic}' of scale '{scale}' {problem}"
        for scale, statistic, _, problem in rows
    ]


def refuse_without_numbers(seeds: Path) -> None:
    """Stop before anything lands.

    Raises:
        InputError: the codebook asks a mean, range or net that cannot be computed.
    """
    if sentences := without_numbers(seeds):
        raise InputError("\n".join([f"{seeds}: statistics that cannot be computed.", *sentences]))
