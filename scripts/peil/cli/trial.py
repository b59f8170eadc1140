"""`peil try`: what Peil makes of a file, before there is a survey folder."""

import shlex
from pathlib import Path

import click

from peil.cli.surveys import POPULATION, residents_of


@click.command("try")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--wave", default="", help="wave_code; default: the year in the name of the file.")
@click.option("--population", default="", metavar="FILE|YEAR|nl", help=POPULATION)
def try_command(file: Path, wave: str, population: str) -> None:
    """From FILE to figures and a site in one go, in a temporary folder.

    The folder holds respondents: only you can read it. Keep it with `peil init`, or remove it.
    """
    from peil.nights.nightly import raise_rejections
    from peil.nights.trial import try_file
    from peil.report.headlines import show_headlines
    from peil.site import first_page

    trial = try_file(file.resolve(), wave=wave, residents=residents_of(population))
    folder = trial.places.published_file.parent.parent
    show_headlines(trial.places.published_file)
    click.echo(trial.drafted.weighting)
    click.echo(f"What was understood: {trial.drafted.report.as_uri()}")
    click.echo(f"Site: {first_page(trial.places.published / 'site').as_uri()}")
    click.echo(
        f"Keep it: peil init NAME --from {shlex.quote(str(folder))}\n"
        f"Remove it: rm -r {shlex.quote(str(folder))}"
    )
    raise_rejections(trial.landed)
