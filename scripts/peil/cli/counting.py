"""`peil count`: one delivery into a count package, where the microdata is."""

from pathlib import Path

import click

from peil.cli.places import with_seeds


@click.command("count")
@click.option(
    "--delivery",
    required=True,
    type=click.Path(path_type=Path),
    help="The file, under the name that the codebook knows it by.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default="the folder one stands in",
    help="Folder that the package is written in.",
)
@with_seeds
def count_command(seeds: Path, delivery: Path, out: Path) -> None:
    """Count one delivery here, and write a package with counts for a warehouse elsewhere.

    Nothing is kept of the microdata: it is landed, checked and counted in a temporary folder.
    """
    from peil.workers.count import count

    counted = count(seeds, delivery.expanduser().absolute(), out.expanduser().resolve())
    for warning in counted.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(counted.package)
