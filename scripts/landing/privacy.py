"""Direct identifiers: recognised by column and by content, dropped before anything is stored.

A column goes when its name or most of its values say that it holds identifiers; a single cell
that holds one goes from any other column. In open answers the identifier is masked and the rest
stays. Names of people inside an open answer are not recognised.
"""

import re
from typing import TYPE_CHECKING

import duckdb

from scripts.codebook import Source
from scripts.errors import DeliveryRejectedError, InputError
from scripts.landing.decode import AT_THE_DOOR
from scripts.readers import INCOMING
from scripts.settings import DEMO_HASH_KEY, hash_key
from scripts.warehouse import literal, quoted

if TYPE_CHECKING:
    from scripts.landing.delivery import Delivery

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
_EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
_IPV4 = r"\b(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}\b"
_IPV6 = r"\b[0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{0,4}){3,7}\b"
_IBAN = r"\b[A-Z]{2}\d{2} ?[A-Z]{4} ?\d{4} ?\d{4} ?\d{2}\b"
_PHONE = (
    r"((\+|00)\d{1,3}[ .-]?\(?\d{1,4}\)?([ .-]?\d){6,9}|\b0\d([ .-]?\d){8}\b"
    r"|\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b)"
)
_PC6 = r"\b[1-9]\d{3} ?[A-Z]{2}\b"
_BSN = r"\b\d{9}\b"
_POSITION = r"\b5[0-3]\.\d{4,}[ ,;]+[3-7]\.\d{4,}\b"
# In an open answer, in this order: an e-mail address may hold digits that look like a number.
MASKS = (
    ("e-mail", _EMAIL),
    ("IBAN", _IBAN),
    ("IP", _IPV4),
    ("IP", _IPV6),
    ("plaats", _POSITION),
    ("telefoon", _PHONE),
    ("postcode", _PC6),
    ("nummer", _BSN),
)
# A cell of a closed column that is one of these, as a whole or, for an address, in part.
_CELL = (
    ("e-mail", _EMAIL),
    ("IP", f"^({_IPV4}|{_IPV6})$"),
    ("IBAN", f"^{_IBAN}$"),
    ("phone", f"^{_PHONE}$"),
    ("postcode", f"^{_PC6}$"),
    ("coordinates", f"^{_POSITION}$"),
)
# No identifier is shorter than a postcode of six characters.
SHORTEST = 6
# A column with a longer value than this holds open text, whatever the codebook says.
LONGEST_CODE = 60
_MOST = 0.8


def drop_identifiers(
    connection: duckdb.DuckDBPyConnection, delivery: "Delivery", columns: list[str]
) -> tuple[int, list[str], list[str]]:
    """Drop columns and cells with direct identifiers from `incoming`.

    Args:
        connection: the warehouse, with `incoming`.
        delivery: whose columns these are.
        columns: the columns of `incoming`.

    Returns:
        How many filled cells went, which columns stay, and notes for the ledger.

    Raises:
        DeliveryRejectedError: respondent numbers that are declared public are identifiers.
    """
    source = delivery.source
    bound = {b.column: b.binding for b in source.bindings}
    protected = {*source.columns_of("respondent_id"), *source.columns_of("submitted_at")}
    named = [
        c for c in columns
        if bound.get(c) == "identifier" or (c not in bound and NAMES.search(c))
    ]  # fmt: skip
    long = _long_columns(connection, [c for c in columns if c not in named])
    if source.respondent_id_policy == "public":
        _require_numbers(connection, delivery, source.columns_of("respondent_id"))
    closed = [c for c in long if c not in protected and c not in source.open_columns]
    by_content = {c: what for c in closed if (what := _content(connection, c))}
    dropped = [*named, *by_content]
    n_cells = _count_cells(connection, dropped)
    for column in dropped:
        connection.execute(f"alter table {INCOMING} drop {quoted(column)}")
    for column in closed:
        if column not in by_content and long[column] <= LONGEST_CODE:
            n_cells += _drop_cells(connection, delivery.key, column)
    notes = [f"column '{c}' dropped: holds {what}" for c, what in by_content.items()]
    return n_cells, [c for c in columns if c not in dropped], notes


