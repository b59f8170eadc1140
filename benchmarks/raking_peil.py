"""Raking as Peil does it: one GROUP BY, factors per cell, one join that writes the weights.

Run as a program it measures one case and prints one JSON object.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
from peil.raking import prepare_margins, rake

from benchmarks.respondents import CASES, Case, enum_type

BARE = "create table weights_bare as select *, base_weight as weight from respondents"


def rake_table(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    """Rake `respondents` and leave the factor per cell in the temporary table `factors`."""
    columns = ", ".join(case.variables)
    cells = connection.execute(
        f"select {columns}, sum(base_weight) as sum_d, count(*) as n from respondents group by all"
    ).fetchnumpy()
    levels = {variable: np.asarray(cells[variable], dtype=object) for variable in case.variables}
    margins = prepare_margins(levels, cells["sum_d"], cells["n"], case.targets)
    raked = rake(cells["sum_d"], margins)
    factors = {variable: levels[variable] for variable in case.variables}
    connection.register("raked", _as_arrow({**factors, "factor": raked.factors}))
    coded = ", ".join(f"cast({v} as {enum_type(v)}) as {v}" for v in case.variables)
    connection.execute(f"create or replace temp table factors as select {coded}, factor from raked")


def write_weights(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    """Write `weights`: respondents with their weight, by joining factors on the levels."""
    connection.execute(f"create table weights as {_weighted('respondents.*', case)}")


def weights_in_memory(connection: duckdb.DuckDBPyConnection, case: Case) -> np.ndarray:
    """The weights as an array, where nothing has to be stored."""
    return connection.execute(_weighted("respondents.respondent_id", case)).fetchnumpy()["weight"]


def margin_error(connection: duckdb.DuckDBPyConnection, case: Case) -> float:
    """The largest relative margin error, summed over the respondents in `weights`."""
    worst = 0.0
    for variable, targets in case.targets.items():
        sums = dict(
            connection.execute(
                f"select {variable}, fsum(weight) from weights group by all"
            ).fetchall()
        )
        worst = max(worst, *(abs(sums[level] / t - 1) for level, t in targets.items()))
    return worst


def measure(path: Path, case: Case, repeats: int) -> dict:
    """Time whole (read, rake, write), in memory (nothing written) and the bare write, in turns.

    A first round warms the caches and is left out.
    """
    timings: dict[str, list[float]] = {"bare": [], "whole": [], "memory": [], "rake": []}
    with duckdb.connect(str(path)) as connection:
        for turn in range(repeats + 1):
            spent = _one_round(connection, case)
            if turn:
                for name, seconds in spent.items():
                    timings[name].append(seconds)
        error = margin_error(connection, case)
        connection.execute("drop table weights")
    return {
        "seconds": timings["whole"],
        "memory_seconds": timings["memory"],
        "rake_seconds": timings["rake"],
        "bare_seconds": timings["bare"],
        "times_bare": statistics.median(timings["whole"]) / statistics.median(timings["bare"]),
        "max_margin_error": error,
    }


def _one_round(connection: duckdb.DuckDBPyConnection, case: Case) -> dict[str, float]:
    connection.execute("drop table if exists weights_bare")
    connection.execute("drop table if exists weights")
    connection.execute("checkpoint")
    bare = _seconds(lambda: connection.execute(BARE))
    connection.execute("drop table weights_bare")
    connection.execute("checkpoint")
    raking = _seconds(lambda: rake_table(connection, case))
    fetching = _seconds(lambda: weights_in_memory(connection, case))
    writing = _seconds(lambda: write_weights(connection, case))
    return {
        "bare": bare,
        "whole": raking + writing,
        "memory": raking + fetching,
        "rake": raking,
    }


def _weighted(columns: str, case: Case) -> str:
    names = ", ".join(case.variables)
    return (
        f"select {columns}, base_weight * factor as weight "
        f"from respondents inner join factors using ({names})"
    )


def _as_arrow(columns: dict[str, np.ndarray]) -> object:
    import pyarrow as pa

    return pa.table(columns)


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    file, case_name, n_repeats = sys.argv[1:]
    chosen = next(case for case in CASES if case.name == case_name)
    print(json.dumps(measure(Path(file), chosen, int(n_repeats))))
