"""`peil rake`. NumPy, pandas and SciPy are imported when it runs, not when `peil` starts."""

import json
from pathlib import Path
from typing import Any

import click

_FILE = click.Path(path_type=Path)


@click.command("rake")
@click.option("--data", type=_FILE, required=True, help="Respondents: any file peil land reads.")
@click.option(
    "--margins", type=_FILE, required=True, help="Likewise: variable, level, total[, group]."
)
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
@click.option(
    "--scale-margins", is_flag=True, help="Scale rounded margins, or shares beside percentages."
)
@click.option(
    "--out", type=_FILE, required=True, help="Output: .csv, .tsv, .parquet, .xlsx, .sav or .zsav."
)
@click.option(
    "--weight-column", default="weight", show_default=True, help="What the new column is called."
)
@click.option(
    "--format", "file_format", default="auto", show_default=True, help="Of --data: file_format."
)
@click.option("--delimiter", default="", help="Of --data, where it is not found out.")
@click.option("--encoding", default="", help="Of --data, such as windows-1252.")
@click.option(
    "--decimal-mark",
    type=click.Choice([",", "."]),
    help="Of base weights and totals that may be read in two ways.",
)
@click.option("--diagnostics", type=_FILE, help="Also write the diagnostics here, as JSON.")
def rake_command(
    diagnostics: Path | None,
    unknown_level: tuple[str, ...],
    decimal_mark: str | None,
    **options: Any,
) -> None:
    """Rake any file that `peil land` reads to margins."""
    from peil.rake_files.job import Job
    from peil.rake_files.run import rake_file, show

    reports = rake_file(
        Job(unknown_levels=unknown_level, decimal_mark=decimal_mark or "", **options)
    )
    show(reports)
    if diagnostics:
        diagnostics.write_text(json.dumps(reports, indent=2, ensure_ascii=False) + "\n")
