"""Landing: every file in the inbox becomes rows in `raw`, one transaction per file.

The same file twice changes nothing. A corrected file (same name and source, other content)
replaces its predecessor. A file that cannot be read is set aside whole, with its reason in the
ledger, and the rest still lands.
"""

import hashlib
import logging
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from scripts.codebook import Source, read_sources, source_of
from scripts.errors import DeliveryRejectedError, InputError
from scripts.progress import steps
from scripts.readers import INCOMING, read_delivery
from scripts.settings import DEMO_HASH_KEY, Places, hash_key
from scripts.warehouse import literal, open_warehouse, quoted

log = logging.getLogger(__name__)

# Column names under which survey tools export who answered. They go without being declared.
IDENTIFIER = re.compile(
    r"^(ip.?addr(ess)?|e.?mail(.?address)?|email_?\d*|token|refurl|phone|telefoon(nummer)?|"
    r"(recipient)?(first|last).?name|naam|bsn|location(latitude|longitude))$",
    re.IGNORECASE,
)


@dataclass
class Landed:
    """What one run of landing did, by file name."""

    landed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)
    n_deliveries: int = 0


def land(places: Places) -> Landed:
    """Land every file in the inbox that belongs to a source of the codebook.

    Raises:
        InputError: the inbox or the codebook cannot be used, or nothing was ever delivered.
    """
    places.require_seeds()
    sources = read_sources(places.seeds)
    if not places.inbox.is_dir():
        raise InputError(
            f"{places.inbox}: this inbox does not exist. Make the folder and put the deliveries "
            "in it, or point --inbox (PEIL_INBOX) at the right one."
        )
    files = sorted(p for p in places.inbox.iterdir() if p.is_file() and p.name[0] not in ".~")
    result = Landed()
    with open_warehouse(places.warehouse) as connection:
        for path in steps(files, "Landing", lambda p: p.name):
            _land_one(connection, path, sources, result)
        result.n_deliveries = connection.execute(
            "select count(*) from raw.deliveries where status = 'landed'"
        ).fetchone()[0]
    if not result.n_deliveries and not result.rejected:
        patterns = ", ".join(s.file_pattern for s in sources)
        raise InputError(
            f"{places.inbox}: nothing to land here, and nothing has landed before. "
            f"Put files in it whose names match {patterns} (see {places.seeds / 'sources.csv'})."
        )
    return result


def _land_one(
    connection: duckdb.DuckDBPyConnection, path: Path, sources: list[Source], result: Landed
) -> None:
    source = source_of(path, sources)
    if source is None:
        result.unmatched.append(path.name)
        log.warning("%s: matches no file_pattern in sources.csv; left alone.", path.name)
        return
    digest = _sha256(path)
    known = connection.execute(
        "select 1 from raw.deliveries where sha256 = ? and file_name = ? and source_code = ? "
        "and status = 'landed'",
        [digest, path.name, source.source_code],
    ).fetchone()
    if known:
        result.unchanged.append(path.name)
        log.info("%s: landed before, unchanged.", path.name)
        return
    connection.execute("begin")
    try:
        cells = _store(connection, path, source, digest)
        connection.execute("commit")
        result.landed.append(path.name)
        log.info("%s: landed as %s, %s cells.", path.name, source.source_code, f"{cells:,}")
    except DeliveryRejectedError as error:
        connection.execute("rollback")
        result.rejected[path.name] = str(error)
        _record_rejection(connection, path, source, digest, str(error))
        log.error("%s", error)
    except BaseException:
        connection.execute("rollback")
        raise


def _store(connection: duckdb.DuckDBPyConnection, path: Path, source: Source, digest: str) -> int:
    columns = read_delivery(connection, path, source)
    _check_columns(path, source, columns)
    key = _delivery_key(path, source, digest)
    _forget(connection, path, source)
    n_rows = connection.execute(f"select count(*) from {INCOMING}").fetchone()[0]
    if not n_rows:
        raise DeliveryRejectedError(f"{path.name}: has column names but no rows. Export it again.")
    identifiers = _identifiers(source, columns)
    n_identifiers = _count_cells(connection, identifiers)
    n_open = n_cells = 0
    if source.kind == "population":
        n_cells = _store_population(connection, key, source)
    else:
        _hash_respondents(connection, source, path)
        opened = [c for c in columns if c in source.open_columns]
        n_open = _unpivot(connection, "raw.open_answers", key, opened)
        rest = [c for c in columns if c not in {*opened, *identifiers}]
        n_cells = _unpivot(connection, "raw.answers", key, rest)
    unbound = _unbound(source, columns, identifiers)
    if unbound:
        log.warning(
            "%s: columns without a binding: %s. Bind them in bindings.csv, or mark them ignored.",
            path.name,
            ", ".join(unbound),
        )
    connection.execute(
        "insert into raw.deliveries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'landed', "
        "null)",
        [
            key, path.name, digest, source.file_format, source.source_code, source.survey_code,
            source.wave_code, n_rows, len(columns), n_cells, n_identifiers, n_open,
            ", ".join(unbound), datetime.now(UTC).replace(tzinfo=None),
        ],
    )  # fmt: skip
    return n_cells


