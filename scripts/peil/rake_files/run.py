"""`peil rake`: rake any file that `peil land` reads, without a survey or a warehouse.

    peil rake --data answers.csv --margins margins.csv --out weighted.csv

Margins are a table with the columns `variable, level, total` (and `group` with --group). The
output holds the input rows in their order plus a column `weight` that reproduces the totals.
Margins of shares (all sum to 1) are scaled to the sum of the base weights, which is said;
rounded ones are scaled with --scale-margins.
Also runs as `python scripts/rake_weights.py`.
"""

import click
import duckdb
import numpy as np
import pandas as pd

from peil.errors import InputError, RakingError
from peil.rake_files.files import (
    check_on_respondents,
    read_cells,
    read_data,
    weigh_respondents,
)
from peil.rake_files.job import Job
from peil.rake_files.levels import match_levels
from peil.rake_files.margins import read_margins, scale_rounded
from peil.rake_files.output import refuse_contents, refuse_format, write_weighted
from peil.raking import Margin, Raked, prepare_margins, rake
from peil.raking.engine import worst_error
from peil.raking.shares import SAID, Sample, Sized, Targets, size_shares
from peil.tables.groups import kish_deff

# Weights that leave less than a third of the sample say more of themselves than of the answers.
_FEW_EFFECTIVE = 1 / 3


def rake_file(job: Job) -> list[dict]:
    """Rake the rows of `job.data`, write `job.out`, and return diagnostics per group.

    Raises:
        InputError: a file, column or margin that cannot be used.
        RakingError: weights that meet the margins do not exist.
    """
    refuse_format(job.out, job.weight_column)
    targets = read_margins(job)
    variables = list(dict.fromkeys(v for levels in targets.values() for v in levels))
    with duckdb.connect() as connection:
        reading = read_data(connection, job, variables)
        refuse_contents(connection, job, reading)
        cells = read_cells(connection, job, reading, targets, variables)
        groups = cells["cell_group"].unique().tolist()
        _check_groups(job, groups, targets)
        sizes = cells.groupby("cell_group")["n"].sum().to_dict()
        targets, notes = scale_rounded(targets, sizes, job.margins, is_asked=job.scale_margins)
        sized = _sized(job, cells, targets)
        raked, factors = {}, np.empty(len(cells))
        for group in groups:
            inside = (cells["cell_group"] == group).to_numpy()
            raked[group] = _rake_group(job, group, cells[inside], sized.targets[group], variables)
            factors[inside] = raked[group][0].factors
        connection.register("factors", cells[["cell_number"]].assign(factor=factors))
        weighed = weigh_respondents(connection, len(variables))
        diagnostics = []
        said = [f"{job.data.name}: {note}." for note in reading.notes]
        for group, (weights, margins, before) in raked.items():
            sums = check_on_respondents(weighed, group, margins, variables)
            here = cells[cells["cell_group"] == group]
            report = _report(group, here, weights, margins, sums, before)
            diagnostics.append({**report, "margin_flag": sized.flag, "notes": said + notes})
        write_weighted(connection, job, reading)
    return diagnostics


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


def _sized(job: Job, cells: pd.DataFrame, targets: dict) -> Sized:
    sums = cells.groupby("cell_group")[["n", "sum_d"]].sum()
    return size_shares(
        targets,
        {group: Sample(row["n"], row["sum_d"]) for group, row in sums.iterrows()},
        has_base_weights=job.base_weight is not None,
        margins_file=str(job.margins),
    )


