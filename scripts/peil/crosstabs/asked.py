"""What a crosstab is asked of: question, groups, filter, wave and scheme in the warehouse.

What is unknown is refused with what there is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from peil.errors import InputError

LANGUAGES = ("nl", "en")
Row = dict[str, Any]


@dataclass(frozen=True)
class Side:
    """An attribute or a question whose levels or answers make groups.

    Attributes:
        kind: `attribute` or `question`.
        overlaps: whether somebody can be in several of the groups.
        labels: what the known groups are called, in their order.
        unreported: levels of which nothing is reported.
    """

    kind: str
    code: str
    label: str
    overlaps: bool
    labels: dict[str, str]
    unreported: frozenset[str]


@dataclass(frozen=True)
class By:
    """One part of the banner: the groups of one side, or of two that are crossed.

    Attributes:
        comparison: `pairs`, `against_total` or `none` as the segment declares; None leaves it to
            the number of groups.
        segment_code: the declared segment, where it is one.
    """

    code: str
    label: str
    sides: tuple[Side, ...]
    comparison: str | None = None
    segment_code: str | None = None


@dataclass(frozen=True)
class Asked:
    """A crosstab as asked, every code known; `survey`, `scheme` and `question` are seed rows."""

    question: Row
    survey: Row
    wave_code: str
    wave_label: str
    scheme: Row
    bys: tuple[By, ...]
    filters: tuple[tuple[Side, tuple[str, ...]], ...]
    thresholds: dict[str, float]
    language: str


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[Row]:
    found = connection.execute(sql, list(values))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def ask(
    connection: duckdb.DuckDBPyConnection,
    question: str,
    by: Sequence[str],
    where: Mapping[str, Iterable[str]],
    wave: str | None,
    scheme: str | None,
    *,
    needs_by: bool = True,
) -> Asked:
    """Look every code up.

    Raises:
        InputError: one is unknown, or cannot be what it is asked for.
    """
    found = _question(connection, question)
    survey = rows_of(
        connection, "select * from codebook.surveys where survey_code = ?", found["survey_code"]
    )[0]
    language = survey["language"] if survey["language"] in LANGUAGES else LANGUAGES[0]
    reader = _Sides(connection, survey["survey_code"], f"label_{language}")
    chosen_wave = _wave(connection, survey["survey_code"], wave)
    bys = tuple(reader.by(code) for code in dict.fromkeys(by))
    if needs_by and not bys:
        raise InputError("A crosstab needs at least one BY: " + reader.what_there_is())
    thresholds = rows_of(connection, "select threshold_code, value from codebook.thresholds")
    return Asked(
        found, survey, chosen_wave["wave_code"], chosen_wave[f"label_{language}"],
        _scheme(connection, survey["survey_code"], scheme), bys,
        tuple((reader.side(code), tuple(levels)) for code, levels in where.items()),
        {row["threshold_code"]: row["value"] for row in thresholds}, language,
    )  # fmt: skip


def as_code(number: float) -> str:
    """`7` for 7.0: a numeric answer as a code."""
    return f"{number:.15g}"


def answer_labels(
    connection: duckdb.DuckDBPyConnection, question: Row, label: str
) -> dict[str, str]:
    """What the answers to a question are called, in order; those of a number by the number."""
    options = rows_of(
        connection,
        f"select option_code, value_number, {label} as label from staging.stg_options "
        "where option_set_code = ? order by sort_order, option_code",
        question["option_set_code"],
    )
    if question["kind"] == "number":
        numbered = [row for row in options if row["value_number"] is not None]
        return {as_code(row["value_number"]): row["label"] for row in numbered}
    return {row["option_code"]: row["label"] for row in options}


def _question(connection: duckdb.DuckDBPyConnection, code: str) -> Row:
    questions = rows_of(
        connection,
        "select questions.*, scales.kind, scales.is_categorical "
        "from codebook.questions as questions "
        "inner join codebook.scales as scales using (scale_code) "
        "where is_reported order by survey_code, sort_order",
    )
    found = [row for row in questions if row["question_code"] == code]
    if not found:
        codes = ", ".join(row["question_code"] for row in questions)
        raise InputError(f"'{code}' is no reported question. Reported questions: {codes}.")
    return found[0]


def _wave(connection: duckdb.DuckDBPyConnection, survey_code: str, wave: str | None) -> Row:
    waves = rows_of(
        connection,
        "select * from codebook.waves where survey_code = ? and wave_code in "
        "(select wave_code from estimates.est_cells) order by fieldwork_start",
        survey_code,
    )
    found = [row for row in waves if row["wave_code"] == wave] if wave else waves[-1:]
    if not found:
        there = ", ".join(row["wave_code"] for row in waves) or "none"
        raise InputError(
            f"--wave {wave or 'latest'}: survey '{survey_code}' has no weighted answers of it. "
            f"Waves with answers: {there}."
        )
    return found[0]


def _scheme(connection: duckdb.DuckDBPyConnection, survey_code: str, scheme: str | None) -> Row:
    schemes = rows_of(
        connection,
        "select * from codebook.weighting_schemes where survey_code = ? order by sort_order",
        survey_code,
    )
    found = [
        row for row in schemes
        if (row["scheme_code"] == scheme if scheme else row["is_default"])
    ]  # fmt: skip
    if not found:
        there = ", ".join(row["scheme_code"] for row in schemes)
        raise InputError(f"--scheme {scheme}: not of survey '{survey_code}', which has {there}.")
    return found[0]


class _Sides:
    """Segments, attributes and questions of one survey by their code."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, survey_code: str, label: str) -> None:
        def read(sql: str) -> dict[str, Row]:
            rows = rows_of(connection, sql, survey_code)
            return {next(iter(row.values())): row for row in rows}

        self.connection, self.survey_code, self.label = connection, survey_code, label
        self.segments = read(
            "select segment_code, * from estimates.est_segments where survey_code = ? "
            "and not is_total order by sort_order"
        )
        self.attributes = read(
            "select attribute_code, * from codebook.attributes where survey_code = ?"
        )
        self.questions = read(
            "select question_code, questions.*, scales.kind from codebook.questions as questions "
            "inner join codebook.scales as scales using (scale_code) "
            "where survey_code = ? and is_reported order by sort_order"
        )
        self.overlapping = read(
            "select attribute_code from weighted.wgt_overlapping_attributes where survey_code = ?"
        )

    def what_there_is(self) -> str:
        return (
            f"segments {', '.join(self.segments) or '(none)'}; attributes "
            f"{', '.join(self.attributes) or '(none)'}; questions {', '.join(self.questions)}."
        )

    def by(self, code: str) -> By:
        """A segment, an attribute, a question, or two of them as `A*B`.

        Raises:
            InputError: there is no such thing, or more than two are crossed.
        """
        if code in self.segments:
            segment = self.segments[code]
            parts = [segment["attribute_code"], segment["second_attribute_code"]]
            return By(
                code, segment[self.label], tuple(self._attribute(part) for part in parts if part),
                segment["comparison"], code,
            )  # fmt: skip
        if "*" not in code:
            side = self.side(code)
            return By(code, side.label, (side,))
        parts_of = [self.by(part.strip()) for part in code.split("*")]
        sides = tuple(side for part in parts_of for side in part.sides)
        if len(sides) != 2 or sides[0] == sides[1]:
            raise InputError(f"BY {code}: two different divisions can be crossed, as in A*B.")
        return By(code, " × ".join(side.label for side in sides), sides)

    def side(self, code: str) -> Side:
        """An attribute or a question; a segment of one attribute is that attribute.

        Raises:
            InputError: there is no such thing.
        """
        segment = self.segments.get(code)
        if segment is not None and segment["second_attribute_code"] is None:
            return self._attribute(segment["attribute_code"])
        if code in self.attributes:
            return self._attribute(code)
        if code not in self.questions:
            raise InputError(
                f"'{code}' is no segment, attribute or reported question of survey "
                f"'{self.survey_code}'. There are: {self.what_there_is()}"
            )
        question = self.questions[code]
        return Side(
            "question", code, question[self.label], question["kind"] == "multiple",
            answer_labels(self.connection, question, self.label), frozenset(),
        )  # fmt: skip

    def _attribute(self, code: str) -> Side:
        levels = rows_of(
            self.connection,
            f"select level_code, {self.label} as label from estimates.est_level_labels "
            "where survey_code = ? and attribute_code = ? order by sort_order, level_code",
            self.survey_code,
            code,
        )
        # Nobody can be placed in a group of people who did not say (est_profile_segments).
        unreported = rows_of(
            self.connection,
            "select level_code from codebook.attribute_levels "
            "where attribute_code = ? and not coalesce(is_reported, true)",
            code,
        )
        return Side(
            "attribute", code, self.attributes[code][self.label], code in self.overlapping,
            {row["level_code"]: row["label"] for row in levels},
            frozenset({"unknown", *(row["level_code"] for row in unreported)}),
        )  # fmt: skip
