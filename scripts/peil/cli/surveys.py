"""Verbs to start a survey with: the demo, the population, a codebook."""

import re
import shlex
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from peil.cli.places import waits, with_places
from peil.errors import InputError, PeilError
from peil.settings import Places

if TYPE_CHECKING:
    from peil.drafting.residents import Residents


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--example", default="demo", show_default=True, help="Codebook that comes with Peil to copy."
)
@click.option(
    "--from",
    "seeds",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Another codebook to copy, such as one that `peil codebook draft` wrote, or the folder of "
    "`peil try` with its deliveries.",
)
def init_command(folder: Path, example: str, seeds: Path | None) -> None:
    """Make FOLDER a survey folder: a codebook, an inbox and a dbt project of your own."""
    from peil.drafting.folder import examples, init

    if seeds is None and example not in examples():
        raise InputError(f"--example {example}: is not one of {', '.join(examples())}.")
    made = init(folder, seeds.resolve() if seeds else examples()[example])
    demo = seeds is None and example == "demo"
    filled = any((made / "inbox").iterdir())
    step = "peil demo" if demo else "export PEIL_HASH_KEY=<a secret>" if filled else (
        "put deliveries in inbox/"
    )  # fmt: skip
    click.echo(
        f"{made}: a survey folder. Next: cd {shlex.quote(str(folder))} && {step} && peil nightly"
    )


@click.command("demo")
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
    from peil.codebook.seed_text import require_codebook
    from peil.demo import require_demo, write_demo, write_second_wave

    require_codebook(places.seeds)
    require_demo(places.seeds)
    paths = write_demo(places.inbox, places.seeds, random_seed)
    if waves == 2:
        paths += write_second_wave(places.inbox, places.seeds, random_seed)
    for path in paths:
        click.echo(path)


@click.command("population")
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
    from peil.nights.record import recorded
    from peil.population import fetch_population
    from peil.population.cbs import BASE

    with recorded(places, "population", publishes=False, detail=str(year)):
        path = fetch_population(
            places, year, level=level, replay=replay, record=record, base=base or BASE
        )
        click.echo(path)


POPULATION = (
    "Residents to weight to: a FILE with region, gender, age and number, a YEAR to fetch from CBS, "
    "or nl for the whole country."
)


def residents_of(population: str) -> "Residents | str | None":
    """Residents as `--population` names them; None where it is not given."""
    from peil.drafting.residents import NETHERLANDS, read_residents
    from peil.population import fetch_cells

    if not population:
        return None
    if population.lower() == NETHERLANDS:
        return NETHERLANDS
    path = Path(population).expanduser()
    if path.is_file():
        return read_residents(path)
    if re.fullmatch(r"(19|20)\d\d", population):
        with tempfile.TemporaryDirectory(prefix="peil-") as folder:
            cells = Path(folder) / f"bevolking_{population}.csv"
            line = fetch_cells(cells, int(population))
            return replace(read_residents(cells), line=line)
    raise InputError(
        f"--population {population}: no such file. Give a file with region, gender, age and "
        f"number, a year such as 2024, or {NETHERLANDS}."
    )


@click.group("codebook")
def codebook_group() -> None:
    """Start a codebook from a delivery, or hold one against the files."""


@codebook_group.command("draft")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("seeds"), show_default=True,
    help="New seeds folder.",
)  # fmt: skip
@click.option("--survey", default="survey", show_default=True, help="survey_code.")
@click.option("--wave", default="1", show_default=True, help="wave_code, such as 2024.")
@click.option("--source", default="source", show_default=True, help="source_code.")
@click.option("--format", "file_format", default="auto", show_default=True, help="file_format.")
@click.option("--encoding", default="", help="Where it is not found out, such as windows-1252.")
@click.option("--delimiter", default="", help="Where it is not found out, such as ;")
@click.option("--population", default="", metavar="FILE|YEAR|nl", help=POPULATION)
def draft_command(
    file: Path,
    out: Path,
    survey: str,
    wave: str,
    source: str,
    file_format: str,
    encoding: str,
    delimiter: str,
    population: str,
) -> None:
    """Write draft seeds for FILE; what is guessed is marked `review`."""
    from peil.codebook.formats import FORMATS
    from peil.drafting.draft import Names, draft, to_review

    if file_format not in ("auto", *FORMATS):
        raise InputError(f"--format {file_format}: is not one of auto, {', '.join(FORMATS)}.")
    drafted = draft(
        file, out, Names(survey, wave, source), file_format,
        encoding=encoding, delimiter=delimiter, residents=residents_of(population),
    )  # fmt: skip
    click.echo(
        f"{out}: {len(drafted.guesses)} columns, {drafted.n_questions} questions; "
        f"{to_review(drafted.guesses)} columns to review. {drafted.weighting}\n"
        f"Report: {drafted.report}\n"
        f"Next: peil codebook check {shlex.quote(str(file))} --seeds {shlex.quote(str(out))}"
    )


@codebook_group.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@with_places
def check_command(places: Places, files: tuple[Path, ...]) -> None:
    """Report faults that stop a night, unbound columns, unknown codes, guesses to review.

    Exit code 2: a fault in the codebook, with file, row and column. 1: something to look at.
    """
    from peil.drafting.check import check

    findings = check(places, list(files))
    for sentence in [*findings.refused, *findings.sentences]:
        click.echo(sentence)
    if findings.refused:
        raise InputError(
            f"{places.seeds}: {len(findings.refused)} faults that stop a night; see above."
        )
    if findings.sentences:
        raise PeilError(
            f"{len(findings.sentences)} findings in {len(findings.files)} files; see above."
        )
    click.echo(f"{len(findings.files)} files: every column is bound and every code is known.")


@codebook_group.command("excel")
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("codebook.xlsx"), show_default=True,
    help="The workbook.",
)  # fmt: skip
@with_places
def excel_command(places: Places, output: Path) -> None:
    """Write the codebook as one workbook: a sheet per table, guesses coloured."""
    from peil.drafting.workbook import write_codebook

    click.echo(write_codebook(places.seeds, output.expanduser().resolve()))


@codebook_group.command("from-excel")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_places
def from_excel_command(places: Places, file: Path) -> None:
    """Write the sheets of FILE back into the codebook (--seeds); a fault stops it whole."""
    from peil.drafting.workbook import read_codebook

    changed = read_codebook(file, places.seeds)
    click.echo(f"{places.seeds}: " + (", ".join(changed) or "nothing changed") + ".")


@codebook_group.command("upgrade")
@with_places
def codebook_upgrade_command(places: Places) -> None:
    """Bring a codebook of an earlier version to this one; what it changes is said."""
    from peil.drafting.upgrade import upgrade

    for sentence in upgrade(places.seeds) or [f"{places.seeds}: is of this version."]:
        click.echo(sentence)


@click.command("upgrade")
@waits
@with_places
def upgrade_command(places: Places) -> None:
    """After `pip install -U peil`: bring the codebook and the warehouse to this version."""
    from peil.drafting.upgrade import upgrade
    from peil.nights.record import recorded_if
    from peil.warehouse import upgrade_warehouse

    with recorded_if(True, places, "upgrade"):
        said = upgrade(places.seeds)
        if places.warehouse.exists():
            said += upgrade_warehouse(places.warehouse)
    for sentence in said or ["Everything is of this version."]:
        click.echo(sentence)
    click.echo("Next: peil codebook check && peil nightly")
