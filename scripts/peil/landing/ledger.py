"""The ledger `raw.deliveries`: what landed, what it replaced, what was refused and why."""

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from peil.built import forget
from peil.counting.made_of import key_check
from peil.errors import InputError
from peil.warehouse import DELIVERED_TABLES, literal

if TYPE_CHECKING:
    from peil.codebook import Source
    from peil.codebook.delivery import Delivery, Outcome


def delivery_key(source: "Source", name: str, sha256: str) -> str:
    """The key of a file: the same on every machine."""
    identity = f"{source.source_code}\n{name}\n{sha256}"
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def has_landed(connection: duckdb.DuckDBPyConnection, delivery: "Delivery") -> bool:
    """Whether this very file is in force already, or was purged and stays away.

    As itself or as a count package; another package of the same file takes the place of the first.
    """
    package = delivery.package
    # No parameters: for the first one DuckDB imports pandas, 0.3 s of a night with nothing new.
    is_this = (
        f"(package_sha256 is null or package_sha256 = {literal(package)})" if package else "true"
    )
    return (
        connection.execute(
            f"select 1 from raw.deliveries where delivery_key = {literal(delivery.key)} "
            f"and (status = 'purged' or (status = 'landed' and {is_this}))"
        ).fetchone()
        is not None
    )


def require_same_key(connection: duckdb.DuckDBPyConnection, delivery: "Delivery") -> None:
    """Refuse another key than that of earlier deliveries: one person would be two.

    Raises:
        InputError: respondent numbers of the survey were hashed with another one.
    """
    source = delivery.source
    if source.is_simulated or not key_check(source):
        return
    other = connection.execute(
        "select file_name from raw.deliveries where status = 'landed' and survey_code = ? "
        "and key_check <> ? and (file_name, source_code) <> (?, ?) order by landed_at limit 1",
        [source.survey_code, key_check(source), delivery.path.name, source.source_code],
    ).fetchone()
    if other:
        raise InputError(
            f"{delivery.path.name}: PEIL_HASH_KEY is another secret than the one with which "
            f"respondent numbers of {other[0]} were hashed, so that one person would be two. "
            "Nothing of it has landed: set the secret of before."
        )


def replace_earlier(connection: duckdb.DuckDBPyConnection, delivery: "Delivery") -> None:
    """Remove the rows of an earlier version; its ledger row stays, marked replaced."""
    _forget_rejection(connection, delivery)
    old = connection.execute(
        "update raw.deliveries set status = 'replaced' where file_name = ? and source_code = ? "
        "and status = 'landed' returning delivery_key",
        [delivery.path.name, delivery.source.source_code],
    ).fetchall()
    # Only where there is something to delete: a delete reads the rows that were just stored.
    for (key,) in old:
        for table in DELIVERED_TABLES:
            connection.execute(f"delete from {table} where delivery_key = ?", [key])


def enter(
    connection: duckdb.DuckDBPyConnection,
    delivery: "Delivery",
    outcome: "Outcome",
    codebook_digest: str,
    package_facts: str | None = None,
) -> None:
    """Write that a delivery landed; what is built is not made of it."""
    forget(connection)
    _insert(
        connection,
        delivery,
        status="landed",
        file_format=outcome.file_format,
        n_rows=outcome.n_rows,
        n_columns=outcome.n_columns,
        n_cells=outcome.n_cells,
        n_identifier_cells=outcome.n_identifier_cells,
        n_open_answers=outcome.n_open_answers,
        n_masked_open_answers=outcome.n_masked_open_answers,
        n_rejects=outcome.n_rejects,
        unbound_columns=", ".join(outcome.unbound),
        notes="; ".join(outcome.notes),
        warnings="\n".join(outcome.warnings),
        codebook_digest=codebook_digest,
        key_check=key_check(delivery.source) or None,
        package_sha256=delivery.package,
        package_facts=package_facts,
    )


def record_rejection(
    connection: duckdb.DuckDBPyConnection, delivery: "Delivery", reason: str
) -> None:
    """Write that a delivery was set aside; the last reason for a file counts."""
    connection.execute("begin")
    _forget_rejection(connection, delivery)
    _insert(
        connection,
        delivery,
        status="rejected",
        file_format=delivery.source.file_format,
        reason=reason,
    )
    connection.execute("commit")


def _forget_rejection(connection: duckdb.DuckDBPyConnection, delivery: "Delivery") -> None:
    connection.execute(
        "delete from raw.deliveries where file_name = ? and source_code = ? "
        "and status = 'rejected'",
        [delivery.path.name, delivery.source.source_code],
    )


def _insert(connection: duckdb.DuckDBPyConnection, delivery: "Delivery", **values: object) -> None:
    source = delivery.source
    row = {
        "delivery_key": delivery.key,
        "file_name": delivery.path.name,
        "sha256": delivery.sha256,
        "source_code": source.source_code,
        "survey_code": source.survey_code,
        "wave_code": source.wave_code,
        "landed_at": datetime.now(UTC).replace(tzinfo=None),
        **values,
    }
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(
        f"insert into raw.deliveries ({columns}) values ({marks})", list(row.values())
    )