def _rake_group(
    job: Job, group: str, cells: pd.DataFrame, targets: Targets, variables: list[str]
) -> tuple[Raked, list[Margin], float | None]:
    """The weights of a group, its margins, and its design effect had there been no bounds."""
    where = f"group '{group}'" if job.group else ""
    d, n, d2 = (cells[c].to_numpy() for c in ("sum_d", "n", "sum_d2"))
    margins = prepare_margins(
        {v: cells[f"level_{variables.index(v)}"].to_numpy(dtype=object) for v in targets},
        d,
        n,
        targets,
        unknown_levels={"", *match_levels(job.unknown_levels, job.unknown_levels).values()},
        where=where,
        margins_file=str(job.margins),
    )
    raked = rake(
        d,
        margins,
        cell_counts=n,
        lower=job.lower,
        upper=job.upper,
        bounds_on=job.bounds_on,
        where=where,
    )
    if job.lower is None and job.upper is None:
        return raked, margins, kish_deff(raked.factors, n, d, d2)
    try:
        free = rake(d, margins, where=where)
    except RakingError:
        return raked, margins, None
    return raked, margins, kish_deff(free.factors, n, d, d2)


def _report(
    group: str,
    cells: pd.DataFrame,
    raked: Raked,
    margins: list[Margin],
    sums: list[np.ndarray],
    deff_before_bounds: float | None,
) -> dict:
    n, d, d2 = (cells[c].to_numpy() for c in ("n", "sum_d", "sum_d2"))
    total = float(raked.factors @ d)
    deff = kish_deff(raked.factors, n, d, d2)
    g = raked.factors / (total / d.sum())
    error, _ = worst_error(margins, sums)
    return {
        "group": group,
        "n": int(n.sum()),
        "n_cells": len(cells),
        "iterations": raked.iterations,
        "max_margin_error": error,
        "total": total,
        "mean_weight": total / n.sum(),
        "min_g": float(g.min()),
        "max_g": float(g.max()),
        "n_at_lower": int(n[raked.at_lower].sum()),
        "n_at_upper": int(n[raked.at_upper].sum()),
        "n_cells_at_lower": int(raked.at_lower.sum()),
        "n_cells_at_upper": int(raked.at_upper.sum()),
        "n_effective": float(n.sum()) / deff,
        "deff": deff,
        "deff_before_bounds": deff_before_bounds,
        "margins": [
            {
                "variable": margin.variable,
                "level": level or "(no answer)",
                "n": int(n[margin.codes == i].sum()),
                "target": float(margin.targets[i]),
                "achieved": float(achieved[i]),
                "is_known": bool(margin.is_known[i]),
            }
            for margin, achieved in zip(margins, sums, strict=True)
            for i, level in enumerate(margin.levels)
        ],
    }


def show(diagnostics: list[dict]) -> None:
    """Print the diagnostics, one block per group."""
    for note in diagnostics[0]["notes"]:
        click.echo(f"Note: {note}")
    if flag := diagnostics[0]["margin_flag"]:
        click.echo(f"Note: {SAID[flag]}")
    for report in diagnostics:
        click.echo(
            f"{report['group']}: n {report['n']:,}, {report['n_cells']} cells, "
            f"{report['iterations']} iterations, max margin error "
            f"{report['max_margin_error']:.1e}, g {report['min_g']:.3f}..{report['max_g']:.3f}, "
            f"n_effective {report['n_effective']:.3f}, deff {report['deff']:.5f}"
        )
        if report["n_effective"] < report["n"] * _FEW_EFFECTIVE:
            click.echo(
                f"Warning: {report['group']}: {report['n']:,} respondents count as "
                f"{report['n_effective']:,.0f} (n_effective), because their weights differ so "
                "much: a few of them decide the figures. Look at the base weights, set bounds "
                "with --lower and --upper, or use fewer margins.",
                err=True,
            )
        if report["n_at_lower"] or report["n_at_upper"]:
            before = report["deff_before_bounds"]
            click.echo(
                f"  on a bound: {report['n_at_lower']:,} respondents on the lower, "
                f"{report['n_at_upper']:,} on the upper; deff without bounds "
                + ("does not exist" if before is None else f"{before:.5f}")
            )
        for m in report["margins"]:
            note = "" if m["is_known"] else "  (not in the population: keeps its own share)"
            click.echo(
                f"  {m['variable']} = {m['level']}: n {m['n']:,}, target {m['target']:,.3f}, "
                f"achieved {m['achieved']:,.3f}{note}"
            )
