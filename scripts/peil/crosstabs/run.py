"""`peil crosstab`: one question by any groups, from the warehouse, at once."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from peil.built import require_built
from peil.crosstabs.asked import ask, rows_of
from peil.crosstabs.measured import measure
from peil.crosstabs.result import Crosstab, Rounding, result
from peil.crosstabs.shield import withheld_reasons
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
    here = {name: default_place(name) for name in ("seeds", "inbox", "warehouse", "published")}
    if warehouse is not None:
        here["warehouse"] = Path(warehouse).absolute()
    places = Places(**here)
    return tabulate(
        places, question, (by,) if isinstance(by, str) else by,
        {
            code: (levels,) if isinstance(levels, str) else tuple(levels)
            for code, levels in (where or {}).items()
        },
        wave, scheme,
    )  # fmt: skip


def tabulate(
    places: Places,
    question: str,
    by: Iterable[str],
    where: Mapping[str, Iterable[str]],
    wave: str | None = None,
    scheme: str | None = None,
) -> Crosstab:
    """The same for the command line."""
    with opened(places, VERB) as connection:
        asked = ask(connection, question, tuple(by), where, wave, scheme)
        measured = measure(connection, asked, words(asked.language)["total"])
        rounding = rows_of(connection, "select * from codebook.publication_rounding")
        return result(
            measured, withheld_reasons(connection, measured), Rounding(rounding, asked.thresholds)
        )


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
