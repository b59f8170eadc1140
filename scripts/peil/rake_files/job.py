"""What `peil rake` is asked to do."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """What to rake and how.

    Attributes:
        data: respondents, in any format that a delivery may have.
        margins: targets per variable and level, likewise.
        out: where the rows go with their weight; its name says the format.
        group: column whose levels are raked separately, or None.
        base_weight: column with the base weight, or None for 1.
        lower: smallest g (weight over base weight, mean 1) or w (weight, mean 1).
        upper: largest g or w.
        bounds_on: "g" or "w".
        unknown_levels: levels that the population does not know, besides an empty cell.
        weight_column: what the column with the weight is called.
        scale_margins: whether rounded margins are scaled to one total.
        file_format: of `data`, where it is not found out.
        delimiter: of `data`, likewise.
        encoding: of `data`, likewise.
        decimal_mark: of the base weights and the totals, likewise.
    """

    data: Path
    margins: Path
    out: Path
    group: str | None = None
    base_weight: str | None = None
    lower: float | None = None
    upper: float | None = None
    bounds_on: str = "g"
    unknown_levels: tuple[str, ...] = ()
    weight_column: str = "weight"
    scale_margins: bool = False
    file_format: str = "auto"
    delimiter: str = ""
    encoding: str = ""
    decimal_mark: str = ""
