"""Verbs of operation: how things stand, releases, copies to fall back on, what is amiss."""

import sys
from pathlib import Path

import click

from peil.cli.places import Number, waits, with_places
from peil.lock import set_wait
from peil.settings import Places

# A look waits for nobody.
_A_MOMENT = 2.0
_SHOWN = 20


@click.command("status")
@click.option(
    "--max-age", type=Number(min=0), metavar="HOURS",
    help="Exit code 1 when the last night ended longer ago.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="For a monitor; without names of files.")
@click.option("--notify", is_flag=True, help="Send an alert when something wants a look.")
@with_places
def status_command(places: Places, max_age: float | None, as_json: bool, notify: bool) -> None:
    """Show the last nights, deliveries, inbox and drift; the exit code is that of the last night.

    0 when all is well; 1 also when a run was killed, or the last night is too long ago.
    """
    from datetime import UTC, datetime

    from peil.nights.notify import tell_worries
    from peil.nights.standing import standing
    from peil.nights.status import show_standing, standing_as_json

    set_wait(_A_MOMENT)
    now = standing(places, datetime.now(UTC).date(), max_age)
    if as_json:
        click.echo(standing_as_json(now))
    else:
        show_standing(now)
    if notify and now.exit_code:
        tell_worries(places, now.exit_code, now.worries)
    sys.exit(now.exit_code)


@click.command("releases")
@with_places
def releases_command(places: Places) -> None:
    """List the releases that are kept, and which one is in force."""
    from peil.nights.releases import list_releases
    from peil.nights.status import show_releases

    show_releases(list_releases(places.published), places.published)


@click.command("rollback")
@click.argument("release")
@waits
@with_places
def rollback_command(places: Places, release: str) -> None:
    """Put RELEASE back: data file, site, documents and manifest in one switch.

    RELEASE is a name of `peil releases`, the beginning of one, or `previous`. Nights publish again
    when the delivery, codebook or code behind the release that was taken back has changed.
    """
    from peil.nights.record import recorded
    from peil.nights.releases import roll_back

    with recorded(places, "rollback", detail=release) as notes:
        said = roll_back(places, release, notes)
    click.echo(said)


@click.command("diff")
@click.argument("before")
@click.argument("after", default="current")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write every change as CSV."
)
@with_places
def diff_command(places: Places, before: str, after: str, output: Path | None) -> None:
    """Show the figures that changed from one release to another, what moved most first.

    BEFORE and AFTER are names of `peil releases`, `current`, `previous`, or published files.
    """
    from peil.nights.changes import compare, write_changes
    from peil.nights.releases import data_file
    from peil.nights.status import show_changes

    files = [data_file(places.published, asked) for asked in (before, after)]
    changes = compare(*files, tables=True)
    show_changes(changes, _SHOWN)
    if output:
        write_changes(changes, output)
        click.echo(output)


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@waits
@with_places
def backup_command(places: Places, folder: Path) -> None:
    """Copy warehouse, run history, codebook and release into a new folder in FOLDER, mode 0700.

    It holds answers of respondents: keep it as you keep the warehouse, and no longer.
    """
    from peil.nights.backup import back_up
    from peil.nights.record import recorded

    folder = folder.expanduser().resolve()
    with recorded(places, "backup", detail=str(folder)):
        made = back_up(places, folder)
    click.echo(made)


@click.command("restore")
@click.argument("backup", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Replace the warehouse that is here.")
@waits
@with_places
def restore_command(places: Places, backup: Path, replace: bool) -> None:
    """Put the warehouse of BACKUP back, after checking every file by its digest.

    The codebook and the release of the backup are put back where there are none.
    """
    from peil.nights.record import recorded
    from peil.nights.restore import restore

    backup = backup.expanduser().resolve()
    with recorded(places, "restore", detail=str(backup)):
        said = restore(places, backup, replace=replace)
    for sentence in said:
        click.echo(sentence)


@click.command("doctor")
@with_places
def doctor_command(places: Places) -> None:
    """Look for what is amiss: versions, space, rights, locks, leftovers; each with a way out."""
    from datetime import UTC, datetime

    from peil.nights.doctor import examine

    set_wait(_A_MOMENT)
    findings, n_checks = examine(places, datetime.now(UTC).date())
    for finding in findings:
        click.echo(f"- {finding}")
    click.echo(f"{n_checks} checks, {len(findings)} findings.")
    sys.exit(1 if findings else 0)
