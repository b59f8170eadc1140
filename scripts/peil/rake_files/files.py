"""The respondents of `peil rake` as raking cells, and their weights checked on themselves."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from peil.errors import InputError, RakingError
from peil.rake_files.job import Job
from peil.rake_files.levels import match_levels
from peil.rake_files.margins import ALL, Targets
from peil.rake_files.tables import mark_in, read_table
from peil.raking import Margin
from peil.raking.engine import RECHECK_TOLERANCE, worst_error
from peil.readers import INCOMING, Reading
from peil.readers.marks import as_number
from peil.warehouse import one_row, quoted

# So many bad base weights are named.
_NAMED = 5


def read_data(connection: duckdb.DuckDBPyConnection, job: Job, variables: list[str]) -> Reading:
    """Read the respondents into `incoming`.

    Raises:
        InputError: the file cannot be read, a column is missing, or has the name of the weight.
    """
    reading = read_table(
        connection, job.data, "--data", file_format=job.file_format, delimiter=job.delimiter,
        encoding=job.encoding,
    )  # fmt: skip
    needed: dict[str, Sequence[str | None]] = {
        "--margins": variables, "--group": [job.group], "--base-weight": [job.base_weight]
    }  # fmt: skip
    for option, names in needed.items():
        for name in names:
            if name is not None and column_of(reading, name) is None:
                raise InputError(
                    f"{job.data}: column '{name}' is missing ({option} names it). "
                    f"Columns here: {', '.join(reading.columns)}."
                )
    if clash := column_of(reading, job.weight_column):
        raise InputError(
            f"{job.data}: has a column '{clash}' already. Name the new one with --weight-column, "
            "or rename this one (use it with --base-weight under its new name)."
        )
    return reading


def column_of(reading: Reading, name: str) -> str | None:
    """The column of this name; capitals and spaces around it do not tell two columns apart."""
    wanted = " ".join(name.split()).lower()
    return next((c for c in reading.columns if c.lower() == wanted), None)


def read_cells(
    connection: duckdb.DuckDBPyConnection,
    job: Job,
    reading: Reading,
    targets: Targets,
    variables: list[str],
) -> pd.DataFrame:
    """One row per combination of group and levels: its respondents and their base weight.

    The columns are `cell_number`, `cell_group`, `n`, `sum_d`, `sum_d2`, and `level_<i>` for the
    i-th variable: no column of the data gives a name to anything here.
    """
    group = _matched(connection, reading, job.group, list(targets), "in_group")
    selects, joins = [f"{group[0]} as cell_group"], [group[1]]
    for i, variable in enumerate(variables):
        declared = [level for of_group in targets.values() for level in of_group.get(variable, {})]
        column, join = _matched(
            connection, reading, variable, [*declared, *job.unknown_levels], f"in_{i}"
        )
        selects.append(f"{column} as level_{i}")
        joins.append(join)
    d = _base_weight(connection, job, reading)
    connection.execute(
        f"create temp table placed as select {INCOMING}.row_number, {d} as d, "
        f"{', '.join(selects)} from {INCOMING} {' '.join(joins)}"
    )
    _check_base_weights(connection, job, reading)
    # Bounds on the weight itself need cells of one base weight.
    levels = [f"level_{i}" for i in range(len(variables))]
    keys = ", ".join([*levels, "d"] if job.bounds_on == "w" else levels)
    connection.execute(
        f"create temp table cells as select row_number() over (order by cell_group, {keys}) as "
        f"cell_number, cell_group, {keys}, count(*) as n, sum(d) as sum_d, sum(d * d) as sum_d2 "
        f"from placed group by cell_group, {keys}"
    )
    connection.execute(
        "create temp table cell_of as select placed.row_number, placed.d, cells.cell_number "
        f"from placed inner join cells using (cell_group, {keys})"
    )
    return connection.execute("from cells order by cell_number").df()


def _matched(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    name: str | None,
    declared: list[str],
    table: str,
) -> tuple[str, str]:
    """SQL for the level of a respondent as the margins call it, and the join that it needs."""
    if name is None:
        return f"'{ALL}'", ""
    column = column_of(reading, name)
    assert column is not None
    text = f"coalesce({INCOMING}.{quoted(column)}, '')"
    found = [t for (t,) in connection.execute(f"select distinct {text} from {INCOMING}").fetchall()]
    matched = match_levels(
        found, declared, reading.value_labels.get(column), reading.user_missing.get(column, ())
    )
    connection.execute(f"create temp table {table} (found varchar, level varchar)")
    connection.register(
        "matches",
        pa.table({"found": list(matched), "level": list(matched.values())}),
    )
    connection.execute(f"insert into {table} from matches")
    connection.unregister("matches")
    return f"{table}.level", f"inner join {table} on {text} = {table}.found"


def _base_weight(connection: duckdb.DuckDBPyConnection, job: Job, reading: Reading) -> str:
    """SQL for the base weight of a respondent, whatever its decimal mark."""
    if job.base_weight is None:
        return "1.0"
    column = column_of(reading, job.base_weight)
    assert column is not None
    where = f"{job.data}, column '{column}'"
    mark = mark_in(connection, quoted(column), job, reading, where)
    return as_number(f"{INCOMING}.{quoted(column)}", mark)


def _check_base_weights(connection: duckdb.DuckDBPyConnection, job: Job, reading: Reading) -> None:
    if job.base_weight is None:
        return
    column = column_of(reading, job.base_weight) or ""
    n, rows = one_row(
        connection,
        f"select count(*), list({{'r': row_number, 'v': {INCOMING}.{quoted(column)}}} "
        f"order by row_number)[:{_NAMED}] from placed inner join {INCOMING} using (row_number) "
        "where placed.d is null or not (placed.d > 0 and isfinite(placed.d))",
    )
    if n:
        named = ", ".join(
            f"row {one['r']:,} " + ("is empty" if one["v"] is None else f"'{one['v']}'")
            for one in rows
        )
        raise RakingError(
            f"{job.data}: base weight '{column}' is missing, 0, negative or not a number for {n:,} "
            f"respondents (first, counted from the row under the header: {named}). Every "
            "respondent needs a base weight above 0."
        )


def weigh_respondents(connection: duckdb.DuckDBPyConnection, n_variables: int) -> pd.DataFrame:
    """What the weights of respondents sum to, per group and combination of their own levels."""
    keys = ", ".join(f"placed.level_{i}" for i in range(n_variables))
    return connection.execute(
        f"select placed.cell_group, {keys}, sum(placed.d * factors.factor) as achieved "
        "from placed inner join cell_of using (row_number) "
        "inner join factors using (cell_number) group by all"
    ).df()


def check_on_respondents(
    weighed: pd.DataFrame, group: str, margins: list[Margin], variables: list[str]
) -> list[np.ndarray]:
    """Per margin what the respondents of a group sum to per level.

    Args:
        weighed: what `weigh_respondents` gives; its column `level_<i>` is the i-th variable.
        group: whose margins these are.
        margins: as they were met by the cells.
        variables: names, in the order of the columns.

    Raises:
        RakingError: a level whose weights do not sum to its target.
    """
    here = weighed[weighed["cell_group"] == group]
    sums = [
        here.groupby(f"level_{variables.index(margin.variable)}")["achieved"]
        .sum()
        .reindex(margin.levels)
        .to_numpy()
        for margin in margins
    ]
    error, worst = worst_error(margins, sums)
    if not error <= RECHECK_TOLERANCE:
        raise RakingError(
            f"group '{group}': the weights of the respondents miss a margin that the cells met: "
            f"{worst}. Nothing was written; please report this."
        )
    return sums
