"""What a delivery says of its own columns: texts, value labels, what is missing, what is in it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from peil.codebook.sources import Source
from peil.landing import privacy
from peil.readers import INCOMING, read_delivery
from peil.warehouse import one_row, quoted

# Cells that may be slips where nearly all of a column must be alike.
SLIPS = 0.05
# A column with more distinct values than this holds numbers, dates or text.
MOST_VALUES = 60
# So many values are looked at where they may be places, strata or clusters.
MOST_LISTED = 1000
# The most frequent cells show whether they join several answers.
MOST_CELLS = 5000


@dataclass
class Column:
    """One column of a file, before anybody has said what it means."""

    name: str
    text: str
    labels: dict[str, str] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    listed: dict[str, int] = field(default_factory=dict)
    cells: list[tuple[str, int]] = field(default_factory=list)
    n_rows: int = 0
    n_filled: int = 0
    n_distinct: int = 0
    longest: int = 0
    is_number: bool = False
    is_whole: bool = False
    lowest: float | None = None
    highest: float | None = None
    mean: float | None = None
    n_not_positive: int = 0
    n_dates: int = 0
    first_date: str = ""
    middle_date: str = ""
    last_date: str = ""
    missing: list[tuple[float, float]] = field(default_factory=list)
    missing_texts: set[str] = field(default_factory=set)
    holds: str = ""
    multiple_set: str = ""
    multiple_text: str = ""
    counted_value: str = ""
    is_category_set: bool = False

    @property
    def codes(self) -> set[str]:
        return set(self.labels) or set(self.values)

    @property
    def words(self) -> str:
        """Name and text together, where a cue may stand in either."""
        return f"{self.name} {self.text}" if self.text != self.name else self.name

    @property
    def is_format(self) -> bool:
        """Whether the file shows what a delivery looks like and holds none: a row or less."""
        return not self.n_filled and self.n_rows <= 1

    @property
    def is_date(self) -> bool:
        return (
            bool(self.n_filled)
            and self.n_dates >= (1 - SLIPS) * self.n_filled
            and not self.is_number
        )


@dataclass
class Described:
    """A file as a list of columns, and the format it was read as."""

    file_format: str
    columns: list[Column]
    notes: list[str]
    n_rows: int
    connection: duckdb.DuckDBPyConnection


@contextmanager
def describe(path: Path, source: Source) -> Iterator[Described]:
    """Read a file and describe its columns; its rows are in `incoming` until the end.

    Raises:
        DeliveryRejectedError: it cannot be read.
    """
    with duckdb.connect() as connection, tempfile.TemporaryDirectory(prefix="peil-") as scratch:
        reading = read_delivery(connection, path, source, Path(scratch))
        identifiers = privacy.empty_identifiers(connection, reading.columns)
        n_rows = one_row(connection, f"select count(*) from {INCOMING}")[0]
        columns = [
            _column(connection, name, reading.labels.get(name, name), n_rows)
            for name in reading.columns
        ]
        for column in columns:
            column.holds = identifiers.get(column.name, "")
        if reading.file_format == "sav":
            _add_spss(path, source, columns)
        yield Described(reading.file_format, columns, reading.notes, n_rows, connection)


# What a program writes where a cell is empty; a column of numbers with one of these beside them.
_EMPTY = ("NA", "N/A", "#N/A", "#NULL!", "NULL", "NaN", "nan", "null", "None", ".", "-")


def empty_values(columns: list[Column]) -> tuple[str, ...]:
    """Words for an empty cell: of those that are known, what stands between numbers."""
    found = set()
    for column in columns:
        words = [v for v in column.listed if v in _EMPTY]
        rest = [v for v in column.listed if v not in _EMPTY]
        if words and rest and all(_is_number(v) for v in rest):
            found |= set(words)
    return tuple(sorted(found))


def _is_number(text: str) -> bool:
    return isinstance(_as_number(text.replace(",", ".")), float)


# Dates as survey tools write them; the gate finds out the order of day and month itself.
_DATES = ("%d-%m-%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d")


def _column(connection: duckdb.DuckDBPyConnection, name: str, text: str, n_rows: int) -> Column:
    c = quoted(name)
    number = f"try_cast(replace({c}, ',', '.') as double)"
    # Times behind a date are cut off, and what looks like a number is none.
    head = f"split_part(replace({c}, 'T', ' '), ' ', 1)"
    forms = ", ".join(f"'{form}'" for form in _DATES)
    day = (
        f"if({number} is null, coalesce(try_cast({c} as timestamp), "
        f"try_strptime({head}, [{forms}])), null)"
    )
    row = one_row(
        connection,
        f"select count({c}), count(distinct {c}), coalesce(max(length({c})), 0), "
        f"coalesce(bool_and(n is not null) filter (where {c} is not null), false), "
        "coalesce(bool_and(n = floor(n)) filter (where n is not null), false), "
        "min(n), max(n), avg(n) filter (where isfinite(n)), "
        "count(*) filter (where n <= 0 or not isfinite(n)), "
        "count(day), min(day)::date::varchar, "
        "quantile_disc(day, 0.5)::date::varchar, max(day)::date::varchar "
        f"from (select {c}, {number} as n, {day} as day from {INCOMING})",
    )
    (n_filled, n_distinct, longest, is_number, is_whole, lowest, highest, mean, n_not_positive,
     n_dates, first, middle, last) = row  # fmt: skip
    listed: dict[str, int] = {}
    if n_distinct <= MOST_LISTED:
        listed = dict(
            connection.execute(
                f"select {c}, count(*) from {INCOMING} where {c} is not null group by {c} "
                f"order by try_cast({c} as double) nulls last, {c}"
            ).fetchall()
        )
    cells: list[tuple[str, int]] = []
    if not is_number or longest > 1:
        cells = connection.execute(
            f"select {c}, count(*) from {INCOMING} where {c} is not null group by 1 "
            f"order by 2 desc, 1 limit {MOST_CELLS}"
        ).fetchall()
    return Column(
        name, text, values=listed if n_distinct <= MOST_VALUES else {}, listed=listed, cells=cells,
        n_rows=n_rows, n_filled=n_filled, n_distinct=n_distinct, longest=longest,
        is_number=is_number, is_whole=is_whole, lowest=lowest, highest=highest, mean=mean,
        n_not_positive=n_not_positive, n_dates=n_dates, first_date=first or "",
        middle_date=middle or "", last_date=last or "",
    )  # fmt: skip


def _add_spss(path: Path, source: Source, columns: list[Column]) -> None:
    from peil.readers.spss import read_sav

    _, meta = read_sav(path, source.encoding)
    sets = {
        name: (code, definition)
        for code, definition in (getattr(meta, "mr_sets", None) or {}).items()
        for name in definition["variable_list"]
    }
    for column in columns:
        labels = meta.variable_value_labels.get(column.name, {})
        column.labels = {code_text(code): str(label).strip() for code, label in labels.items()}
        ranges = meta.missing_ranges.get(column.name, [])
        column.missing = [(r["lo"], r["hi"]) for r in ranges if isinstance(r["lo"], float)]
        column.missing_texts = {str(r["lo"]).strip() for r in ranges if isinstance(r["lo"], str)}
        if column.name in sets:
            code, definition = sets[column.name]
            column.multiple_set, column.multiple_text = code, definition["label"] or ""
            column.is_category_set = not definition["is_dichotomy"]
            counted = definition.get("counted_value")
            column.counted_value = "" if counted is None else code_text(_as_number(counted))
        kind = meta.readstat_variable_types[column.name]
        is_text = kind == "string"
        column.is_number = not is_text and (column.is_number or not column.n_filled)


def _as_number(value: object) -> object:
    try:
        return float(str(value))
    except ValueError:
        return str(value).strip()


def code_text(code: object) -> str:
    """A code as staging sees it: 1, not 1.0."""
    if isinstance(code, float) and code.is_integer():
        return str(int(code))
    return str(code).strip() if isinstance(code, str) else str(code)
