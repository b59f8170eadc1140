"""A part of one delivery: a range of its rows, counted apart from the others.

The whole file is read and held against the agreements wherever a part of it is counted, so a part
is refused where the file would be, and what is decided by all rows together is decided by them.
"""

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from peil.errors import InputError
from peil.settings import Places
from peil.warehouse import one_row, open_warehouse

# Per delivery and row; row numbers of a part begin at 1, as those of a delivery do.
_BY_ROW = ("raw.answers", "raw.open_answers", "raw.rejects")


@dataclass(frozen=True)
class Part:
    """Part `number` of `of` parts; no row is in two, and every row is in one."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> "Part":
        """From text as 2/4.

        Raises:
            InputError: it is no such text.
        """
        found = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", text)
        if not found or int(found[1]) > int(found[2]):
            raise InputError(f"--part {text}: give which part of how many, as in --part 2/4.")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def rows(self, n_rows: int) -> tuple[int, int]:
        """Its first and last row; the last is before the first where it has none."""
        return (self.number - 1) * n_rows // self.of + 1, self.number * n_rows // self.of

    def name_of(self, file: str) -> str:
        """What the package of a part of this file is called after."""
        return f"{file}.{self.number}of{self.of}"


def restrict(warehouse: Path, part: Part) -> int:
    """Keep the rows of one part in a warehouse with one delivery.

    Returns:
        How many rows come before it: the row numbers of here are less by that.
    """
    with open_warehouse(warehouse) as connection:
        landed = "raw.deliveries where status = 'landed'"
        first, last = part.rows(one_row(connection, f"select n_rows from {landed}")[0])
        for table in _BY_ROW:
            connection.execute(
                f"create or replace table {table} as select * replace "
                f"(row_number - {first - 1} as row_number) from {table} "
                f"where row_number between {first} and {last}"
            )
        connection.execute(
            "update raw.deliveries set n_rows = ? where status = 'landed'", [last - first + 1]
        )
    return first - 1


def copied(places: Places, folder: Path) -> Places:
    """The same places with a copy of the warehouse."""
    warehouse = folder / "whole" / places.warehouse.name
    warehouse.parent.mkdir()
    shutil.copyfile(places.warehouse, warehouse)
    return replace(places, warehouse=warehouse)
