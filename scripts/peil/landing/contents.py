"""What the values of a column are: which hold an identifier, and whether most of them do."""

import re
from collections import Counter

import duckdb
from stdnum.nl import bsn

from peil import identifiers
from peil.readers import INCOMING
from peil.warehouse import one_row, quoted

_MOST = 0.8
# So many values say what a column holds; an e-mail address per respondent need not all be read.
_SAMPLE = 2000
# What a cell of a closed column must be to be looked at: no date, no time, no decimal number.
_LOOKED_AT = (
    r"not regexp_full_match(v, '[+-]?\d{1,8}([.,]\d*)?|\d{9,}[.,]\d+|\d{10}[.]?\d*e[+-]?\d+"
    r"|\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?([.]\d+)?)? ?(Z|UTC|CES?T|[+-]\d\d:?\d\d)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}( \d{1,2}:\d\d(:\d\d)?( [AP]M)?)?') "
    r"or regexp_full_match(v, '5[0-3][.,]\d{4,}|\d{8}')"
)
_TOKEN = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_-]{15,64}")
_MONTH = re.compile(
    r"(feb|mar|mrt|maa?rt|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec)", re.IGNORECASE
)


def filled_columns(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> dict[str, int]:
    """Longest value per column, for columns that could hold an identifier at all."""
    if not columns:
        return {}
    lengths = one_row(
        connection,
        f"select {', '.join(f'max(length({quoted(c)}))' for c in columns)} from {INCOMING}",
    )
    return {
        c: n
        for c, n in zip(columns, lengths, strict=True)
        if n is not None and n >= identifiers.SHORTEST
    }


def examine(
    connection: duckdb.DuckDBPyConnection,
    column: str,
    known: frozenset[str] = frozenset(),
    delimiter: str = "",
    *,
    with_names: bool = True,
) -> tuple[str, dict[str, str]]:
    """What most values of a column are, and what each value that holds an identifier holds."""
    name = quoted(column)
    distinct = (
        f"(select trim({name}) as v, count(*) as n from {INCOMING} where {name} is not null "
        "group by all)"
    )
    values = [
        v
        for (v,) in connection.execute(
            f"select v from {distinct} where length(v) >= {identifiers.SHORTEST} "
            f"and ({_LOOKED_AT}) order by hash(v), v"
        ).fetchall()
        if v.lower() not in known
    ]
    if not values:
        return "", {}
    n_distinct, n_filled = one_row(connection, f"select count(*), sum(n) from {distinct}")
    has_months = sum(bool(_MONTH.fullmatch(v)) for v in values) > 1
    counts_on = _is_numbering(values)

    def kind_of(value: str) -> str:
        parts = value.split(delimiter) if delimiter else [value]
        for part in parts:
            part = part.strip()
            if part.lower() in known or (counts_on and part.isdigit()):
                continue
            if kind := identifiers.kind_of(part, with_names=with_names and not has_months):
                return kind
        return ""

    sample = values[:_SAMPLE]
    kinds = {v: kind for v in sample if (kind := kind_of(v))}
    share = len(values) / n_distinct
    if what := _content(sample, kinds, share, is_unique=n_distinct == n_filled):
        return what, {}
    kinds |= {v: kind for v in values[_SAMPLE:] if (kind := kind_of(v))}
    return "", kinds


def _content(sample: list[str], kinds: dict[str, str], share: float, *, is_unique: bool) -> str:
    """What most values of a column are; empty when they are no identifiers.

    Args:
        sample: distinct values that were looked at.
        kinds: the kind of those that hold an identifier.
        share: of all distinct values, those that are looked at.
        is_unique: no value occurs twice.
    """
    enough = _MOST * len(sample) / share
    # What one value alone does not say, many together do.
    together = {
        "BSN": [v for v in sample if v.isdigit() and len(v) in {8, 9} and bsn.is_valid(v)],
        "phone": [v for v in sample if re.fullmatch(r"6[1-58]\d{7}", v)],
        "coordinates": [v for v in sample if re.fullmatch(r"5[0-3][.,]\d{4,}", v)],
        "token": [v for v in sample if is_unique and _TOKEN.fullmatch(v)],
    }
    for kind, values in together.items():
        if len(sample) >= 3 and len(values) >= enough:
            return kind
    if kinds and len(kinds) >= enough:
        commonest = Counter(kinds.values()).most_common(1)[0][0]
        # A few names say what these people are called, not what the column asks.
        if not (commonest in {"name", "BSN"} and len(sample) < 3):
            return commonest
    return ""


def _is_numbering(values: list[str]) -> bool:
    """Whether the numbers of nine digits are a count: one in eleven of any is a valid BSN."""
    numbers = [v for v in values if re.fullmatch(r"\d{9}", v)]
    return len(numbers) >= 5 and 3 * sum(map(bsn.is_valid, numbers)) < len(numbers)
