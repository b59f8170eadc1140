"""`peil crosstab`: one question by any groups, from the warehouse, at once."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from peil.built import require_built
from peil.crosstabs.asked import ask, rows_of
from peil.crosstabs.ledger import given_before, write_down
from peil.crosstabs.people import came_as_counts
from peil.crosstabs.published import published_crosstab
from peil.crosstabs.result import Crosstab, Rounding, result
from peil.crosstabs.together import Given, given, measure_together
from peil.crosstabs.words import words
from peil.errors import InputError
from peil.lock import one_night
from peil.settings import Places, default_place
from peil.warehouse import read_warehouse

VERB = "peil crosstab"


def crosstab(
    question: str,
    by: str | Iterable[str],
    *,
    where: Mapping[str, str | Iterable[str]] | None = None,
    wave: str | None = None,
    scheme: str | None = None,
    warehouse: Path | str | None = None,
) -> Crosstab:
    """Tabulate a question by groups: weighted, tested, withheld and rounded as published figures.

    One table by itself: for several that go to the same readers, see `Crosstabs`.

    Args:
        question: code of a reported question of any kind.
        by: codes of segments, attributes or questions; `A*B` crosses two.
        where: attribute or question code to the level, or levels, that are kept; all must hold.
        wave: the wave; the last one by default.
        scheme: the weighting scheme; the survey's own by default.
        warehouse: the working database; `warehouse/peil.duckdb` of the survey folder by default.

    Raises:
        InputError: a code is unknown, or the warehouse is not there or may not be opened.
        PeilError: the warehouse is not built and tested.
    """
    return Crosstabs(warehouse).ask(question, by, where=where, wave=wave, scheme=scheme)


class Crosstabs:
    """Crosstabs for the same readers: together they do not tell what one of them withholds.

    What was asked before counts as known when the next is protected, so that a later table may
    show less than it would alone, and the order of asking matters.

    Args:
        warehouse: the working database; `warehouse/peil.duckdb` of the survey folder by default.
    """

    def __init__(self, warehouse: Path | str | None = None) -> None:
        here = {name: default_place(name) for name in ("seeds", "inbox", "warehouse", "published")}
        if warehouse is not None:
            here["warehouse"] = Path(warehouse).absolute()
        self._places = Places(**here)
        self._given: list[Given] = []

    def ask(
        self,
        question: str,
        by: str | Iterable[str],
        *,
        where: Mapping[str, str | Iterable[str]] | None = None,
        wave: str | None = None,
        scheme: str | None = None,
    ) -> Crosstab:
        """Tabulate a question by groups; arguments and errors as of `peil.crosstab`."""
        levels = {
            code: (of,) if isinstance(of, str) else tuple(of) for code, of in (where or {}).items()
        }
        bys = (by,) if isinstance(by, str) else tuple(by)
        with opened(self._places, VERB) as connection:
            table, given_out = _tabulate(
                connection, question, bys, levels, wave, scheme, self._given
            )
        if given_out:
            self._given.append(given_out)
        return table


def tabulate(
    places: Places,
    question: str,
    by: Iterable[str],
    where: Mapping[str, Iterable[str]],
    wave: str | None = None,
    scheme: str | None = None,
    *,
    session: str,
) -> tuple[Crosstab, int]:
    """The same for the command line, where a session is what the ledger says was given out.

    Returns:
        The table, and how many others were given out before.
    """
    with opened(places, VERB) as connection:
        before = given_before(places, session)
        table, given_out = _tabulate(connection, question, by, where, wave, scheme, before)
        # One program at a time is here: nobody asks between the reading and the writing.
        if given_out and given_out not in before:
            write_down(places, session, given_out)
        return table, len([other for other in before if other != given_out])


def _tabulate(
    connection: duckdb.DuckDBPyConnection, question: str, by: Iterable[str],
    where: Mapping[str, Iterable[str]], wave: str | None, scheme: str | None,
    before: Sequence[Given],
) -> tuple[Crosstab, Given | None]:  # fmt: skip
    """The table, and what a reader has of it; None where everybody has it already."""
    asked = ask(connection, question, tuple(by), where, wave, scheme)
    if came_as_counts(connection, asked.wave_code):
        return published_crosstab(connection, asked), None
    measured, reasons = measure_together(connection, asked, before, words(asked.language)["total"])
    rounding = rows_of(connection, "select * from codebook.publication_rounding")
    table = result(measured, reasons, Rounding(rounding, asked.thresholds))
    return table, given(measured, reasons)


@contextmanager
def opened(places: Places, verb: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, read-only, for who may open it and when it is built and tested."""
    file = places.warehouse
    if not os.access(file.parent, os.X_OK) or (file.exists() and not os.access(file, os.R_OK)):
        raise InputError(
            f"{file}: you may not read it. `{verb}` works on the answers of respondents, so "
            "only who may open the warehouse can use it; what everybody may see stands in "
            f"{places.published_file}."
        )
    if not file.exists():
        raise InputError(
            f"{file}: no warehouse here, and `{verb}` works on one. Stand in a survey folder, "
            "point --warehouse (PEIL_WAREHOUSE) at it, or run `peil nightly` first."
        )
    with one_night(places, publishes=False), read_warehouse(file) as connection:
        require_built(connection, verb)
        yield connection