def _long_columns(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> dict[str, int]:
    """Longest value per column, for columns that could hold an identifier at all."""
    if not columns:
        return {}
    lengths = connection.execute(
        f"select {', '.join(f'max(length({quoted(c)}))' for c in columns)} from {INCOMING}"
    ).fetchone()
    return {c: n for c, n in zip(columns, lengths, strict=True) if n is not None and n >= SHORTEST}


def _content(connection: duckdb.DuckDBPyConnection, column: str) -> str:
    """What most values of a column are; empty when they are no identifiers."""
    name = quoted(column)
    tests = [f"count(*) filter (where regexp_matches(v, {literal(p)}))" for _, p in _CELL]
    digits = [
        f"cast(substr(v, {i}, 1) as integer) * {10 - i if i < 9 else -1}" for i in range(1, 10)
    ]
    eleven = f"(regexp_full_match(v, '\\d{{9}}') and try({' + '.join(digits)}) % 11 = 0)"
    row = connection.execute(
        f"""
        select count(*), {", ".join(tests)},
            count(*) filter (where case when {eleven} then true else false end),
            count(*) filter (where regexp_full_match(v, '5[0-3]\\.\\d{{4,}}')),
            count(*) filter (where length(v) between 15 and 64
                and regexp_full_match(v, '[A-Za-z0-9_-]+')
                and regexp_matches(v, '\\d') and regexp_matches(v, '[A-Za-z]')),
            sum(n)
        from (
            select trim({name}) as v, count(*) as n from {INCOMING}
            where {name} is not null group by all
        )
        """
    ).fetchone()
    n_distinct, hits, n_filled = row[0], row[1:-1], row[-1]
    kinds = [kind for kind, _ in _CELL] + ["BSN", "coordinates", "token"]
    for kind, n in zip(kinds, hits, strict=True):
        if kind in {"BSN", "coordinates", "token"} and n_distinct < 3:
            continue
        if kind == "token" and n_distinct < n_filled:
            continue
        if n >= _MOST * n_distinct:
            return kind
    return ""


def _drop_cells(connection: duckdb.DuckDBPyConnection, key: str, column: str) -> int:
    name = quoted(column)
    total = 0
    for kind, pattern in _CELL:
        found = f"regexp_matches({name}, {literal(pattern)})"
        n = connection.execute(
            f"insert into raw.rejects select {literal(key)}, row_number, {literal(column)}, null, "
            f"{literal(f'a direct identifier ({kind}); not stored')}, {literal(AT_THE_DOOR)} "
            f"from {INCOMING} where {found}"
        ).fetchone()[0]
        if n:
            connection.execute(f"update {INCOMING} set {name} = null where {found}")
        total += n
    return total


def _count_cells(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> int:
    if not columns:
        return 0
    counts = " + ".join(f"count({quoted(c)})" for c in columns)
    return connection.execute(f"select {counts} from {INCOMING}").fetchone()[0]


def _require_numbers(
    connection: duckdb.DuckDBPyConnection, delivery: "Delivery", columns: list[str]
) -> None:
    for column in columns:
        if kind := _content(connection, column):
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
        name, secret = quoted(column), literal(key)
        connection.execute(
            f"update {INCOMING} set {name} = "
            f"left(sha256({secret} || sha256({secret} || {name})), 32) where {name} is not null"
        )


def open_columns(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: list[str]
) -> list[str]:
    """Columns with open text: by the codebook, or unread by it and too long for codes."""
    read = {b.column for b in source.bindings if b.binding != "ignored"}
    unread = [c for c in columns if c not in read]
    long = _long_columns(connection, unread)
    return [c for c in columns if c in source.open_columns or long.get(c, 0) > LONGEST_CODE]


def mask_open_answers(connection: duckdb.DuckDBPyConnection, key: str) -> int:
    """Mask identifiers in the open answers of a delivery; returns how many answers changed."""
    masked = "value"
    for kind, pattern in MASKS:
        masked = f"regexp_replace({masked}, {literal(pattern)}, {literal(f'[{kind}]')}, 'g')"
    where = f"delivery_key = {literal(key)} and length(value) >= {SHORTEST}"
    return connection.execute(
        f"update raw.open_answers set value = {masked} where {where} and value != {masked}"
    ).fetchone()[0]
