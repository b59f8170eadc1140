"""What a delivery says of its own columns: texts, value labels, what is missing, what is in it."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from peil.codebook.sources import Source
from peil.landing import privacy
from peil.readers import INCOMING, read_delivery
from peil.warehouse import one_row, quoted

# A column with more distinct values than this holds numbers, dates or text.
MOST_VALUES = 60
# The most frequent cells show whether they join several answers.
MOST_CELLS = 5000


@dataclass
class Column:
    """One column of a file, before anybody has said what it means."""

    name: str
    text: str
    labels: dict[str, str] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    cells: list[tuple[str, int]] = field(default_factory=list)
    n_filled: int = 0
    n_distinct: int = 0
    longest: int = 0
    is_number: bool = False
    missing: list[tuple[float, float]] = field(default_factory=list)
    holds: str = ""
    multiple_set: str = ""
    multiple_text: str = ""

    @property
    def codes(self) -> set[str]:
        return set(self.labels) or set(self.values)


@dataclass
class Described:
    """A file as a list of columns, and the format it was read as."""

    file_format: str
    columns: list[Column]
    notes: list[str]


def describe(path: Path, source: Source) -> Described:
    """Read a file and describe its columns.

    Raises:
        DeliveryRejectedError: it cannot be read.
    """
    with duckdb.connect() as connection, tempfile.TemporaryDirectory(prefix="peil-") as scratch:
        reading = read_delivery(connection, path, source, Path(scratch))
        identifiers = privacy.empty_identifiers(connection, reading.columns)
        columns = [
            _column(connection, name, reading.labels.get(name, name)) for name in reading.columns
        ]
    for column in columns:
        column.holds = identifiers.get(column.name, "")
    if reading.file_format == "sav":
        _add_spss(path, source, columns)
    return Described(reading.file_format, columns, reading.notes)


def _column(connection: duckdb.DuckDBPyConnection, name: str, text: str) -> Column:
    c = quoted(name)
    n_filled, n_distinct, longest, is_number = one_row(
        connection,
        f"select count({c}), count(distinct {c}), coalesce(max(length({c})), 0), "
        f"coalesce(bool_and(try_cast(replace({c}, ',', '.') as double) is not null) "
        f"filter (where {c} is not null), false) "
        f"from {INCOMING}",
    )
    values: dict[str, int] = {}
    if n_distinct <= MOST_VALUES:
        values = dict(
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
        name, text, values=values, cells=cells, n_filled=n_filled, n_distinct=n_distinct,
        longest=longest, is_number=is_number,
    )  # fmt: skip


def _add_spss(path: Path, source: Source, columns: list[Column]) -> None:
    from peil.readers.spss import read_sav

    _, meta = read_sav(path, source.encoding)
    sets = {
        name: (code, definition["label"])
        for code, definition in (getattr(meta, "mr_sets", None) or {}).items()
        if definition["is_dichotomy"]
        for name in definition["variable_list"]
    }
    for column in columns:
        labels = meta.variable_value_labels.get(column.name, {})
        column.labels = {code_text(code): str(label).strip() for code, label in labels.items()}
        column.missing = [
            (r["lo"], r["hi"])
            for r in meta.missing_ranges.get(column.name, [])
            if isinstance(r["lo"], float)
        ]
        column.multiple_set, column.multiple_text = sets.get(column.name, ("", ""))
        is_text = meta.readstat_variable_types[column.name] == "string"
        column.is_number = not is_text and (column.is_number or not column.n_filled)


def code_text(code: object) -> str:
    """A code as staging sees it: 1, not 1.0."""
    if isinstance(code, float) and code.is_integer():
        return str(int(code))
    return str(code)
