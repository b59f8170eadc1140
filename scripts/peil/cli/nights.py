"""Verbs of the night: land, build, publish, purge; and what is made of the warehouse."""

import click

from peil.cli.places import Number, waits, with_places
from peil.errors import InputError
from peil.settings import Places


@click.command("land")
@waits
@with_places
def land_command(places: Places) -> None:
    """Land every file in the inbox; the same file twice changes nothing."""
    from peil.landing import land
    from peil.nights.nightly import raise_rejections
    from peil.nights.notify import tell
    from peil.nights.record import recorded

    with recorded(places, "land", publishes=False, tell=tell) as notes:
        landed = land(places)
        notes.landed(landed)
        click.echo(
            f"{len(landed.landed)} landed, {len(landed.unchanged)} unchanged, "
            f"{len(landed.rejected)} rejected, {len(landed.unmatched)} without a source"
            + (f", {len(landed.waiting)} waiting" if landed.waiting else "")
            + (f", {len(landed.failed)} not landed" if landed.failed else "")
            + "."
        )
        raise_rejections(landed)


@click.command("nightly")
@waits
@click.option("--force", is_flag=True, help="Build everything anew and publish.")
@click.option(
    "--cluster",
    metavar="ADDRESS|local:N",
    help="Count deliveries on a Ray cluster (peil[cluster]), or by N workers on this machine.",
)
@click.option(
    "--shared",
    default="",
    metavar="FOLDER|URL",
    help="With --cluster: a folder or object store (s3://...) that every node reaches; without "
    "it nodes read the inbox.",
)
@click.option(
    "--part-mb",
    type=Number(min=0, min_open=True),
    default=256,
    show_default=True,
    help="With --cluster: a larger file is counted in parts of its rows, by several workers.",
)
@with_places
def nightly_command(
    places: Places, force: bool, cluster: str | None, shared: str, part_mb: float
) -> None:
    """Land, build, test and publish; a failed test leaves the earlier release as it was.

    Where nothing changed since the last release, that one stands and nothing is built.
    """
    from peil.nights.nightly import nightly, raise_rejections
    from peil.nights.notify import tell
    from peil.nights.record import recorded
    from peil.report.headlines import show_headlines

    with recorded(places, "nightly", tell=tell) as notes:
        if cluster:
            from peil.workers.night import cluster_night

            landed = cluster_night(
                places, cluster, shared=shared, part_mb=part_mb, force=force, notes=notes
            )
        else:
            landed = nightly(places, force=force, notes=notes)
        try:
            show_headlines(places.published_file)
        except InputError as error:
            # Of a release that another version of peil made, which stands.
            click.echo(f"The headline figures are not shown. {error}", err=True)
        raise_rejections(landed)


@click.command("publish")
@waits
@with_places
def publish_command(places: Places) -> None:
    """Publish the marts as they were last built."""
    from peil.nights.publish import publish
    from peil.nights.record import recorded
    from peil.nights.release import in_force

    with recorded(places, "publish") as notes:
        earlier = in_force(places.published)
        publish(places)
        notes.released(earlier)
    click.echo(places.published_file)


@click.command("research")
@click.option(
    "--k",
    type=click.IntRange(min=2),
    help="Fewest respondents with the same attributes: classes are made coarser until then.",
)
@click.option(
    "--replicates", type=click.IntRange(min=2), metavar="N",
    help="Also N bootstrap weights, raked again, for standard errors of figures of your own.",
)  # fmt: skip
@waits
@with_places
def research_command(places: Places, k: int | None, replicates: int | None) -> None:
    """Write the research file: pseudonymised respondents, for who may see them. Mode 0600."""
    from peil.nights.record import recorded
    from peil.nights.research import build_research

    with recorded(places, "research"):
        click.echo(build_research(places, k, replicates))


@click.command("docs")
@with_places
def docs_command(places: Places) -> None:
    """Write the documentation of every table and column as one page with lineage."""
    from peil.nights.docs import build_docs

    click.echo(build_docs(places).as_uri())


@click.command("purge")
@waits
@click.option("--wave", required=True, help="wave_code of the microdata to remove.")
@with_places
def purge_command(places: Places, wave: str) -> None:
    """Remove the microdata of a wave; its published figures stay."""
    from peil.nights.backup import standing_backups
    from peil.nights.purge import purge
    from peil.nights.record import recorded

    with recorded(places, "purge", detail=wave):
        click.echo(purge(places, wave))
        if backups := standing_backups(places):
            click.echo(
                "Backups are not Peil's to remove and may hold these answers: "
                f"{', '.join(map(str, backups))}."
            )
