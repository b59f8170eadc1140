"""`peil rake`. NumPy, pandas and SciPy are imported when it runs, not when `peil` starts."""

import json
from pathlib import Path
from typing import Any

import click

_FILE = click.Path(path_type=Path)


@click.command("rake")
@click.option("--data", type=_FILE, required=True, help="Respondents: CSV or Parquet.")
@click.option("--margins", type=_FILE, required=True, help="CSV: variable, level, total[, group].")
@click.option("--group", help="Column whose levels are raked separately.")
@click.option("--base-weight", help="Column with base weights; 1 without it.")
@click.option("--lower", type=float, help="Smallest g or w, see --bounds-on.")
@click.option("--upper", type=float, help="Largest g or w.")
@click.option(
    "--bounds-on",
    type=click.Choice(["g", "w"]),
    default="g",
    show_default=True,
    help="Bounds hold for g (weight / base weight, mean 1) or for w (weight, mean 1).",
)
@click.option(
    "--unknown-level",
    multiple=True,
    help="Level the population does not know; it keeps its share. Empty cells always do.",
)
@click.option("--out", type=_FILE, required=True, help="Output: CSV or Parquet by its name.")
@click.option("--diagnostics", type=_FILE, help="Also write the diagnostics here, as JSON.")
def rake_command(diagnostics: Path | None, unknown_level: tuple[str, ...], **options: Any) -> None:
    """Rake any CSV or Parquet file to margins."""
    from peil.rake_files.files import Job
    from peil.rake_files.run import rake_file, show

    reports = rake_file(Job(unknown_levels=unknown_level, **options))
    show(reports)
    if diagnostics:
        diagnostics.write_text(json.dumps(reports, indent=2, ensure_ascii=False) + "\n")
