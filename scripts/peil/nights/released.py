"""What readers hold: the figures of the release in force and of earlier ones, before a build.

Figures of two releases must not tell what the few who answered in between answered. So a figure is
made anew only when its base differs enough from every base it was ever published with; otherwise
the released one stands. What that was, the build can only know from the published files.
"""

import logging
from pathlib import Path
from typing import NamedTuple

import duckdb

from peil.nights.release import FILE, MANIFEST, ever_taken_back, in_force, release_names, taken_back
from peil.nights.whole import is_whole
from peil.warehouse import literal, one_row, quoted

log = logging.getLogger(__name__)


class Released(NamedTuple):
    """Rows of a published file that a table of the warehouse holds.

    `key` names a row over releases and `base` counts whom it is about: both empty where rows of
    earlier releases do not matter.
    """

    rows: str
    key: tuple[str, ...] = ()
    base: str = ""


_FIGURE = (
    "survey_code", "wave_code", "weighting_scheme", "segment_code", "segment_value",
    "second_segment_value", "question_code", "statistic",
)  # fmt: skip
_CROSSTAB = (
    "survey_code", "wave_code", "weighting_scheme", "crosstab_code", "column_value",
    "second_column_value", "statistic", "answer_code",
)  # fmt: skip
# Per table of the warehouse what it is loaded from.
RELEASED = {
    "raw.released_figures": Released(
        "marts.estimates where not is_withheld", (*_FIGURE, "option_code"), "n_answers"
    ),
    "raw.released_answers": Released(
        "marts.distributions where not is_withheld", (*_FIGURE, "answer_code"), "n_answers"
    ),
    "raw.released_differences": Released("marts.comparisons where not is_withheld"),
    "raw.released_items": Released(
        "marts.item_response", ("survey_code", "wave_code", "question_code"), "n_eligible"
    ),
    "raw.released_crosstabs": Released(
        "marts.crosstabs where not is_withheld", _CROSSTAB, "n_answers"
    ),
}
# Of each figure the bases that it had in earlier releases.
EARLIER = "earlier_bases"


def load_released(connection: duckdb.DuckDBPyConnection, published: Path) -> None:
    """Load what was released, as far as it is there and can be used.

    Args:
        connection: the warehouse, open for writing.
        published: the folder of releases.
    """
    for table in RELEASED:
        connection.execute(f"delete from {table}")
    now, back = in_force(published), set(ever_taken_back(published))
    damaged = {n for n in release_names(published) if not _is_as_made(published / "releases" / n)}
    for name in sorted(damaged):
        log.warning(
            "%s: is not the release its manifest describes. No figure of it stands; what it says "
            "of how many answered still counts.", published / "releases" / name,
        )  # fmt: skip
    file = (now or published) / FILE
    is_usable = file.exists() and not (now and now.name in damaged)
    if is_usable and not _load(connection, file):
        return
    # What is newer and was never taken back was whole, but its run was killed before the switch.
    # Where none is in force, what was may be any of them.
    earlier = [
        name for name in reversed(release_names(published))
        if now is None or name < now.name or name in back or name in damaged
    ]  # fmt: skip
    attached = _attach_all(connection, published, earlier)
    back |= damaged
    lost = set(taken_back(published))
    database, known = _known_columns(connection)
    try:
        for table, released in RELEASED.items():
            if not released.key:
                continue
            # A release of another version of peil may lack some.
            columns = known[database, table]
            usable = {
                release: name for release, name in attached.items()
                if set(columns) <= set(known.get((name, released.rows.split()[0]), ()))
            }  # fmt: skip
            if usable:
                _add_earlier(connection, table, columns, usable, back)
            _say_what_is_lost(connection, table, usable, lost)
    finally:
        for name in attached.values():
            connection.execute(f"detach {name}")


def _is_as_made(release: Path) -> bool:
    """Whether a release is whole; one that was not written to since is not read for it."""
    try:
        made, last = ((release / name).stat().st_mtime_ns for name in (MANIFEST, FILE))
    except OSError:
        return False
    return last <= made or is_whole(release)


