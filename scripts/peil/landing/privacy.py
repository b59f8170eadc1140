"""Direct identifiers: recognised by column and by content, dropped before anything is stored.

A column goes when its name or most of its values say that it holds identifiers; a single cell
that holds one goes from any other column, unless the codebook knows its value. In open answers
the identifier is masked and the rest stays. What is recognised is said in `peil.identifiers`.
"""

import re
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from peil import identifiers
from peil.codebook import Source
from peil.codebook.decode import AT_THE_DOOR
from peil.errors import DeliveryRejectedError, InputError
from peil.landing.contents import examine, filled_columns
from peil.readers import INCOMING
from peil.settings import DEMO_HASH_KEY, hash_key
from peil.warehouse import literal, one_row, quoted

if TYPE_CHECKING:
    from peil.codebook.decode import Codebook
    from peil.codebook.delivery import Delivery

# Column names under which survey tools export who answered. They go without being declared.
# A bare 'e-mail' or 'telefoon' in brackets is an option of a question about channels and stays.
NAMES = re.compile(
    r"^(e[\s_.-]?mail|telefoon|mobiel|phone|token|refurl|referr?er|externalreference|"
    r"externaldatareference|recipient.*|email_?\d*)$|"
    r"(^|[\s_.\[(-])("
    r"ip[\s_.-]?(addr(ess)?|adres)|e[\s_.-]?mail[\s_.-]?add?ress?|"
    r"(phone|mobile)[\s_.-]?number|(telefoon|mobiel)[\s_.-]?nummer|"
    r"((first|last|full)[\s_.-]?)?name|naam|(voor|achter)naam|bsn|burgerservicenummer|"
    r"(location[\s_.-]?)?(latitude|longitude)|breedtegraad|lengtegraad|"
    r"zip(/postal)?[\s_.-]?code|address( 2)?|adres|straat|huisnummer|geboortedatum|"
    r"date[\s_.-]?of[\s_.-]?birth|iban|company"
    r")([\])]|$)",
    re.IGNORECASE,
)
# A column with a longer value than this holds open text, unless the codebook reads it.
LONGEST_CODE = 60


def drop_identifiers(
    connection: duckdb.DuckDBPyConnection,
    delivery: "Delivery",
    columns: list[str],
    codebook: "Codebook | None" = None,
) -> tuple[int, list[str], list[str]]:
    """Drop columns and cells with direct identifiers from `incoming`.

    Args:
        connection: the warehouse, with `incoming`.
        delivery: whose columns these are.
        columns: the columns of `incoming`.
        codebook: whose codes and labels are never taken for identifiers.

    Returns:
        How many filled cells went, which columns stay, and notes for the ledger.

    Raises:
        DeliveryRejectedError: respondent numbers that are declared public are identifiers.
    """
    source = delivery.source
    bound = {b.column: b.binding for b in source.bindings}
    numbers, dates = source.columns_of("respondent_id"), source.columns_of("submitted_at")
    named = [
        c for c in columns
        if bound.get(c) == "identifier" or (c not in bound and NAMES.search(c))
    ]  # fmt: skip
    # Without its header a file begins with a respondent.
    by_name = {
        c: kind for c in columns if c not in bound and c not in named and (kind := _kind_of_name(c))
    }
    filled = filled_columns(connection, [c for c in columns if c not in named and c not in by_name])
    if source.respondent_id_policy == "public":
        _require_numbers(connection, delivery, numbers)
    hashed = numbers if source.respondent_id_policy == "hashed" else []
    opened = {*source.open_columns, *open_columns(connection, source, list(filled))}
    known = codebook.known_values() if codebook else frozenset()
    delimiters = codebook.delimiters(source.source_code) if codebook else {}
    by_content: dict[str, str] = {}
    found: dict[str, dict[str, str]] = {}
    for column in filled:
        if column in hashed or column in source.open_columns:
            continue
        is_kept = column in numbers or column in dates
        what, cells = examine(
            connection, column, known, delimiters.get(column, ""), with_names=column not in dates
        )
        if what and not is_kept:
            by_content[column] = what
        elif column not in opened:
            found[column] = cells
    dropped = [*named, *by_name, *by_content]
    n_cells = _count_cells(connection, dropped)
    for column in dropped:
        connection.execute(f"alter table {INCOMING} drop {quoted(column)}")
    for column, cells in found.items():
        n_cells += _drop_cells(connection, delivery.key, column, cells)
    notes = [
        f"column {columns.index(c) + 1} dropped: its name holds {what}"
        for c, what in by_name.items()
    ]
    notes += [f"column '{c}' dropped: holds {what}" for c, what in by_content.items()]
    return n_cells, [c for c in columns if c not in dropped], notes


def _kind_of_name(column: str) -> str:
    if kind := identifiers.kind_of(column, with_names=False):
        return kind
    return "name" if " " in column and identifiers.is_name(column) else ""


