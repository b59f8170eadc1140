"""`peil population`: the residents of a year, as a delivery in the inbox that then lands."""

import logging
import os
import shutil
import tempfile
from datetime import date
from pathlib import Path

import duckdb

from peil.codebook import Source, municipalities_of, read_rows, read_sources
from peil.codebook.seed_text import require_codebook
from peil.dutch import long_date
from peil.errors import DeliveryRejectedError, InputError, MachineError
from peil.landing import land
from peil.population import shape
from peil.population.cbs import BASE, TABLE, Answers, Recording, Service
from peil.private import PRIVATE_FOLDER, make_folder
from peil.settings import Places
from peil.warehouse import literal, quoted

log = logging.getLogger(__name__)
# Fictitious municipalities have codes from here; CBS does not know them.
FIRST_FICTITIOUS = 9001


def fetch_population(
    places: Places,
    year: int,
    *,
    level: str = "sex_age",
    replay: Path | None = None,
    record: Path | None = None,
    base: str = BASE,
) -> Path:
    """Fetch or replay the population on 1 January of a year and land it.

    Args:
        places: seeds name the source the population is for; the file goes into the inbox.
        year: the year of the reference date of its wave.
        level: sex_age, or totals per municipality.
        replay: folder with recorded answers, in place of the service.
        record: folder in which the answers are kept.
        base: address of the service.

    Returns:
        The delivery that was written.

    Raises:
        InputError: no wave with a population source has this reference year.
        PeilError: CBS does not answer, or its figures do not add up.
    """
    require_codebook(places.seeds)
    source = _source(places, year)
    regions = _regions(places, source)
    with tempfile.TemporaryDirectory(prefix="peil-") as folder, duckdb.connect() as connection:
        kept = Path(folder)
        answers: Answers = Recording(replay) if replay else Service(kept, base)
        pages = answers.collect(shape.filters(year, regions, totals=True), "totals")
        if level == "sex_age" and not replay:
            pages += answers.collect(shape.filters(year, regions, totals=False), "cells")
        about = answers.about()
        shape.load(connection, pages, answers.codes("Leeftijd"), year, regions)
        shape.check(connection, regions, year)
        if level == "sex_age":
            shape.check_cells(connection, year)
        path = _write(connection, places, source, level, _source_line(about, year))
        if record and not replay:
            shutil.copytree(kept, record, dirs_exist_ok=True)
    landed = land(places, only=path)
    if path.name in landed.rejected:
        raise DeliveryRejectedError(landed.rejected[path.name])
    for reason in (*landed.failed.values(), *landed.waiting.values()):
        raise MachineError(f"{path}: was written, and did not land ({reason}). Run `peil land`.")
    return path


def fetch_cells(path: Path, year: int, base: str = "") -> str:
    """Write the residents of every municipality, by sex and age, as CSV; returns their source.

    Raises:
        PeilError: CBS does not answer, or its figures do not add up.
    """
    with tempfile.TemporaryDirectory(prefix="peil-") as folder, duckdb.connect() as connection:
        answers = Service(Path(folder), base or os.environ.get("PEIL_CBS") or BASE)
        pages = answers.collect(shape.filters(year, [], totals=True), "totals")
        pages += answers.collect(shape.filters(year, [], totals=False), "cells")
        about = answers.about()
        shape.load(connection, pages, answers.codes("Leeftijd"), year, [])
        shape.check(connection, [], year)
        shape.check_cells(connection, year)
        connection.execute(
            "copy (select region as gemeente, sex as geslacht, age as leeftijd, "
            f"residents as inwoners from cells order by all) to {literal(str(path))} "
            "(format csv, header)"
        )
    return _source_line(about, year)


def _source(places: Places, year: int) -> Source:
    waves = {
        row["wave_code"]
        for row in read_rows(places.seeds / "waves.csv")
        if row["reference_date"][:4] == str(year)
    }
    found = [
        s for s in read_sources(places.seeds) if s.kind == "population" and s.wave_code in waves
    ]
    if not found:
        raise InputError(
            f"{places.seeds}: no source of kind population belongs to a wave whose "
            f"reference_date is in {year}. Add the source to sources.csv and its four columns to "
            "bindings.csv, or name another --year."
        )
    return found[0]


def _regions(places: Places, source: Source) -> list[str]:
    """The municipalities of the survey; none: all that exist."""
    codes = [code.strip() for code in municipalities_of(places.seeds, source.survey_code)]
    fictitious = [c for c in codes if c[2:].isdigit() and int(c[2:]) >= FIRST_FICTITIOUS]
    if fictitious:
        raise InputError(
            f"{places.seeds / 'municipalities.csv'}: {fictitious[0]} is fictitious, so CBS has no "
            "population for it. The demo brings its own; `peil demo` writes it."
        )
    return codes


def _source_line(about: dict, year: int) -> str:
    changed = str(about.get("Modified") or about.get("ObservationsModified") or "")[:10]
    version = f", stand {changed}" if changed else ""
    day = long_date(date(year, 1, 1))
    return f"Bron: CBS StatLine, tabel {TABLE}, bevolking op {day}{version}"


def _write(
    connection: duckdb.DuckDBPyConnection,
    places: Places,
    source: Source,
    level: str,
    source_line: str,
) -> Path:
    """Write the delivery under the columns and name that the source declares."""
    region, sex, age, residents = (
        quoted(source.columns_of(f)[0]) for f in ("region", "gender", "age", "population")
    )
    select = (
        f"select region as {region}, sex as {sex}, age as {age}, residents as {residents}, "
        if level == "sex_age"
        else f"select region as {region}, '' as {sex}, '' as {age}, residents as {residents}, "
    )
    table = "cells" if level == "sex_age" else "totals"
    order = "1, 2, 3"
    path = places.inbox / source.file_pattern.replace("*", "_cbs").replace("?", "_")
    make_folder(places.inbox, PRIVATE_FOLDER)
    draft = path.with_name(f".{path.name}.tmp")
    connection.execute(
        f"copy ({select} {literal(source_line)} as bron, 'CC BY 4.0' as licentie from {table} "
        f"order by {order}) to {literal(str(draft))} "
        f"(format csv, header, delimiter {literal(source.delimiter or ',')})"
    )
    draft.replace(path)
    log.info("%s: %s.", path, source_line)
    return path
