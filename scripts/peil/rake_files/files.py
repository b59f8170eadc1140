"""The files of `peil rake`: margins and respondents in, respondents with their weight out."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from peil.errors import InputError, RakingError
from peil.raking import Margin
from peil.raking.engine import RECHECK_TOLERANCE, worst_error
from peil.warehouse import as_path, literal, one_row, quoted


@dataclass(frozen=True)
class Job:
    """What to rake and how.

    Attributes:
        data: respondents, CSV or Parquet.
        margins: targets per variable and level.
        out: where the rows go with their weight; CSV or Parquet by its name.
        group: column whose levels are raked separately, or None.
        base_weight: column with the base weight, or None for 1.
        lower: smallest g (weight over base weight, mean 1) or w (weight, mean 1).
        upper: largest g or w.
        bounds_on: "g" or "w".
        unknown_levels: levels that the population does not know, besides an empty cell.
    """

    data: Path
    margins: Path
    out: Path
    group: str | None = None
    base_weight: str | None = None
    lower: float | None = None
    upper: float | None = None
    bounds_on: str = "g"
    unknown_levels: tuple[str, ...] = ()


def read_margins(job: Job) -> dict[str, dict[str, dict[str, float]]]:
    wanted = ["variable", "level", "total", *(["group"] if job.group else [])]
    if not job.margins.is_file():
        raise InputError(f"{job.margins}: no such file. Give --margins a CSV file.")
    try:
        table = duckdb.execute(
            f"from read_csv({as_path(job.margins)}, all_varchar = true, header = true, "
            "delim = ',', strict_mode = true)"
        ).df()
    except duckdb.Error as error:
        raise InputError(
            f"{job.margins}: cannot be read as CSV with ',' between the cells "
            f"({str(error).splitlines()[0]})."
        ) from error
    table = table.fillna("")
    if missing := [c for c in wanted if c not in table.columns]:
        raise InputError(
            f"{job.margins}: column '{missing[0]}' is missing. Margins need the columns "
            f"{', '.join(wanted)}."
        )
    totals = pd.to_numeric(table["total"], errors="coerce")
    if totals.isna().any():
        row = int(np.flatnonzero(totals.isna())[0])
        raise InputError(
            f"{job.margins}, row {row + 2}, column total: '{table['total'].iloc[row]}' is not a "
            "number. Write numbers with a point and without thousands separators."
        )
    table["total"] = totals
    group = table["group"] if job.group else pd.Series("all", index=table.index)
    twice = table.assign(group=group).duplicated(["group", "variable", "level"])
    if twice.any():
        row = table[twice].iloc[0]
        raise InputError(
            f"{job.margins}: level '{row['level']}' of {row['variable']} stands there twice. "
            "Keep one row per level."
        )
    return {
        name: {
            variable: dict(zip(rows["level"], rows["total"], strict=True))
            for variable, rows in part.groupby("variable", sort=False)
        }
        for name, part in table.groupby(group, sort=False)
    }


def read_data(connection: duckdb.DuckDBPyConnection, job: Job, variables: list[str]) -> None:
    reader = "read_parquet({})" if job.data.suffix == ".parquet" else (
        "read_csv({}, all_varchar = true, header = true, nullstr = '')"
    )  # fmt: skip
    if not job.data.is_file():
        raise InputError(f"{job.data}: no such file. Give --data a CSV or Parquet file.")
    try:
        connection.execute(
            "create temp table respondents as select row_number() over () as peil_row, * from "
            + reader.format(as_path(job.data))
        )
    except duckdb.Error as error:
        raise InputError(f"{job.data}: cannot be read ({str(error).splitlines()[0]}).") from error
    columns = [row[0] for row in connection.execute("describe respondents").fetchall()]
    needed: dict[str, Sequence[str | None]] = {
        "--margins": variables, "--group": [job.group], "--base-weight": [job.base_weight]
    }  # fmt: skip
    for option, names in needed.items():
        for name in names:
            if name is not None and name not in columns:
                raise InputError(
                    f"{job.data}: column '{name}' is missing ({option} names it). "
                    f"Columns here: {', '.join(columns[1:])}."
                )
    if "weight" in columns:
        raise InputError(
            f"{job.data}: has a column 'weight' already. Rename it (use it with --base-weight "
            "under its new name)."
        )


def read_cells(
    connection: duckdb.DuckDBPyConnection, job: Job, variables: list[str]
) -> pd.DataFrame:
    """One row per combination of group and levels: its respondents and their base weight."""
    d = f"try_cast({quoted(job.base_weight)} as double)" if job.base_weight else "1.0"
    group = f"cast({quoted(job.group)} as varchar)" if job.group else "'all'"
    levels = [
        f"coalesce(cast({quoted(v)} as varchar), '') as level_{i}" for i, v in enumerate(variables)
    ]
    columns = [f"level_{i}" for i in range(len(variables))]
    # Bounds on the weight itself need cells of one base weight.
    keys = ", ".join([*columns, "d"] if job.bounds_on == "w" else columns)
    connection.execute(
        f"create temp table placed as select peil_row, {d} as d, "
        f"coalesce({group}, '') as cell_group, {', '.join(levels)} from respondents"
    )
    _check_base_weights(connection, job)
    connection.execute(
        f"create temp table cells as select row_number() over (order by cell_group, {keys}) as "
        f"cell_id, cell_group, {keys}, count(*) as n, sum(d) as sum_d, sum(d * d) as sum_d2 "
        f"from placed group by cell_group, {keys}"
    )
    connection.execute(
        "create temp table cell_of as select placed.peil_row, placed.d, cells.cell_id "
        f"from placed inner join cells using (cell_group, {keys})"
    )
    cells = connection.execute("from cells order by cell_id").df()
    return cells.rename(columns={f"level_{i}": v for i, v in enumerate(variables)})


def _check_base_weights(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
    n, rows = one_row(
        connection,
        "select count(*), list(peil_row order by peil_row)[:5] from placed "
        "where d is null or not (d > 0 and isfinite(d))",
    )
    if n:
        raise RakingError(
            f"{job.data}: base weight '{job.base_weight}' is missing, 0, negative or not a number "
            f"for {n:,} respondents (first rows: {', '.join(map(str, rows))}). Every respondent "
            "needs a base weight above 0."
        )


def weigh_respondents(connection: duckdb.DuckDBPyConnection, variables: list[str]) -> pd.DataFrame:
    """What the weights of respondents sum to, per group and combination of their own levels."""
    keys = ", ".join(f"placed.level_{i}" for i in range(len(variables)))
    sums = connection.execute(
        f"select placed.cell_group, {keys}, sum(placed.d * factors.factor) as achieved "
        "from placed inner join cell_of using (peil_row) inner join factors using (cell_id) "
        "group by all"
    ).df()
    return sums.rename(columns={f"level_{i}": v for i, v in enumerate(variables)})


def check_on_respondents(
    weighed: pd.DataFrame, group: str, margins: list[Margin]
) -> list[np.ndarray]:
    """Per margin what the respondents of a group sum to per level.

    Raises:
        RakingError: a level whose weights do not sum to its target.
    """
    here = weighed[weighed["cell_group"] == group]
    sums = [
        here.groupby(margin.variable)["achieved"].sum().reindex(margin.levels).to_numpy()
        for margin in margins
    ]
    error, worst = worst_error(margins, sums)
    if not error <= RECHECK_TOLERANCE:
        raise RakingError(
            f"group '{group}': the weights of the respondents miss a margin that the cells met: "
            f"{worst}. Nothing was written; please report this."
        )
    return sums


def write_weighted(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
    """Write beside the target and rename, so that a stopped run leaves no half file."""
    job.out.parent.mkdir(parents=True, exist_ok=True)
    temporary = job.out.with_name(f".{job.out.name}.{os.getpid()}")
    form = "format parquet" if job.out.suffix == ".parquet" else "format csv, header"
    try:
        connection.execute(
            "copy (select respondents.* exclude (peil_row), cell_of.d * factors.factor as weight "
            "from respondents inner join cell_of using (peil_row) inner join factors "
            f"using (cell_id) order by peil_row) to {literal(str(temporary))} ({form})"
        )
        temporary.replace(job.out)
    finally:
        temporary.unlink(missing_ok=True)
