"""What changed between two releases, read from their published files: the table of drift.

A change is measured against the figure's own margin (half its interval), which is the yardstick
that its readers have.
"""

import csv
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import duckdb

from peil.drafts import draft_of, remove
from peil.errors import InputError
from peil.warehouse import literal, quoted

KEY = (
    "survey_code", "wave_code", "weighting_scheme", "segment_code", "segment_value",
    "second_segment_value", "question_code", "statistic", "option_code",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One figure that is another one now; `margins` is how far it moved, in margins of its own.

    `kind`: changed, new, gone, withheld (shown before) or shown (withheld before).
    """

    survey_code: str
    wave_code: str
    weighting_scheme: str
    segment_code: str
    segment_value: str
    second_segment_value: str | None
    question_code: str
    statistic: str
    option_code: str | None
    kind: str
    before: float | None
    after: float | None
    margins: float | None

    @property
    def what(self) -> str:
        """Its codes in one line."""
        group = " × ".join(filter(None, (self.segment_value, self.second_segment_value)))
        option = f" ({self.option_code})" if self.option_code else ""
        return (
            f"{self.survey_code} {self.wave_code} {self.question_code} {self.statistic}{option}, "
            f"{self.segment_code} {group}, {self.weighting_scheme}"
        )


@dataclass(frozen=True)
class Changes:
    """How many figures there are, and every one that changed, the largest move first."""

    n_figures: int
    rows: list[Change]
    # Per other table that differs: rows before, rows after, rows of after that are not in before.
    tables: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def count(self, kind: str) -> int:
        return sum(row.kind == kind for row in self.rows)

    def drifted(self, margins: float) -> list[Change]:
        """Figures that moved more than so many margins."""
        return [row for row in self.rows if row.margins is not None and row.margins > margins]


def compare(before: Path | None, after: Path, *, tables: bool = False) -> Changes:
    """Compare the figures of two published files, both or one of them given.

    Args:
        before: the earlier file; None before the first release: then nothing changed.
        after: the later file.
        tables: count differing rows of the other tables as well.

    Raises:
        InputError: a file cannot be read, or holds no figures that this version knows.
    """
    with duckdb.connect() as connection:
        _attach(connection, after, "after")
        try:
            n_figures = _count(connection, "after")
            if before is None:
                return Changes(n_figures, [])
            _attach(connection, before, "before")
            rows = [Change(*row) for row in connection.execute(_CHANGES).fetchall()]
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            raise InputError(
                f"{before} and {after}: cannot be compared ({str(error).splitlines()[0]}). One was "
                "made by another version of peil."
            ) from error
        return Changes(n_figures, rows, _tables(connection) if tables else {})


def write_changes(changes: Changes, target: Path) -> None:
    """Write every change as a CSV.

    Raises:
        InputError: the file cannot be written; one that was there stands.
    """
    draft = draft_of(target)
    try:
        with draft.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, [f.name for f in fields(Change)], lineterminator="\n")
            writer.writeheader()
            writer.writerows(asdict(row) for row in changes.rows)
        draft.replace(target)
    except OSError as error:
        raise InputError(
            f"{target}: cannot be written ({error.strerror}). Choose another --output."
        ) from error
    finally:
        remove(draft)


def _attach(connection: duckdb.DuckDBPyConnection, file: Path, name: str) -> None:
    if not file.exists():
        raise InputError(f"{file}: not there, so its figures cannot be compared.")
    try:
        connection.execute(f"attach {literal(str(file))} as {name} (read_only)")
    except duckdb.Error as error:
        raise InputError(f"{file}: cannot be read ({str(error).splitlines()[0]}).") from error


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    row = connection.execute(
        f"select count(estimate) from {name}.marts.estimates where not is_withheld"
    ).fetchone()
    return row[0] if row else 0


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int, int]]:
    """Tables that differ, in the columns that both files have."""
    found = connection.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where schema_name = 'marts' and database_name = 'after' and table_name in (select "
        "table_name from duckdb_tables() where database_name = 'before') and (table_name, "
        "column_name) in (select (table_name, column_name) from duckdb_columns() where "
        "database_name = 'before') group by 1 order by 1"
    ).fetchall()
    differing = {}
    for table, columns in found:
        listed = ", ".join(quoted(column) for column in columns)
        earlier, later = (f"{base}.marts.{quoted(table)}" for base in ("before", "after"))
        counts = connection.execute(
            f"select (select count(*) from {earlier}), (select count(*) from {later}), "
            f"(select count(*) from (select {listed} from {later} except all "
            f"select {listed} from {earlier}))"
        ).fetchone()
        if counts and (counts[2] or counts[0] != counts[1]):
            differing[table] = counts
    return differing


# In the order in which a person looks: the largest move first, then what came and went.
_CHANGES = f"""
with joined as (
    select
        {", ".join(f"coalesce(b.{c}, a.{c}) as {c}" for c in KEY)},
        a.survey_code is not null as is_before,
        b.survey_code is not null as is_after,
        if(a.is_withheld, null, a.estimate) as before,
        if(b.is_withheld, null, b.estimate) as after,
        -- A base of equal answers has no interval: the one of after, or none.
        coalesce(
            nullif(a.ci_high - a.ci_low, 0), nullif(b.ci_high - b.ci_low, 0)
        ) / 2 as margin
    from before.marts.estimates as a
    full join after.marts.estimates as b
        on {" and ".join(f"a.{c} is not distinct from b.{c}" for c in KEY)}
),
kinds as (
    select
        *,
        case
            when not is_before and after is not null then 'new'
            when not is_after and before is not null then 'gone'
            when before is not null and after is null then 'withheld'
            when before is null and after is not null then 'shown'
            when before <> after then 'changed'
        end as kind
    from joined
)
select
    {", ".join(KEY)},
    kind,
    before,
    after,
    abs(after - before) / margin as margins
from kinds
where kind is not null
order by margins desc nulls last, kind, {", ".join(KEY)}
"""
