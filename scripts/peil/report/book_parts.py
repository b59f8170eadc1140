"""What a tabellenboek is made of: spreadsheet cells, rows, tables, chapters and regions."""

from dataclasses import dataclass, field
from typing import NamedTuple

from peil.site.context import Reading
from peil.site.rows import Estimate

# Units beside those of statistics: of what is between two shares, and of people.
SHARE, COUNT = "share", "count"
RELIABLE = ("ok", "known_margin")
INDICATIVE = "°"


class Cell(NamedTuple):
    """A figure with what stands behind it, or the number of the reason that there is none."""

    value: float | None
    mark: str = ""
    reason: int = 0


class Row(NamedTuple):
    """An answer or a statistic, a figure per column."""

    label: str
    unit: str
    cells: tuple[Cell, ...]
    is_answer: bool = False


class Column(NamedTuple):
    """A group of a division; its letter names it in the cells of the others."""

    division: str
    label: str
    letter: str
    segment: str
    group: str
    # Of two groups that cross: what stands over the columns that share it, and below it.
    sides: tuple[str, str] = ("", "")


class Table(NamedTuple):
    """A question: rows are its answers and statistics, then its bases."""

    number: int
    label: str
    text: str
    rows: tuple[Row, ...]


class Battery(NamedTuple):
    """Questions on one scale beside each other: the parts of the whole, of everybody."""

    label: str
    parts: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Chapter:
    """Tables under one banner: a sheet of the workbook."""

    title: str
    subtitle: str
    columns: tuple[Column, ...]
    tables: tuple[Table, ...]
    batteries: tuple[Battery, ...] = ()


class Line(NamedTuple):
    """A figure of a region with its interval, beside its group and everybody."""

    topic: str
    question: str
    label: str
    unit: str
    cells: tuple[Cell, ...]


class Region(NamedTuple):
    """Every figure of a region."""

    title: str
    division: str
    header: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass
class Book:
    """The whole tabellenboek, without how it looks."""

    reading: Reading
    title: str
    subtitle: str
    warning: str | None
    chapters: list[Chapter] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def cell(self, e: Estimate, with_letters: bool = True) -> Cell:
        """A figure as it is published: its value, its letters and whether it is indicative."""
        if e.is_withheld or e.estimate is None:
            return self.without_figure(e.withheld_label)
        letters = e.significantly_higher_than or self.reading.measures.arrows.get(e.key, "")
        is_weak = e.is_indicative or e.quality_flag not in RELIABLE
        return Cell(e.estimate, (letters if with_letters else "") + INDICATIVE * is_weak)

    def without_figure(self, reason: str | None) -> Cell:
        """The number of the reason that there is no figure; a new reason gets a new one."""
        reason = reason or self.reading.t("book_no_figure")
        if reason not in self.reasons:
            self.reasons.append(reason)
        return Cell(None, "", self.reasons.index(reason) + 1)
