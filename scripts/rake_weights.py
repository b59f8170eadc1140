"""`peil rake`: rake any CSV or Parquet file to margins, without a survey or a warehouse.

    peil rake --data answers.csv --margins margins.csv --out weighted.csv

Margins are a CSV with the columns `variable, level, total` (and `group` with --group). The
output holds the input rows in their order plus a column `weight` that reproduces the totals.
Also runs as `python scripts/rake_weights.py`.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import click
import duckdb
import numpy as np
import pandas as pd

from scripts.errors import InputError, PeilError, RakingError
from scripts.raking import Margin, Raked, prepare_margins, rake
from scripts.raking.engine import worst_level
from scripts.warehouse import literal, quoted


@dataclass(frozen=True)
class Job:
    """What to rake and how.

    Attributes:
        data: respondents, CSV or Parquet.
        margins: targets per variable and level.
        out: where the rows go with their weight; CSV or Parquet by its name.
        group: column whose levels are raked separately, or None.
        base_weight: column with the base weight, or None for 1.
        lower: smallest g, weight over base weight at the scale of the totals.
        upper: largest g.
        unknown_levels: levels that the population does not know, besides an empty cell.
    """

    data: Path
    margins: Path
    out: Path
    group: str | None = None
    base_weight: str | None = None
    lower: float | None = None
    upper: float | None = None
    unknown_levels: tuple[str, ...] = ()


def rake_file(job: Job) -> list[dict]:
    """Rake the rows of `job.data`, write `job.out`, and return diagnostics per group.

    Raises:
        InputError: a file, column or margin that cannot be used.
        RakingError: weights that meet the margins do not exist.
    """
    targets = _read_margins(job)
    variables = list(dict.fromkeys(v for levels in targets.values() for v in levels))
    with duckdb.connect() as connection:
        _read_data(connection, job, variables)
        cells = _cells(connection, job, variables)
        groups = cells["cell_group"].unique().tolist()
        _check_groups(job, groups, targets)
        diagnostics, factors = [], np.empty(len(cells))
        for group in groups:
            inside = (cells["cell_group"] == group).to_numpy()
            raked, report = _rake_group(job, group, cells[inside], targets[group])
            factors[inside] = raked.factors
            diagnostics.append(report)
        connection.register("factors", cells[["cell_id"]].assign(factor=factors))
        _write(connection, job)
    return diagnostics


def _read_margins(job: Job) -> dict[str, dict[str, dict[str, float]]]:
    wanted = ["variable", "level", "total", *(["group"] if job.group else [])]
    if not job.margins.is_file():
        raise InputError(f"{job.margins}: no such file. Give --margins a CSV file.")
    try:
        table = duckdb.execute(
            f"from read_csv({literal(str(job.margins))}, all_varchar = true, header = true, "
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


def _read_data(connection: duckdb.DuckDBPyConnection, job: Job, variables: list[str]) -> None:
    reader = "read_parquet({})" if job.data.suffix == ".parquet" else (
        "read_csv({}, all_varchar = true, header = true, nullstr = '')"
    )  # fmt: skip
    if not job.data.is_file():
        raise InputError(f"{job.data}: no such file. Give --data a CSV or Parquet file.")
    try:
        connection.execute(
            "create temp table respondents as select row_number() over () as peil_row, * from "
            + reader.format(literal(str(job.data)))
        )
    except duckdb.Error as error:
        raise InputError(f"{job.data}: cannot be read ({str(error).splitlines()[0]}).") from error
    columns = [row[0] for row in connection.execute("describe respondents").fetchall()]
    needed = {"--margins": variables, "--group": [job.group], "--base-weight": [job.base_weight]}
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


def _cells(connection: duckdb.DuckDBPyConnection, job: Job, variables: list[str]) -> pd.DataFrame:
    """One row per combination of group and levels: its respondents and their base weight."""
    d = f"try_cast({quoted(job.base_weight)} as double)" if job.base_weight else "1.0"
    group = f"cast({quoted(job.group)} as varchar)" if job.group else "'all'"
    levels = [
        f"coalesce(cast({quoted(v)} as varchar), '') as level_{i}" for i, v in enumerate(variables)
    ]
    keys = ", ".join(f"level_{i}" for i in range(len(variables)))
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
    n, rows = connection.execute(
        "select count(*), list(peil_row order by peil_row)[:5] from placed "
        "where d is null or not (d > 0 and isfinite(d))"
    ).fetchone()
    if n:
        raise RakingError(
            f"{job.data}: base weight '{job.base_weight}' is missing, 0, negative or not a number "
            f"for {n:,} respondents (first rows: {', '.join(map(str, rows))}). Every respondent "
            "needs a base weight above 0."
        )


def _check_groups(job: Job, groups: list[str], targets: dict) -> None:
    if not groups:
        raise InputError(f"{job.data}: has no rows to weight.")
    for group in groups:
        if group not in targets:
            raise RakingError(
                f"group '{group}': has respondents but no margins. Add its rows to {job.margins}, "
                "or leave these respondents out."
            )
    for group in targets:
        if group not in groups:
            raise RakingError(
                f"group '{group}': has margins in {job.margins} but no respondents. "
                "Remove the group, or correct its name."
            )


def _rake_group(
    job: Job, group: str, cells: pd.DataFrame, targets: dict[str, dict[str, float]]
) -> tuple[Raked, dict]:
    where = f"group '{group}'" if job.group else ""
    d, n = cells["sum_d"].to_numpy(), cells["n"].to_numpy()
    margins = prepare_margins(
        {v: cells[v].to_numpy(dtype=object) for v in targets},
        d,
        n,
        targets,
        unknown_levels={"", *job.unknown_levels},
        where=where,
        margins_file=str(job.margins),
    )
    raked = rake(d, margins, lower=job.lower, upper=job.upper, where=where)
    return raked, _report(group, cells, raked, margins)


def _report(group: str, cells: pd.DataFrame, raked: Raked, margins: list[Margin]) -> dict:
    n, d, d2 = (cells[c].to_numpy() for c in ("n", "sum_d", "sum_d2"))
    total = float(raked.factors @ d)
    mean_weight = total / n.sum()
    n_effective = total**2 / float(raked.factors**2 @ d2)
    g = raked.factors / (total / d.sum())
    error, _ = worst_level(raked.factors * d, margins)
    return {
        "group": group,
        "n": int(n.sum()),
        "n_cells": len(cells),
        "iterations": raked.iterations,
        "max_margin_error": error,
        "total": total,
        "mean_weight": mean_weight,
        "min_g": float(g.min()),
        "max_g": float(g.max()),
        "n_cells_at_lower": raked.n_at_lower,
        "n_cells_at_upper": raked.n_at_upper,
        "n_effective": n_effective,
        "deff": float(n.sum()) / n_effective,
        "margins": [
            {
                "variable": margin.variable,
                "level": level or "(no answer)",
                "n": int(n[margin.codes == i].sum()),
                "target": float(margin.targets[i]),
                "achieved": float((raked.factors * d)[margin.codes == i].sum()),
                "is_known": bool(margin.is_known[i]),
            }
            for margin in margins
            for i, level in enumerate(margin.levels)
        ],
    }


def _write(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
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


def show(diagnostics: list[dict]) -> None:
    """Print the diagnostics, one block per group."""
    for report in diagnostics:
        click.echo(
            f"{report['group']}: n {report['n']:,}, {report['n_cells']} cells, "
            f"{report['iterations']} iterations, max margin error "
            f"{report['max_margin_error']:.1e}, g {report['min_g']:.3f}..{report['max_g']:.3f}, "
            f"n_effective {report['n_effective']:.3f}, deff {report['deff']:.5f}"
        )
        for m in report["margins"]:
            note = "" if m["is_known"] else "  (not in the population: keeps its own share)"
            click.echo(
                f"  {m['variable']} = {m['level']}: n {m['n']:,}, target {m['target']:,.3f}, "
                f"achieved {m['achieved']:,.3f}{note}"
            )


_FILE = click.Path(path_type=Path)


@click.command("rake")
@click.option("--data", type=_FILE, required=True, help="Respondents: CSV or Parquet.")
@click.option("--margins", type=_FILE, required=True, help="CSV: variable, level, total[, group].")
@click.option("--group", help="Column whose levels are raked separately.")
@click.option("--base-weight", help="Column with base weights; 1 without it.")
@click.option("--lower", type=float, help="Smallest g (weight / base weight, mean 1).")
@click.option("--upper", type=float, help="Largest g.")
@click.option(
    "--unknown-level",
    multiple=True,
    help="Level the population does not know; it keeps its share. Empty cells always do.",
)
@click.option("--out", type=_FILE, required=True, help="Output: CSV or Parquet by its name.")
@click.option("--diagnostics", type=_FILE, help="Also write the diagnostics here, as JSON.")
def rake_command(diagnostics: Path | None, unknown_level: tuple[str, ...], **options) -> None:
    """Rake any CSV or Parquet file to margins."""
    reports = rake_file(Job(unknown_levels=unknown_level, **options))
    show(reports)
    if diagnostics:
        diagnostics.write_text(json.dumps(reports, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    try:
        rake_command(standalone_mode=False)
    except PeilError as error:
        click.echo(f"rake_weights: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
