"""Simulated respondents in a DuckDB table, skewed against the margins they are raked to.

Levels are of an ENUM type per variable: coded, as the categories that the other programs get.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
from peil.warehouse import literal

POPULATION = 13_000_000

# Per variable: share per level in the population and in the sample.
SHARES = {
    "gender": ([0.505, 0.495], [0.60, 0.40]),
    "age": ([0.14, 0.16, 0.15, 0.17, 0.18, 0.20], [0.05, 0.10, 0.14, 0.20, 0.26, 0.25]),
    "education": ([0.25, 0.40, 0.22, 0.13], [0.12, 0.33, 0.32, 0.23]),
    "region": (
        [0.15, 0.13, 0.12, 0.11, 0.10, 0.09, 0.08, 0.07, 0.06, 0.04, 0.03, 0.02],
        [0.10, 0.10, 0.10, 0.10, 0.10, 0.09, 0.09, 0.08, 0.08, 0.06, 0.05, 0.05],
    ),
}


@dataclass(frozen=True)
class Case:
    """One raking problem: its variables and whether base weights vary."""

    name: str
    variables: tuple[str, ...]
    has_base_weights: bool

    @property
    def targets(self) -> dict[str, dict[str, float]]:
        """Population total per level of each variable."""
        return {
            variable: {
                level: POPULATION * share
                for level, share in zip(_levels(variable), SHARES[variable][0], strict=True)
            }
            for variable in self.variables
        }


CASES = (
    Case("2 margins", ("gender", "age"), has_base_weights=False),
    Case("4 margins, base weights", ("gender", "age", "education", "region"), True),
)


def write_respondents(path: Path, case: Case, n: int, random_seed: int = 1) -> None:
    """Make a DuckDB file with `respondents`, and the same rows as Parquet and CSV beside it.

    Draws are hashes of the row number, so that the rows are equal whatever the threads. A level
    leans on the variable before it, so that raking needs more than one cycle.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    columns, earlier = [], "0"
    for k, variable in enumerate(case.variables):
        draw = f"{_uniform(random_seed, k)} ^ (1 + 0.25 * ({earlier} % 2))"
        columns.append(_level(variable, draw))
        earlier = _number(variable, f"{_uniform(random_seed, k)}")
    weight = f"round(0.5 + {_uniform(random_seed, 9)}, 4)" if case.has_base_weights else "1.0"
    with duckdb.connect(str(path)) as connection:
        for variable in case.variables:
            levels = ", ".join(literal(level) for level in _levels(variable))
            connection.execute(f"create type {enum_type(variable)} as enum ({levels})")
        connection.execute(
            f"create table respondents as select row_number as respondent_id, "
            f"{', '.join(columns)}, cast({weight} as double) as base_weight "
            f"from range({n}) as t (row_number)"
        )
        for suffix, form in ((".parquet", "parquet"), (".csv", "csv")):
            target = literal(str(path.with_suffix(suffix)))
            connection.execute(f"copy respondents to {target} (format {form})")


def enum_type(variable: str) -> str:
    """The DuckDB type of the levels of a variable."""
    return f"{variable}_level"


def _levels(variable: str) -> list[str]:
    return [f"{variable}_{i + 1:02d}" for i in range(len(SHARES[variable][0]))]


def _uniform(random_seed: int, stream: int) -> str:
    return f"(hash(row_number * 1000003 + {random_seed} * 97 + {stream}) % 1000000007 / 1000000007)"


def _number(variable: str, draw: str) -> str:
    """The 0-based level that a draw in [0, 1) falls in."""
    total, cuts = 0.0, []
    for share in SHARES[variable][1][:-1]:
        total += share
        cuts.append(f"({draw} >= {total:.4f})::int")
    return f"({' + '.join(cuts)})"


def _level(variable: str, draw: str) -> str:
    number = _number(variable, f"({draw})")
    name = f"printf('{variable}_%02d', {number} + 1)"
    return f"cast({name} as {enum_type(variable)}) as {variable}"
