"""Verbs that make something of the published file to read or to take home."""

from pathlib import Path

import click

from peil.cli.places import waits, with_places
from peil.settings import Places


@click.command("dashboard")
@waits
@click.option("--serve", "serving", is_flag=True, help="Serve the site on this computer.")
@click.option("--port", type=int, default=8055, show_default=True, help="Where to serve it.")
@click.option("--no-build", is_flag=True, help="Serve the site as it was last built.")
@with_places
def dashboard_command(places: Places, serving: bool, port: int, no_build: bool) -> None:
    """Build the dashboard from the published file; a failed build leaves the previous site."""
    from peil.dashboard import build_dashboard, serve

    if not no_build:
        click.echo(f"Dashboard: {build_dashboard(places).as_uri()}")
    if serving:
        click.echo(f"Dashboard: http://localhost:{port}/")
        serve(places.published / "site", port)


@click.command("summary")
@waits
@click.option(
    "--format",
    "formats",
    type=click.Choice(["docx", "html", "md"]),
    multiple=True,
    default=("docx", "html", "md"),
    show_default="all three",
    help="What to write; may be given more than once.",
)
@click.option("--output", type=click.Path(path_type=Path), help="Folder; default: --published.")
@with_places
def summary_command(places: Places, formats: tuple[str, ...], output: Path | None) -> None:
    """Write the Dutch summary from the published figures, for Word, the web and Markdown."""
    from peil.report import write_summary

    for path in write_summary(places, formats, output):
        click.echo(path)


@click.command("export")
@waits
@click.option("--research", is_flag=True, help="Also the respondents, as .sav and Parquet.")
@click.option("--output", type=click.Path(path_type=Path), help="Folder; default: export/ there.")
@with_places
def export_command(places: Places, research: bool, output: Path | None) -> None:
    """Write an Excel workbook, and CSV and Parquet per mart, to take home."""
    from peil.export import export

    click.echo(export(places, output, research=research))
