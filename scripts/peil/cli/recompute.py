"""The verb that shows what a published figure is made of."""

from pathlib import Path

import click

from peil.cli.places import waits, with_places
from peil.settings import Places


@click.command("recompute")
@click.argument("figure")
@click.option(
    "--exact", "is_exact", is_flag=True,
    help="The counts themselves, not to be handed on; for who may open the warehouse.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path),
    help="Folder to write; default: recompute-FIGURE where one stands.",
)  # fmt: skip
@waits
@with_places
def recompute_command(places: Places, figure: str, out: Path | None, is_exact: bool) -> None:
    """Write the counts behind a published FIGURE and an R script that makes it of them.

    FIGURE is a figure_code of the table estimates, survey/wave/question/statistic/group/scheme;
    parts may be left out as long as one figure is meant, as in overall_grade/mean/total. Without
    --exact counts are rounded so that they may be shown.
    """
    from peil.nights.record import recorded_if
    from peil.recompute.run import recompute

    folder = None if out is None else out.expanduser().resolve()
    with recorded_if(is_exact, places, "recompute"):
        click.echo(recompute(places, figure, folder, is_exact=is_exact))