def _check_columns(path: Path, source: Source, columns: list[str]) -> None:
    optional = {"identifier", "ignored"}
    missing = [
        b.column for b in source.bindings if b.column not in columns and b.binding not in optional
    ]
    if missing:
        raise DeliveryRejectedError(
            f"{path.name}: column '{missing[0]}' is missing"
            + (f" (and {len(missing) - 1} more: {', '.join(missing[1:])})" if missing[1:] else "")
            + f". Source '{source.source_code}' in bindings.csv binds it. Ask for the file with "
            "the column, or change the binding."
        )


def _identifiers(source: Source, columns: list[str]) -> list[str]:
    bound = {b.column: b.binding for b in source.bindings}
    return [
        c for c in columns
        if bound.get(c) == "identifier" or (c not in bound and IDENTIFIER.match(c))
    ]  # fmt: skip


def _unbound(source: Source, columns: list[str], identifiers: list[str]) -> list[str]:
    bound = {b.column for b in source.bindings}
    return [c for c in columns if c not in bound and c not in identifiers]


def _hash_respondents(connection: duckdb.DuckDBPyConnection, source: Source, path: Path) -> None:
    if source.respondent_id_policy == "public":
        return
    key = hash_key() or (DEMO_HASH_KEY if source.is_simulated else None)
    if key is None:
        raise InputError(
            f"{path.name}: PEIL_HASH_KEY is not set. Respondent numbers of real people are only "
            "stored as keyed hashes: set PEIL_HASH_KEY to a secret and keep it for later waves."
        )
    for column in source.columns_of("respondent_id"):
        name, secret = quoted(column), literal(key)
        connection.execute(
            f"update {INCOMING} set {name} = "
            f"left(sha256({secret} || sha256({secret} || {name})), 32) where {name} is not null"
        )


def _unpivot(
    connection: duckdb.DuckDBPyConnection, table: str, key: str, columns: list[str]
) -> int:
    if not columns:
        return 0
    names = ", ".join(quoted(c) for c in columns)
    return connection.execute(
        f"insert into {table} select {literal(key)}, row_number, column_name, value "
        f"from (unpivot {INCOMING} on {names} into name column_name value value)"
    ).fetchone()[0]


def _count_cells(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> int:
    if not columns:
        return 0
    counts = " + ".join(f"count({quoted(c)})" for c in columns)
    return connection.execute(f"select {counts} from {INCOMING}").fetchone()[0]


def _store_population(connection: duckdb.DuckDBPyConnection, key: str, source: Source) -> int:
    wanted = ("region", "gender", "age", "population")
    names = [quoted(source.columns_of(name)[0]) for name in wanted]
    return (
        4
        * connection.execute(
            f"insert into raw.population select {literal(key)}, row_number, {', '.join(names)} "
            f"from {INCOMING}"
        ).fetchone()[0]
    )


def _forget(connection: duckdb.DuckDBPyConnection, path: Path, source: Source) -> None:
    """Remove an earlier version of this file; its ledger row stays, marked replaced."""
    earlier = [path.name, source.source_code]
    old = "select delivery_key from raw.deliveries where file_name = ? and source_code = ?"
    for table in ("answers", "open_answers", "population"):
        connection.execute(f"delete from raw.{table} where delivery_key in ({old})", earlier)
    connection.execute(
        "delete from raw.deliveries where file_name = ? and source_code = ? "
        "and status = 'rejected'",
        earlier,
    )
    connection.execute(
        "update raw.deliveries set status = 'replaced' where file_name = ? and source_code = ?",
        earlier,
    )


def _record_rejection(
    connection: duckdb.DuckDBPyConnection, path: Path, source: Source, digest: str, reason: str
) -> None:
    connection.execute(
        "delete from raw.deliveries where file_name = ? and source_code = ? "
        "and status = 'rejected'",
        [path.name, source.source_code],
    )
    connection.execute(
        "insert into raw.deliveries values (?, ?, ?, ?, ?, ?, ?, null, null, null, null, null, "
        "null, ?, 'rejected', ?)",
        [
            _delivery_key(path, source, digest), path.name, digest, source.file_format,
            source.source_code, source.survey_code, source.wave_code,
            datetime.now(UTC).replace(tzinfo=None), reason,
        ],
    )  # fmt: skip


def _delivery_key(path: Path, source: Source, digest: str) -> str:
    identity = f"{source.source_code}\n{path.name}\n{digest}"
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
