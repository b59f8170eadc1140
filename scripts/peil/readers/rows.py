"""Rows of `incoming` that are nobody's answers: blank ones, headers repeated, a note at the end."""

import duckdb

from peil.errors import DeliveryRejectedError
from peil.readers.frames import INCOMING
from peil.readers.reading import Reading
from peil.warehouse import literal, one_row, quoted


def drop_blank_rows(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Leave out rows in which every cell is empty; in a file of one column only those at the end.

    A respondent who skipped the only question has an empty cell, and is no blank row.
    """
    blank = " and ".join(
        rf"({quoted(c)} is null or not regexp_matches({quoted(c)}, '\S'))" for c in reading.columns
    )
    anywhere = f"({blank})"
    if len(reading.columns) == 1:
        last = f"select coalesce(max(row_number), 0) from {INCOMING} where not {anywhere}"
        anywhere = f"row_number > ({last})"
    n_blank = one_row(connection, f"delete from {INCOMING} where {anywhere}")[0]
    if n_blank:
        reading.notes.append(f"{n_blank:,} blank rows left out")


def refuse_repeated_header(
    connection: duckdb.DuckDBPyConnection, name: str, reading: Reading
) -> None:
    """Two exports below each other, or a header on every printed page.

    Raises:
        DeliveryRejectedError: a row repeats the header.
    """
    cells = dict(zip(reading.columns, reading.header_cells, strict=False))
    given = {column: cell.strip() for column, cell in cells.items() if cell.strip()}
    if not given:
        return
    same = " and ".join(f"trim({quoted(c)}) = {literal(cell)}" for c, cell in given.items())
    row = one_row(connection, f"select min(row_number) from {INCOMING} where {same}")[0]
    if row is not None:
        raise DeliveryRejectedError(
            f"{name}, row {row:,} under the header: repeats the header. Two files below each other "
            "do that: deliver them apart, or take the row out.",
            nl=f"Rij {row} onder de kop is nog een keer de kop.",
        )


def refuse_note_at_end(connection: duckdb.DuckDBPyConnection, name: str, reading: Reading) -> None:
    """A source or remark under the table is no respondent.

    Raises:
        DeliveryRejectedError: after blank rows a last row has one cell.
    """
    if len(reading.columns) < 3:
        return
    filled = " + ".join(f"({quoted(c)} is not null)::int" for c in reading.columns)
    rows = connection.execute(
        f"select row_number, {filled}, coalesce(regexp_matches({quoted(reading.columns[0])}, "
        f"'[A-Za-z].*[ :].*[A-Za-z0-9]'), false) from {INCOMING} order by row_number desc limit 2"
    ).fetchall()
    if len(rows) < 2:
        return
    (last, n_last, are_words), (previous, n_previous, _) = rows
    if n_last == 1 and are_words and last > previous + 1 and n_previous > 1:
        raise DeliveryRejectedError(
            f"{name}, row {last:,} under the header: one cell after blank rows. A note under "
            "the table is no respondent: take it out.",
            nl=f"Rij {last} onder de kop is een losse opmerking, geen respondent.",
        )


def close_gaps(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Number the rows 1 to n again: a respondent without answers is known by the number alone."""
    last, n_rows = one_row(connection, f"select max(row_number), count(*) from {INCOMING}")
    if n_rows and last > n_rows:
        connection.execute(
            f"update {INCOMING} set row_number = numbered.position from (select row_number as "
            f"before, row_number() over (order by row_number) as position from {INCOMING}) as "
            f"numbered where numbered.before = {INCOMING}.row_number"
        )
        reading.notes.append("row numbers leave blank rows out")
