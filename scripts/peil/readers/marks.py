"""What stands between digits: a decimal mark, a thousands separator, or the codes of a list.

`3,6` is a number, or two answers. A thousands separator goes only where the column itself shows
that it is one, so that no list becomes one large number; what nothing shows stays as it stands.
"""

import re
from collections.abc import Collection, Iterable

import duckdb

from peil.codebook import Source
from peil.readers.frames import INCOMING
from peil.warehouse import literal, one_row, quoted

SEPARATORS = (";", "|", "/", ",", " ")
_CODE = re.compile(r"0|[1-9]\d{0,3}")
# Lists come back to the same codes; so many are no list of answers any more.
_MOST_CODES = 60
_FEWEST_LISTS = 3
# So many distinct values show what a column is.
_DISTINCT = 5000
# '3,6' is as short as a list can be.
_SHORTEST = 2


def settle_marks(
    connection: duckdb.DuckDBPyConnection, names: Iterable[str], source: Source
) -> tuple[list[str], dict[str, str]]:
    """Take thousands separators out of `incoming`; returns notes, and the columns of lists."""
    several = {b.column for b in source.bindings if b.binding == "delimited"}
    commas: list[str] = []
    lists: dict[str, str] = {}
    for name in _with_marks(connection, [n for n in names if n not in several]):
        values = _values(connection, name)
        if separator := list_separator(values):
            lists[name] = separator
            continue
        mark = decimal_mark(values, source.decimal_mark)
        if mark:
            _drop_thousands(connection, name, mark)
        if mark == "," and not source.decimal_mark:
            commas.append(name)
    notes = [f"decimal comma in {', '.join(commas)}"] if commas else []
    if lists:
        notes.append(f"lists of codes in {', '.join(lists)}")
    return notes, lists


def list_separator(values: Collection[str]) -> str:
    """What stands between the codes where cells are lists of them ('3;6', '1, 2, 5'); else empty.

    A comma may be a decimal mark: it separates where a cell has three codes, or where in several
    cells codes go up, come back on both sides and stand alone as well.
    """
    for separator in SEPARATORS:
        cells = [v for v in values if separator in v.strip()]
        parts = [[p.strip() for p in v.strip().strip(separator).split(separator)] for v in cells]
        if len(cells) < 2 or not all(_CODE.fullmatch(p) for ps in parts for p in ps):
            continue
        if any(len(set(ps)) < len(ps) for ps in parts):
            continue
        alone = {v.strip() for v in values} - set(cells)
        known = {p for ps in parts for p in ps}
        if len(known) > _MOST_CODES or not all(
            _CODE.fullmatch(v) for v in alone if v[:1].isdigit()
        ):
            continue
        if separator == "," and not any(len(ps) > 2 for ps in parts) and ", " not in cells[0]:
            goes_up = all(int(a) < int(b) for a, b in parts)
            both = {ps[0] for ps in parts} & {ps[-1] for ps in parts}
            if not (goes_up and both and alone & known and len(cells) >= _FEWEST_LISTS):
                continue
        if separator in "/ " and len(known) > len(cells) + 2:
            continue
        return separator
    return ""


def decimal_mark(values: Collection[str], declared: str) -> str:
    """The decimal mark that the values of a column show; empty where they show none.

    Args:
        values: texts as delivered.
        declared: the mark of the source; empty where it is to be found out.
    """
    numbers = [v.strip() for v in values if any(c.isdigit() for c in v)]
    marks = [m for m in (",", ".") if all(_is_number(v, m) for v in numbers)]
    shown = [m for m in marks if any(_shows(v, m) for v in numbers)]
    if declared:
        # A declared comma says itself that a point stands between thousands.
        return declared if declared in (marks if declared == "," else shown) else ""
    return shown[0] if len(shown) == 1 else ""


def mark_of_numbers(values: Collection[str], declared: str = "", delimiter: str = "") -> str:
    """The decimal mark of a column that holds numbers; the declared one where '2,450' may be both.

    A point before three digits is decimal, except in a text with semicolons between its cells:
    there a comma is, as Excel writes it in Dutch.
    """
    numbers = [v.strip() for v in values if v]
    fits = {m: sum(_is_number(v, m) for v in numbers) for m in (".", ",")}
    if any(_shows(v, ",") for v in numbers) and fits[","] > fits["."]:
        return ","
    if fits["."] > fits[","] or not any(m in v for v in numbers for m in ".,"):
        return "."
    both = [v for v in numbers if _is_number(v, ",") and _is_number(v, ".")]
    marked = [v for v in both if "," in v or "." in v]
    is_plain = not declared and not any("," in v for v in marked) and delimiter != ";"
    return "." if is_plain or not marked else declared


def as_number(column: str, mark: str) -> str:
    """SQL for a text with this decimal mark as a number; null where it is none."""
    thousands = "." if mark == "," else ","
    whole = rf"\d+|[1-9]\d{{0,2}}(\{thousands}\d{{3}})+"
    pattern = rf"[-+]?({whole}|)(\{mark}\d*)?([eE][-+]?\d+)?"
    text = rf"regexp_replace({column}, '[\s\x{{00A0}}]+', '', 'g')"
    plain = f"replace(replace({text}, '{thousands}', ''), ',', '.')"
    return f"if(regexp_full_match({text}, {literal(pattern)}), try_cast({plain} as double), null)"


def _is_number(value: str, mark: str) -> bool:
    thousands = "." if mark == "," else ","
    whole = rf"\d+|[1-9]\d{{0,2}}(\{thousands}\d{{3}})+"
    return bool(re.fullmatch(rf"[-+]?({whole})(\{mark}\d+)?([eE][-+]?\d+)?", value))


def _shows(value: str, mark: str) -> bool:
    """Whether a value has this decimal mark and cannot be read with the other one."""
    return mark in value and not _is_number(value, "." if mark == "," else ",")


def _with_marks(connection: duckdb.DuckDBPyConnection, names: list[str]) -> list[str]:
    """Columns in which something stands between digits; codes of a letter or two do not."""
    lengths = _per_column(connection, names, "coalesce(max(strlen({})), 0)")
    longer = [name for name in names if lengths[name] > _SHORTEST]
    pattern = literal(r"^\s*[-+]?[0-9]+[.,;/| ]+ ?[0-9]")
    flags = _per_column(
        connection, longer, f"coalesce(bool_or(regexp_matches({{}}, {pattern})), false)"
    )
    return [name for name in longer if flags[name]]


def _per_column(connection: duckdb.DuckDBPyConnection, names: list[str], test: str) -> dict:
    if not names:
        return {}
    tests = ", ".join(test.format(quoted(name)) for name in names)
    return dict(zip(names, one_row(connection, f"select {tests} from {INCOMING}"), strict=True))


def _values(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    return [
        value
        for (value,) in connection.execute(
            f"select distinct {quoted(name)} from {INCOMING} where {quoted(name)} is not null "
            f"order by 1 limit {_DISTINCT}"
        ).fetchall()
    ]


def _drop_thousands(connection: duckdb.DuckDBPyConnection, name: str, decimal_mark: str) -> None:
    thousands = "." if decimal_mark == "," else ","
    grouped = rf"\s*[-+]?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal_mark}\d+)?\s*"
    connection.execute(
        f"update {INCOMING} set {quoted(name)} = replace({quoted(name)}, "
        f"{literal(thousands)}, '') where regexp_full_match({quoted(name)}, {literal(grouped)})"
    )