def _drop_cells(
    connection: duckdb.DuckDBPyConnection, key: str, column: str, kinds: dict[str, str]
) -> int:
    if not kinds:
        return 0
    name = quoted(column)
    found = pa.table({"v": list(kinds), "kind": list(kinds.values())})
    connection.register("identifier_values", found)
    n = one_row(
        connection,
        f"insert into raw.rejects select {literal(key)}, row_number, {literal(column)}, null, "
        f"'a direct identifier (' || kind || '); not stored', {literal(AT_THE_DOOR)} "
        f"from {INCOMING} inner join identifier_values on trim({name}) = v",
    )[0]
    connection.unregister("identifier_values")
    _empty(connection, column, list(kinds))
    return n


def empty_identifiers(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> dict[str, str]:
    """Empty the cells of `incoming` that hold identifiers, where nothing is stored of it.

    Returns:
        The columns that hold little else, with what they hold.
    """
    kinds = {}
    for column in filled_columns(connection, columns):
        what, cells = examine(connection, column)
        if what:
            kinds[column] = what
            connection.execute(f"update {INCOMING} set {quoted(column)} = null")
        elif cells:
            _empty(connection, column, list(cells))
    return kinds


def _empty(connection: duckdb.DuckDBPyConnection, column: str, values: list[str]) -> None:
    found = pa.table({"v": values})
    connection.register("identifier_values", found)
    name = quoted(column)
    connection.execute(
        f"update {INCOMING} set {name} = null "
        f"where trim({name}) in (select v from identifier_values)"
    )
    connection.unregister("identifier_values")


def _count_cells(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> int:
    if not columns:
        return 0
    counts = " + ".join(f"count({quoted(c)})" for c in columns)
    return one_row(connection, f"select {counts} from {INCOMING}")[0]


def _require_numbers(
    connection: duckdb.DuckDBPyConnection, delivery: "Delivery", columns: list[str]
) -> None:
    for column in columns:
        if kind := examine(connection, column)[0]:
            raise DeliveryRejectedError(
                f"{delivery.path.name}: column '{column}' holds {kind}, but source "
                f"'{delivery.source.source_code}' declares its respondent numbers public. Set "
                "respondent_id_policy to hashed in sources.csv."
            )


def hash_respondents(connection: duckdb.DuckDBPyConnection, delivery: "Delivery") -> None:
    """Replace respondent numbers by keyed hashes, unless the source declares them public.

    Raises:
        InputError: there is no key for respondents who are real.
    """
    source = delivery.source
    columns = source.columns_of("respondent_id")
    if source.respondent_id_policy == "public" or not columns:
        return
    key = hash_key() or (DEMO_HASH_KEY if source.is_simulated else None)
    if key is None:
        raise InputError(
            f"{delivery.path.name}: PEIL_HASH_KEY is not set. Respondent numbers of real people "
            "are only stored as keyed hashes: set PEIL_HASH_KEY to a secret and keep it for "
            "later waves."
        )
    for column in columns:
        name = quoted(column)
        # Bound, not written into the statement: statements end up in logs and messages.
        connection.execute(
            f"update {INCOMING} set {name} = "
            f"left(sha256($key || sha256($key || {name})), 32) where {name} is not null",
            {"key": key},
        )


def open_columns(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: list[str]
) -> list[str]:
    """Columns with open text: by the codebook, or unread by it and too long for codes."""
    read = {b.column for b in source.bindings if b.binding != "ignored"}
    unread = [c for c in columns if c not in read]
    long = filled_columns(connection, unread)
    return [c for c in columns if c in source.open_columns or long.get(c, 0) > LONGEST_CODE]


def mask_open_answers(
    connection: duckdb.DuckDBPyConnection, key: str, table: str = "raw.open_answers"
) -> int:
    """Mask identifiers in the open answers of a delivery; returns how many answers changed."""
    own = f"delivery_key = {literal(key)} and length(value) >= {identifiers.SHORTEST}"
    # As literals: DuckDB compiles a pattern that is bound for each batch of rows.
    groups = ", ".join(f"regexp_matches(value, {literal(t)})" for t in identifiers.TRIGGERS)
    candidates = connection.execute(
        f"select value, {groups} from (select distinct value from {table} where {own})"
    ).fetchall()
    masked = [
        (value, mask)
        for value, *groups in candidates
        if any(groups) and (mask := identifiers.mask(value, tuple(groups))) != value
    ]
    if not masked:
        return 0
    found = pa.table({"v": [v for v, _ in masked], "mask": [mask for _, mask in masked]})
    connection.register("masked_answers", found)
    n = one_row(
        connection, f"update {table} set value = mask from masked_answers where {own} and value = v"
    )[0]
    connection.unregister("masked_answers")
    return n
