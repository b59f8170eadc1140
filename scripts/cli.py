"""The `peil` command line: one verb per module, errors a person can act on."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click
import duckdb

from scripts.errors import MachineError, PeilError
from scripts.lock import WAIT, one_night, set_wait
from scripts.machine import of_the_machine
from scripts.private import OWNER_ONLY
from scripts.progress import set_up_logging
from scripts.settings import PROJECT, Places, keep_hash_key


def _place(option: str, variable: str, default: str, text: str) -> Callable:
    return click.option(
        option,
        envvar=variable,
        type=click.Path(path_type=Path),
        default=PROJECT / default,
        show_default=default,
        show_envvar=True,
        help=text,
    )


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="peil")
def peil() -> None:
    """Peil: raw survey answers become weighted, tested, published figures."""


def with_places(verb: Callable) -> Callable:
    """Give a verb the four places as one argument."""

    def run(seeds: Path, inbox: Path, warehouse: Path, published: Path, **options: object) -> None:
        if (wait := options.pop("wait", None)) is not None:
            set_wait(float(wait))  # type: ignore[arg-type]
        places = Places(*(p.expanduser().resolve() for p in (seeds, inbox, warehouse, published)))
        verb(places, **options)

    run.__name__, run.__doc__ = verb.__name__, verb.__doc__
    run.__click_params__ = getattr(verb, "__click_params__", [])  # type: ignore[attr-defined]
    for place in (
        _place("--published", "PEIL_PUBLISHED", "published", "Folder of the published file."),
        _place("--warehouse", "PEIL_WAREHOUSE", "warehouse/peil.duckdb", "Working database."),
        _place("--inbox", "PEIL_INBOX", "inbox", "Folder with deliveries."),
        _place("--seeds", "PEIL_SEEDS", "seeds", "Folder with the codebook."),
    ):
        run = place(run)
    return run


waits = click.option(
    "--wait",
    envvar="PEIL_WAIT",
    type=click.FloatRange(min=0),
    default=WAIT,
    show_default=True,
    metavar="SECONDS",
    show_envvar=True,
    help="How long to wait for another run that is at work.",
)


@peil.command("land")
@waits
@with_places
def land_command(places: Places) -> None:
    """Land every file in the inbox; the same file twice changes nothing."""
    from scripts.landing import land
    from scripts.nightly import raise_rejections

    landed = land(places)
    click.echo(
        f"{len(landed.landed)} landed, {len(landed.unchanged)} unchanged, "
        f"{len(landed.rejected)} rejected, {len(landed.unmatched)} without a source"
        + (f", {len(landed.waiting)} waiting" if landed.waiting else "")
        + (f", {len(landed.failed)} not landed" if landed.failed else "")
        + "."
    )
    raise_rejections(landed)


@peil.command("nightly")
@waits
@click.option("--dashboard", is_flag=True, help="Build the dashboard from what was published.")
@with_places
def nightly_command(places: Places, dashboard: bool) -> None:
    """Land, build, test and publish; a failed test leaves the published file as it was."""
    from scripts.headlines import show_headlines
    from scripts.nightly import nightly, raise_rejections

    with one_night(places):
        landed = nightly(places)
        show_headlines(places.published_file)
        if dashboard:
            from scripts.dashboard import build_dashboard

            click.echo(f"Dashboard: {build_dashboard(places).as_uri()}")
    raise_rejections(landed)


@peil.command("publish")
@waits
@with_places
def publish_command(places: Places) -> None:
    """Publish the marts as they were last built."""
    from scripts.publish import publish

    publish(places)
    click.echo(places.published_file)


@peil.command("dashboard")
@waits
@click.option("--serve", "serving", is_flag=True, help="Serve the site on this computer.")
@click.option("--port", type=int, default=8055, show_default=True, help="Where to serve it.")
@click.option("--no-build", is_flag=True, help="Serve the site as it was last built.")
@with_places
def dashboard_command(places: Places, serving: bool, port: int, no_build: bool) -> None:
    """Build the dashboard from the published file; a failed build leaves the previous site."""
    from scripts.dashboard import build_dashboard, serve

    if not no_build:
        click.echo(f"Dashboard: {build_dashboard(places).as_uri()}")
    if serving:
        click.echo(f"Dashboard: http://localhost:{port}/")
        serve(places.published / "site", port)


@peil.command("summary")
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
    from scripts.summary import write_summary

    for path in write_summary(places, formats, output):
        click.echo(path)


@peil.command("research")
@click.option(
    "--k",
    type=click.IntRange(min=2),
    help="Fewest respondents with the same attributes: classes are made coarser until then.",
)
@waits
@with_places
def research_command(places: Places, k: int | None) -> None:
    """Write the research file: pseudonymised respondents, for who may see them. Mode 0600."""
    from scripts.research import build_research

    click.echo(build_research(places, k))


@peil.command("export")
@waits
@click.option("--research", is_flag=True, help="Also the respondents, as .sav and Parquet.")
@click.option("--output", type=click.Path(path_type=Path), help="Folder; default: export/ there.")
@with_places
def export_command(places: Places, research: bool, output: Path | None) -> None:
    """Write an Excel workbook, and CSV and Parquet per mart, to take home."""
    from scripts.export import export

    click.echo(export(places, output, research=research))


@peil.command("docs")
@with_places
def docs_command(places: Places) -> None:
    """Write the documentation of every table and column as one page with lineage."""
    from scripts.docs import build_docs

    click.echo(build_docs(places).as_uri())


@peil.command("demo")
@click.option("--random-seed", type=int, default=2024, show_default=True, help="Fixes the demo.")
@click.option(
    "--waves",
    type=click.IntRange(1, 2),
    default=1,
    show_default=True,
    help="2 adds a survey a year later, to show changes.",
)
@with_places
def demo_command(places: Places, random_seed: int, waves: int) -> None:
    """Simulate deliveries of residents and staff, a population file and KPI values."""
    from scripts.demo import write_demo, write_second_wave

    paths = write_demo(places.inbox, places.seeds, random_seed)
    if waves == 2:
        paths += write_second_wave(places.inbox, places.seeds, random_seed)
    for path in paths:
        click.echo(path)


@peil.command("population")
@waits
@click.option("--year", type=int, required=True, help="Population on 1 January of this year.")
@click.option(
    "--level", type=click.Choice(["sex_age", "totals"]), default="sex_age", show_default=True
)
@click.option("--replay", type=click.Path(path_type=Path), help="Folder with recorded answers.")
@click.option("--record", type=click.Path(path_type=Path), help="Keep the answers in this folder.")
@click.option("--base", default=None, hidden=True, envvar="PEIL_CBS")
@with_places
def population_command(
    places: Places,
    year: int,
    level: str,
    replay: Path | None,
    record: Path | None,
    base: str | None,
) -> None:
    """Land the population of a year from CBS StatLine, for the wave it belongs to."""
    from scripts.population import fetch_population
    from scripts.population.cbs import BASE

    path = fetch_population(
        places, year, level=level, replay=replay, record=record, base=base or BASE
    )
    click.echo(path)


@peil.command("purge")
@waits
@click.option("--wave", required=True, help="wave_code of the microdata to remove.")
@with_places
def purge_command(places: Places, wave: str) -> None:
    """Remove the microdata of a wave; its published figures stay."""
    from scripts.purge import purge

    click.echo(purge(places, wave))


@peil.group("codebook")
def codebook_group() -> None:
    """Start a codebook from a delivery, or hold one against the files."""


@codebook_group.command("draft")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="New seeds folder.")
@click.option("--survey", default="survey", show_default=True, help="survey_code.")
@click.option("--wave", default="1", show_default=True, help="wave_code, such as 2024.")
@click.option("--source", default="source", show_default=True, help="source_code.")
@click.option("--format", "file_format", default="auto", show_default=True, help="file_format.")
def draft_command(
    file: Path, out: Path, survey: str, wave: str, source: str, file_format: str
) -> None:
    """Write draft seeds for FILE; what is guessed is marked `review`."""
    from scripts.codebook.draft import Names, draft, to_review
    from scripts.errors import InputError
    from scripts.readers.formats import FORMATS

    if file_format not in ("auto", *FORMATS):
        raise InputError(f"--format {file_format}: is not one of auto, {', '.join(FORMATS)}.")
    guesses = draft(file, out, Names(survey, wave, source), file_format)
    questions = {g.group or g.column.name for g in guesses if g.scale}
    click.echo(
        f"{out}: {len(guesses)} columns, {len(questions)} questions; {to_review(guesses)} columns "
        f"to review. Next: peil codebook check {file} --seeds {out}"
    )


@codebook_group.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@with_places
def check_command(places: Places, files: tuple[Path, ...]) -> None:
    """Report unbound columns, unknown codes, statistics without numbers, guesses to review."""
    from scripts.codebook.check import check
    from scripts.errors import InputError

    findings = check(places, list(files))
    for sentence in [*findings.refused, *findings.sentences]:
        click.echo(sentence)
    if findings.refused:
        raise InputError(
            f"{places.seeds}: {len(findings.refused)} statistics cannot be computed; see above."
        )
    if findings.sentences:
        raise PeilError(
            f"{len(findings.sentences)} findings in {len(findings.files)} files; see above."
        )
    click.echo(f"{len(findings.files)} files: every column is bound and every code is known.")


def main() -> None:
    """Run `peil`; a PeilError becomes one message and its exit code."""
    # A release is opened to readers file by file; everything else is its owner's.
    os.umask(OWNER_ONLY)
    keep_hash_key()
    set_up_logging()
    _add_rake()
    try:
        peil(standalone_mode=False)
    except PeilError as error:
        click.echo(f"peil: {error}", err=True)
        sys.exit(error.exit_code)
    except (OSError, MemoryError, duckdb.Error) as error:
        sentence = of_the_machine(error)
        if sentence is None:
            raise
        click.echo(f"peil: {sentence}", err=True)
        sys.exit(MachineError.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("peil: stopped.", err=True)
        sys.exit(130)


def _add_rake() -> None:
    from scripts.rake_weights import rake_command

    peil.add_command(rake_command)


if __name__ == "__main__":
    main()
