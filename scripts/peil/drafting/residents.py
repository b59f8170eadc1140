"""Residents to weight to: of the Netherlands, or of a file with region, gender, age and number.

`netherlands.csv`: residents by sex and age on 1 January, CBS StatLine, table 7461bev (CC BY 4.0).
"""

import csv
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from peil.codebook.sources import Source
from peil.drafting import cues
from peil.drafting.places import municipality
from peil.errors import InputError
from peil.landing.residents import CELLS, FIELDS, settle_cells
from peil.readers import read_delivery

NETHERLANDS = "nl"
_LIST = Path(__file__).with_name("netherlands.csv")
_COLUMNS = {
    "region": cues.MUNICIPALITY,
    "sex": cues.GENDER,
    "age": cues.AGE,
    "number": cues._words(r"inwoners|bevolking|population|residents|aantal|number|total|n$"),
}


@dataclass
class Residents:
    """Residents per region, sex (M or V) and single year of age, and where they come from."""

    line: str
    cells: list[tuple[str, str, int, float]] = field(default_factory=list)

    def of(self, regions: set[str]) -> "Residents":
        """Those of some regions; all where the cells know no regions."""
        if not regions or not any(cell[0] for cell in self.cells):
            return self
        return Residents(self.line, [cell for cell in self.cells if cell[0] in regions])

    def absent(self, regions: set[str]) -> list[str]:
        known = {cell[0] for cell in self.cells} - {""}
        return sorted(regions - known) if known else []


def netherlands(year: int) -> Residents:
    """Residents of the Netherlands on 1 January of a year, or of the nearest year that is here."""
    with _LIST.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    years = [int(column) for column in rows[0] if column.isdigit()]
    nearest = min(years, key=lambda y: (abs(y - year), -y))
    return Residents(
        f"Bron: CBS StatLine, tabel 7461bev, bevolking van Nederland op 1 januari {nearest}",
        [("", row["sex"], int(row["age"]), float(row[str(nearest)])) for row in rows],
    )


def read_residents(path: Path) -> Residents:
    """Residents from a file, such as `peil population` writes.

    Raises:
        InputError: a column is missing, or a value cannot be read.
        DeliveryRejectedError: the file cannot be read.
    """
    source = Source("population", "", "", "population", path.name, "auto")
    with duckdb.connect() as connection, tempfile.TemporaryDirectory(prefix="peil-") as scratch:
        reading = read_delivery(connection, path, source, Path(scratch))
        found = {
            what: next((c for c in reading.columns if cue.search(c)), "")
            for what, cue in _COLUMNS.items()
        }
        for what in ("sex", "age", "number"):
            if not found[what]:
                raise InputError(
                    f"{path}: no column with {what}. A population has columns for region "
                    "(CBS code; may be absent), gender (M, V), age (one year) and number; it has "
                    f"{', '.join(reading.columns)}."
                )
        settle_cells(connection, dict(zip(FIELDS, found.values(), strict=True)))
        rows = connection.execute(f"select * from {CELLS} order by row_number").fetchall()
    return Residents(f"Bevolking uit {path.name}", [_cell(path, found, *row) for row in rows])


def _cell(
    path: Path, found: dict[str, str], number: int, region: str, sex: str, age: str, people: str,
    years: int | None, n: str | None,
) -> tuple[str, str, int, float]:  # fmt: skip
    sexes = {"1": "M", "2": "V", "3000": "M", "4000": "V"}
    letter = sexes.get(sex, "V" if cues.WOMAN.fullmatch(sex) else
                       "M" if cues.MAN.fullmatch(sex) else "")  # fmt: skip
    place = municipality(region) if region else None
    for what, value, is_good in (
        ("sex", sex, letter),
        ("age", age, years is not None),
        ("number", people, n is not None),
    ):
        if not is_good:
            raise InputError(
                f"{path}, row {number}, column '{found[what]}': '{value}' is no {what}. Give M or "
                "V, an age in whole years, and a number of residents (people, not thousands)."
            )
    assert years is not None and n is not None
    return (place.code if place else region, letter, years, float(n))
