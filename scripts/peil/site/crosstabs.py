"""Declared crosstabs as they are published, put back into rows and columns."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

ColumnKey = tuple[str, str | None]
LineKey = tuple[str, str | None]


class CrossFigure(NamedTuple):
    """One table cell: an answer or a statistic of the people of one column."""

    survey_code: str
    weighting_scheme: str
    is_default_scheme: bool
    crosstab_code: str
    question_code: str
    column_code: str
    column_value: str
    second_column_code: str | None
    second_column_value: str | None
    column_letter: str | None
    statistic: str
    answer_code: str | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    n_answers: int | None
    n_effective: float | None
    row_share: float | None
    significantly_higher_than: str | None
    differs_from_total: str | None
    p_value: float | None
    is_withheld: bool
    withheld_label: str | None
    crosstab_label: str
    column_label: str
    first_label: str | None
    second_label: str | None
    label: str

    @property
    def column(self) -> ColumnKey:
        return self.column_value, self.second_column_value

    @property
    def line(self) -> LineKey:
        return self.statistic, self.answer_code

    @property
    def marks(self) -> str:
        """Letters of the columns below it, or an arrow where columns meet everybody.

        Of a question by itself everybody in a column gave its answer: that is no finding.
        """
        sides = (
            (self.column_code, self.column_value),
            (self.second_column_code, self.second_column_value),
        )
        if (self.question_code, self.answer_code) in sides:
            return ""
        arrow = {"higher": "▲", "lower": "▼"}.get(self.differs_from_total or "", "")
        return self.significantly_higher_than or arrow


class Crosstab(NamedTuple):
    """A crosstab; columns and lines are each named by the first figure of theirs."""

    columns: tuple[CrossFigure, ...]
    lines: tuple[CrossFigure, ...]
    figures: dict[tuple[LineKey, ColumnKey], CrossFigure]

    @property
    def spans(self) -> list[tuple[str, int]]:
        """What stands over crossed columns, and over how many; empty where nothing is crossed."""
        if not any(column.second_label for column in self.columns):
            return []
        return [(label, len(list(own))) for label, own in
                groupby(self.columns, key=lambda column: column.first_label or "")]  # fmt: skip

    @property
    def first(self) -> CrossFigure:
        """What is the same in every figure of the crosstab."""
        return self.columns[0]

    def row(self, line: CrossFigure) -> list[CrossFigure | None]:
        """The figure of every column; none where no people were counted."""
        return [self.figures.get((line.line, column.column)) for column in self.columns]

    def base(self, column: CrossFigure, name: str) -> float | None:
        """n_answers or n_effective behind what is shown of a column."""
        shown = (
            getattr(f, name)
            for (_, key), f in self.figures.items()
            if key == column.column and not f.is_withheld
        )
        return max((value for value in shown if value is not None), default=None)

    @property
    def has_row_shares(self) -> bool:
        return any(f.row_share is not None for f in self.figures.values())

    @property
    def divided(self) -> list[CrossFigure]:
        """Lines of which it is known how they fall apart into columns."""
        return [
            line for line in self.lines
            if any(f is not None and f.row_share is not None for f in self.row(line))
        ]  # fmt: skip


def crosstabs(figures: Iterable[CrossFigure]) -> list[Crosstab]:
    """Every crosstab of figures in reading order."""
    found: dict[tuple[str, str], list[CrossFigure]] = {}
    for f in figures:
        found.setdefault((f.survey_code, f.crosstab_code), []).append(f)
    return [
        Crosstab(
            tuple({f.column: f for f in reversed(own)}[key] for key in _keys(own, "column")),
            tuple({f.line: f for f in reversed(own)}[key] for key in _keys(own, "line")),
            {(f.line, f.column): f for f in own},
        )
        for own in found.values()
    ]


def _keys(figures: list[CrossFigure], name: str) -> list[tuple[str, str | None]]:
    return list(dict.fromkeys(getattr(f, name) for f in figures))