def _load(connection: duckdb.DuckDBPyConnection, file: Path) -> bool:
    """The rows of the release in force; whether there are any that can be used."""
    if not _attach(connection, file, "released"):
        log.warning("%s: every figure is made anew.", file)
        return False
    try:
        database, known = _known_columns(connection)
        for table, released in RELEASED.items():
            listed = ", ".join(known[database, table])
            connection.execute(
                f"insert into {table} ({listed}) select {listed} from released.{released.rows}"
            )
    except (duckdb.BinderException, duckdb.CatalogException):
        log.info("The release is of another version of peil: every figure is made anew.")
        return False
    finally:
        connection.execute("detach released")
    return True


def _attach_all(
    connection: duckdb.DuckDBPyConnection, published: Path, releases: list[str]
) -> dict[str, str]:
    """Attach those releases that can be read; their names as databases, in the same order."""
    attached = {}
    for number, release in enumerate(releases):
        file, name = published / "releases" / release / FILE, f"earlier_{number}"
        if file.exists() and _attach(connection, file, name):
            attached[release] = name
    return attached


def _add_earlier(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: list[str],
    usable: dict[str, str],
    back: set[str],
) -> None:
    """Rows that the release in force has not, of the newest that has them; and the bases of all.

    Nothing stands from a release that was ever taken back: it was taken back for its figures.
    """
    released = RELEASED[table]
    key, base = ", ".join(released.key), released.base

    def rows_of(releases: list[str]) -> str:
        return " union all ".join(
            f"select {', '.join(columns)}, {age} as age from {usable[release]}.{released.rows}"
            for age, release in enumerate(releases)
        )

    if standing := [release for release in usable if release not in back]:
        connection.execute(
            f"insert into {table} ({', '.join(columns)}) "
            f"select * exclude (age) from ({rows_of(standing)}) as theirs "
            f"where not exists (select 1 from {table} as ours where {_same_row(released)}) "
            f"qualify row_number() over (partition by {key} order by age) = 1"
        )
    connection.execute(
        f"update {table} as ours set {EARLIER} = theirs.bases from ("
        f"select {key}, list_sort(list(distinct {base})) as bases "
        f"from ({rows_of(list(usable))}) group by {key}"
        f") as theirs where {_same_row(released)} and theirs.bases != [ours.{base}]"
    )


def _say_what_is_lost(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    usable: dict[str, str],
    lost: set[str],
) -> None:
    released = RELEASED[table]
    taken = {release: name for release, name in usable.items() if release in lost}
    if not taken:
        return
    key = ", ".join(released.key)
    rows = " union ".join(f"select {key} from {name}.{released.rows}" for name in taken.values())
    n = one_row(
        connection,
        f"select count(*) from ({rows}) as theirs "
        f"where not exists (select 1 from {table} as ours where {_same_row(released)})",
    )[0]
    if n:
        log.warning(
            "%s: %s rows were only in what was taken back (%s). They are made anew, however few "
            "answered since: who kept them can tell by the difference.",
            table.partition("_")[2], n, ", ".join(sorted(taken)),
        )  # fmt: skip


def _same_row(released: Released) -> str:
    """That `ours` and `theirs` are one row of two releases."""
    return " and ".join(f"ours.{c} is not distinct from theirs.{c}" for c in released.key)


def _attach(connection: duckdb.DuckDBPyConnection, file: Path, name: str) -> bool:
    try:
        connection.execute(f"attach {literal(str(file))} as {name} (read_only)")
    except duckdb.Error as error:
        log.warning("%s cannot be read (%s).", file, str(error).splitlines()[0])
        return False
    return True


def _known_columns(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[str, dict[tuple[str, str], list[str]]]:
    """The name of the warehouse, and per database and table its columns that releases have.

    All in one question: DuckDB looks through every table of every file for each.
    """
    found = connection.execute(
        "select database_name, schema_name || '.' || table_name as name, "
        "list(column_name order by column_index) from duckdb_columns() "
        "where column_name != ? group by all", [EARLIER],
    ).fetchall()  # fmt: skip
    warehouse = one_row(connection, "select current_database()")[0]
    return warehouse, {(name, table): list(map(quoted, own)) for name, table, own in found}
