"""The verb that answers any question by any groups."""

from pathlib import Path

import click

from peil.cli.places import waits, with_places
from peil.errors import InputError
from peil.settings import Places


@click.command("crosstab")
@click.argument("question")
@click.argument("by", nargs=-1, required=True)
@click.option(
    "--where", "filters", metavar="CODE=LEVEL[,LEVEL]", multiple=True,
    help="Only who is in these levels of an attribute, or gave these answers; may be repeated.",
)  # fmt: skip
@click.option("--wave", metavar="CODE", help="Default: the last wave.")
@click.option("--scheme", metavar="CODE", help="Weighting scheme; default: that of the survey.")
@click.option(
    "--session", metavar="NAME", default="readers", show_default=True,
    help="For which readers: tables of one session together do not tell what one of them "
    "withholds.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="Write a file: .xlsx, .csv or .md.")
@waits
@with_places
def crosstab_command(
    places: Places, question: str, by: tuple[str, ...], filters: tuple[str, ...],
    wave: str | None, scheme: str | None, session: str, out: Path | None,
) -> None:  # fmt: skip
    """Tabulate QUESTION by the groups of BY: segments, attributes, questions, or two as A*B.

    From the warehouse, so only for who may open it. Weighted and tested as every figure is, and
    with nothing in it that may not be seen, beside what was given out in the session before.
    """
    from peil.crosstabs.files import show, write, writer_of
    from peil.crosstabs.run import tabulate

    file = None if out is None else out.expanduser().resolve()
    writer = None if file is None else writer_of(file)
    session = session.strip()
    if not session:
        raise InputError("--session: give a name, such as the readers that the tables are for.")
    table, n_before = tabulate(places, question, by, _where(filters), wave, scheme, session=session)
    if n_before:
        click.echo(f"Session '{session}': protected beside {n_before} given out before.", err=True)
    if file is None or writer is None:
        show(table)
    else:
        write(table, file, writer)
        click.echo(file)


def _where(filters: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in filters:
        code, sign, levels = text.partition("=")
        named = tuple(level.strip() for level in levels.split(",") if level.strip())
        if not sign or not code.strip() or not named:
            raise InputError(f"--where {text}: write it as CODE=LEVEL or CODE=LEVEL,LEVEL.")
        if code.strip() in found:
            raise InputError(
                f"--where {code.strip()}: given twice. Several levels of one go in one: "
                f"{code.strip()}=LEVEL,LEVEL."
            )
        found[code.strip()] = named
    return found
