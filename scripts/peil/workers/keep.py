"""People in several deliveries that are counted apart: keys first, then what each may count.

Which of several rows of one person counts is decided by the model wgt_versions, as in a night, over
the keys of all deliveries together; each delivery gets the list of its own rows that do not.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from peil.codebook import read_sources
from peil.codebook.limits import read_limits
from peil.counting.contract import read
from peil.counting.manifest import KEYS_TABLES, manifest_of, unpack
from peil.counting.take import check_source
from peil.drafts import draft_of
from peil.errors import InputError
from peil.landing.ledger import delivery_key
from peil.names import file_name
from peil.nights.plans import plan_of
from peil.private import owner_only
from peil.warehouse import literal, open_warehouse, read_warehouse

KEEP_ENDING = ".keep.json"


@dataclass(frozen=True)
class KeepList:
    """Of one delivery: rows that a row of another replaces, and the median durations of the whole.

    `medians` are (wave, source, seconds).
    """

    delivery_key: str
    superseded: tuple[int, ...] = ()
    medians: tuple[tuple[str, str, float], ...] = ()

    @property
    def digest(self) -> str:
        """What a package says of the list it was counted with; empty for an empty list."""
        if not (self.superseded or self.medians):
            return ""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def give_keep_list(warehouse: Path, keep: KeepList) -> None:
    """Put a keep-list in the warehouse of the delivery that it is of.

    Raises:
        InputError: it is of another delivery.
    """
    with open_warehouse(warehouse) as connection:
        landed = connection.execute(
            "select delivery_key, file_name from raw.deliveries where status = 'landed'"
        ).fetchall()
        if [key for key, _ in landed] != [keep.delivery_key]:
            raise InputError(
                f"The keep-list is of another delivery than {landed[0][1]} as it is now. Make keys "
                "and keep-lists again (`peil count --keys`, `peil keep`)."
            )
        connection.execute(
            "insert into raw.superseded select $1, unnest($2::bigint[])",
            [keep.delivery_key, list(keep.superseded)],
        )
        for row in keep.medians:
            connection.execute("insert into raw.given_medians values (?, ?, ?)", list(row))


def keep_lists(
    seeds: Path, keys: Iterable[Path], warehouse: Path | None = None
) -> dict[str, KeepList]:
    """The keep-list of every delivery of which keys are given, by the name of its file.

    Args:
        seeds: the codebook.
        keys: packages of keys, see `count_keys`.
        warehouse: where other deliveries have landed and are built; their people count as well,
            and those that came as packages get a keep-list too.

    Raises:
        InputError: two packages of keys are of one file.
        DeliveryRejectedError: a package of keys is damaged, or of another codebook.
    """
    with owner_only(), tempfile.TemporaryDirectory() as scratch, duckdb.connect() as connection:
        _empty_tables(connection)
        names = _add_keys(connection, seeds, list(keys), Path(scratch))
        if warehouse and warehouse.exists():
            names |= _add_warehouse(connection, warehouse, set(names.values()))
        steps = {step.name: step.code for step in plan_of(seeds, Path(scratch)).steps}
        for model in ("wgt_versions", "wgt_source_medians"):
            connection.execute(f"create table weighted.{model} as ({steps[model]})")
        return {name: _keep_list(connection, key) for key, name in names.items()}


def write_keep_lists(lists: dict[str, KeepList], out: Path) -> list[Path]:
    """Write the lists, a file each."""
    written = []
    for name, keep in sorted(lists.items()):
        path = out / file_name(name, KEEP_ENDING)
        draft = draft_of(path)
        with owner_only():
            draft.write_text(json.dumps(asdict(keep)) + "\n", encoding="utf-8")
            draft.replace(path)
        written.append(path)
    return written


def read_keep_list(path: Path) -> KeepList:
    """A list that was written.

    Raises:
        InputError: it is none.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return KeepList(
            str(found["delivery_key"]),
            tuple(map(int, found["superseded"])),
            tuple((str(w), str(s), float(m)) for w, s, m in found["medians"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is no keep-list ({error}). `peil keep` writes them.") from error


_PEOPLE = (
    "delivery_key, row_number, wave_code, respondent_key, is_test, is_complete, source_priority, "
    "submitted_at"
)


def _empty_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        create schema staging; create schema weighted;
        create table staging.stg_respondents (
            delivery_key varchar, row_number bigint, wave_code varchar, source_code varchar,
            respondent_key varchar, is_test boolean, is_complete boolean,
            source_priority integer, submitted_at timestamp, duration_seconds double
        );
        create table staging.stg_counted_keys as
        select * exclude (source_code, duration_seconds), false as is_duplicate
        from staging.stg_respondents;
        create table staging.stg_counted_durations (
            delivery_key varchar, survey_code varchar, wave_code varchar, source_code varchar,
            duration_seconds double, n_respondents bigint, median_seconds double
        );
        create table staging.stg_superseded (delivery_key varchar, row_number bigint);
        create table staging.stg_given_medians (
            wave_code varchar, source_code varchar, median_seconds double
        );
        create table staging.stg_deliveries (delivery_key varchar, file_name varchar);
        """
    )


def _add_keys(
    connection: duckdb.DuckDBPyConnection, seeds: Path, keys: list[Path], scratch: Path
) -> dict[str, str]:
    limits, sources = read_limits(seeds), read_sources(seeds)
    names: dict[str, str] = {}
    for number, path in enumerate(sorted(keys)):
        manifest = manifest_of(path, path.name, limits, KEYS_TABLES)
        source = check_source(manifest, sources, path.name)
        name = manifest.delivery["file_name"]
        if name in names.values():
            raise InputError(f"{path}: keys of {name} were given twice. Keep the latest.")
        key = delivery_key(source, name, manifest.delivery["sha256"])
        folder = scratch / str(number)
        folder.mkdir()
        unpack(path, path.name, manifest, folder, limits)
        for table in KEYS_TABLES:
            connection.execute(
                f"insert into staging.stg_counted_{table} by name select {literal(key)} as "
                f"delivery_key, * from {read(folder, table)}"
            )
        connection.execute("insert into staging.stg_deliveries values (?, ?)", [key, name])
        names[key] = name
    return names


def _add_warehouse(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, replaced: set[str]
) -> dict[str, str]:
    """People of deliveries that have landed before, but of files of which keys are given."""
    with read_warehouse(warehouse) as built:
        kept = built.execute(
            "select delivery_key, file_name, package_sha256 is not null from raw.deliveries "
            "where status = 'landed'"
        ).fetchall()
        kept = [row for row in kept if row[1] not in replaced]
        has_staging = built.execute(
            "select 1 from duckdb_tables() where schema_name = 'staging' "
            "and table_name = 'stg_respondents'"
        ).fetchone()
        keys = [key for key, _, _ in kept]
        tables = {
            "stg_counted_keys": f"select {_PEOPLE}, is_duplicate from raw.counted_keys",
            "stg_counted_durations": "select * from raw.counted_durations",
        }
        if has_staging:
            tables["stg_respondents"] = (
                f"select {_PEOPLE}, source_code, duration_seconds from staging.stg_respondents"
            )
        for table, query in tables.items():
            found = built.execute(f"{query} where delivery_key in (select unnest(?))", [keys])
            connection.register("found", found.to_arrow_table())
            connection.execute(f"insert into staging.{table} by name from found")
            connection.unregister("found")
    for key, name, _ in kept:
        connection.execute("insert into staging.stg_deliveries values (?, ?)", [key, name])
    return {key: name for key, name, is_package in kept if is_package}


def _keep_list(connection: duckdb.DuckDBPyConnection, key: str) -> KeepList:
    rows = connection.execute(
        "select row_number from weighted.wgt_versions where delivery_key = ? and version > 1 "
        "order by row_number",
        [key],
    ).fetchall()
    medians = connection.execute(
        "select distinct wave_code, source_code, medians.median_seconds "
        "from weighted.wgt_source_medians as medians inner join "
        "(select distinct wave_code, source_code from staging.stg_counted_durations "
        "where delivery_key = ?) using (wave_code, source_code) order by all",
        [key],
    ).fetchall()
    return KeepList(key, tuple(row for (row,) in rows), tuple(medians))
