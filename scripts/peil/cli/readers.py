"""Verbs that make something of the published file to read or to take home."""

from pathlib import Path

import click

from peil.cli.places import waits, with_places
from peil.settings import Places


@click.command("site")
@waits
@click.option("--output", type=click.Path(path_type=Path), help="Build it again into this folder.")
@click.option("--serve", "serving", is_flag=True, help="Serve it on this computer.")
@click.option("--port", type=int, default=8055, show_default=True, help="Where to serve it.")
@with_places
def site_command(places: Places, output: Path | None, serving: bool, port: int) -> None:
    """Show the site of the release, or build it again from the published file into a folder."""
    from peil.site import build_site, first_page, serve

    folder = places.published / "site" if output is None else output.expanduser().resolve()
    page = first_page(folder) if output is None else build_site(places.published_file, folder)
    click.echo(page.as_uri())
    if serving:
        click.echo(f"http://localhost:{port}/")
        serve(folder, port)


@click.command("summary")
@waits
@click.option(
    "--format",
    "formats",
    type=click.Choice(["docx", "html", "md", "pdf"]),
    multiple=True,
    default=("docx", "html", "md"),
    show_default="docx, html and md",
    help="What to write; may be given more than once. PDF needs LibreOffice.",
)
@click.option(
    "--region", "--municipality", "region", metavar="CODE", help="Two pages about one region."
)
@click.option(
    "--output", type=click.Path(path_type=Path), help="Folder; default: documents/ of the release."
)
@with_places
def summary_command(
    places: Places, formats: tuple[str, ...], region: str | None, output: Path | None
) -> None:
    """Write the summary from the published figures, for Word, the web and Markdown."""
    from peil.nights.record import recorded_if
    from peil.report.write import write_summary

    with recorded_if(output is None, places, "summary"):
        for path in write_summary(places, formats, output, region):
            click.echo(path)


@click.command("slides")
@waits
@click.option(
    "--template",
    type=click.Path(path_type=Path),
    help="A .pptx whose look and layouts the slides take.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), help="Folder; default: documents/ of the release."
)
@with_places
def slides_command(places: Places, template: Path | None, output: Path | None) -> None:
    """Write slides with charts that can be edited, a slide per finding."""
    from peil.nights.record import recorded_if
    from peil.report.write import write_slides

    with recorded_if(output is None, places, "slides"):
        for path in write_slides(places, output, template):
            click.echo(path)


@click.command("tabellenboek")
@waits
@click.option(
    "--output", type=click.Path(path_type=Path), help="Folder; default: documents/ of the release."
)
@with_places
def tables_command(places: Places, output: Path | None) -> None:
    """Write the tabellenboek: a table per question by the groups of the banner, for Excel."""
    from peil.nights.record import recorded_if
    from peil.report.write import write_tables

    with recorded_if(output is None, places, "tabellenboek"):
        for path in write_tables(places, output):
            click.echo(path)


@click.command("export")
@waits
@click.option("--research", is_flag=True, help="Also the respondents, as .sav and Parquet.")
@click.option("--output", type=click.Path(path_type=Path), help="Folder; default: export/ there.")
@with_places
def export_command(places: Places, research: bool, output: Path | None) -> None:
    """Write an Excel workbook, and CSV and Parquet per mart, to take home."""
    from peil.export import export
    from peil.nights.record import recorded_if

    with recorded_if(research, places, "export", "research"):
        click.echo(export(places, output, research=research))
