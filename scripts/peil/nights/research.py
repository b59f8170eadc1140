"""`published/research.duckdb`: pseudonymised respondents with weights and answers, on request only.

It holds what an analyst needs to make the published figures again: no open text, no exact age, no
delivery or row numbers, no key but the hashed respondent key. Mode 0600. What is in it is decided
in models/research; this copies it.
"""

import logging
from pathlib import Path

import duckdb

from peil.built import require_built
from peil.drafts import draft_of, remove, sweep
from peil.errors import InputError, PeilError
from peil.lock import one_night
from peil.nights.anonymity import report
from peil.nights.publish import STORAGE_VERSION
from peil.nights.replicates import add_replicates
from peil.progress import steps
from peil.relations import Relation, copy_relation, relations_in
from peil.settings import Places
from peil.warehouse import literal, one_row, open_warehouse, quoted

log = logging.getLogger(__name__)
PREFIX = "research_"
# A row per what. The night does not test the models for it (it would read every answer again), so
# that no file leaves without: a person who is there twice counts twice in every figure made of it.
PERSON = ("survey_code", "wave_code", "respondent_key")
# In the order of who reads whom: the table where a repeat begins is the one that is named.
GRAIN = {
    "about": ("survey_code", "wave_code"),
    "questions": ("question_code",),
    "options": ("option_set_code", "option_code"),
    "missing_codes": ("question_code", "missing_reason"),
    "attribute_levels": ("attribute_code", "level_code"),
    "respondents": PERSON,
    "weights": (*PERSON, "weighting_scheme"),
    "attributes": (*PERSON, "attribute_code"),
    "answers": (*PERSON, "question_code", "option_code", "missing_reason"),
}


def build_research(places: Places, k: int | None = None, replicates: int | None = None) -> Path:
    """Write the research file; the earlier one is replaced in one rename.

    Args:
        places: where the warehouse and the published folder are.
        k: fewest respondents with the same attributes; classes are made coarser until then.
        replicates: how many replicate weights to add.

    Raises:
        InputError: both are asked for.
        PeilError: the warehouse is not built and tested, no respondent counts, or a table has two
            rows where it should have one.
    """
    if k and replicates:
        raise InputError(
            f"--k {k} with --replicates {replicates}: replicate weights tell who is in one raking "
            "cell or cluster, which --k makes coarser. Ask for one of the two."
        )
    target = places.published / "research.duckdb"
    draft = draft_of(target)
    with one_night(places):
        sweep(places.published)
        try:
            with open_warehouse(places.warehouse) as connection:
                require_built(connection, "peil research")
                n_respondents = _copy(connection, draft, k, replicates)
            draft.chmod(0o600)
            draft.replace(target)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise PeilError(
                f"The warehouse cannot give respondents ({str(error).splitlines()[0]}). "
                "Run `peil nightly` first."
            ) from error
        finally:
            remove(draft)
    log.info("Research file with %s respondents: %s.", f"{n_respondents:,}", target)
    return target


def _copy(
    connection: duckdb.DuckDBPyConnection, draft: Path, k: int | None, replicates: int | None
) -> int:
    relations = _relations(connection)
    connection.execute(
        f"attach {literal(str(draft))} as research (storage_version {literal(STORAGE_VERSION)})"
    )
    connection.execute("create schema research.microdata")
    for name, relation in steps(list(relations.items()), "Research file", lambda pair: pair[0]):
        table = f"research.microdata.{quoted(name)}"
        copy_relation(connection, relation, table, ordered=True)
        _refuse_repeats(connection, name, table)
    count = one_row(connection, "select count(*) from research.microdata.respondents")[0]
    if not count:
        raise PeilError("No respondent counts, so there is no research file to write.")
    report(connection, k)
    if replicates:
        add_replicates(connection, replicates)
    connection.execute("checkpoint research")
    connection.execute("detach research")
    return count


def _relations(connection: duckdb.DuckDBPyConnection) -> dict[str, Relation]:
    """What to copy, by its name in the file: the research models, and the mart about the waves."""
    found = {r.name.removeprefix(PREFIX): r for r in relations_in(connection, "research")}
    found |= {r.name: r for r in relations_in(connection, "marts") if r.name == "about"}
    absent = sorted(set(GRAIN) - set(found))
    if absent:
        raise PeilError(
            f"The warehouse cannot give respondents (not built: {', '.join(absent)}). "
            "Run `peil nightly` first."
        )
    return {name: found[name] for name in GRAIN}


def _refuse_repeats(connection: duckdb.DuckDBPyConnection, name: str, table: str) -> None:
    grain = GRAIN[name]
    repeat = connection.execute(
        f"select {', '.join(grain)}, count(*) from {table} group by all having count(*) > 1 "
        "order by all limit 1"
    ).fetchone()
    if repeat:
        *values, n_rows = repeat
        where = ", ".join(f"{column} {value}" for column, value in zip(grain, values, strict=True))
        raise PeilError(
            f"{name}: {n_rows} rows for {where}; there should be one. Nothing was written. See "
            "with `dbt test --select research`, and correct the codebook: is a question bound to "
            "two columns (bindings.csv)?"
        )
