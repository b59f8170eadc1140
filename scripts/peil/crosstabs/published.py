"""Declared crosstabs as they are published: what can be asked of a wave that came as counts.

Of a count package nobody's answers are here, so nothing is crossed anew; what the night made of its
counts stands in `marts.crosstabs`, withheld, rounded and held against the release before.
"""

from typing import NoReturn

import duckdb
import pandas as pd

from peil.crosstabs.asked import Asked, By, Row, rows_of
from peil.crosstabs.people import came_as_counts, measures_of
from peil.crosstabs.result import DIFFERENCES, REASONS, TOTAL, Crosstab, about
from peil.crosstabs.words import words
from peil.errors import InputError

_TEST = ("f_statistic", "df1", "df2", "p_value")
_NUMBERS = (
    "estimate", "se", "ci_low", "ci_high", "df", "n_answers", "n_effective", "row_share",
)  # fmt: skip


def published_crosstab(connection: duckdb.DuckDBPyConnection, asked: Asked) -> Crosstab:
    """The figures of the published table, of a declared crosstab that is asked by itself.

    They tell nothing that everybody cannot have already. Differences are not among them.

    Raises:
        InputError: it is no declared crosstab; those that there are, are named.
    """
    declared = _declared(connection, asked)
    sides = {
        code: tuple((row[f"{side}column_kind"], row[f"{side}column_code"])
                    for side in ("", "second_") if row[f"{side}column_code"])
        for code, row in declared.items()
    }  # fmt: skip
    (by, *others) = asked.bys
    wanted = tuple((side.kind, side.code) for side in by.sides)
    found = [code for code, own in sides.items() if own == wanted]
    if not found or others or asked.filters:
        _refuse(connection, asked, list(sides.values()))
    return _crosstab(connection, asked, by, found[0])


def _declared(connection: duckdb.DuckDBPyConnection, asked: Asked) -> dict[str, Row]:
    rows = rows_of(
        connection,
        "select distinct crosstab_code, column_kind, column_code, second_column_kind, "
        "second_column_code from estimates.declared_crosstabs "
        "where wave_code = ? and scheme_code = ? and question_code = ? order by all",
        asked.wave_code, asked.scheme["scheme_code"], asked.question["question_code"],
    )  # fmt: skip
    return {row["crosstab_code"]: row for row in rows}


def _refuse(
    connection: duckdb.DuckDBPyConnection, asked: Asked, sides: list[tuple[tuple[str, str], ...]]
) -> NoReturn:
    question = asked.question["question_code"]
    can_be = ", ".join("*".join(code for _, code in own) for own in sides)
    raise InputError(
        f"wave '{asked.wave_code}': {came_as_counts(connection, asked.wave_code)} came as count "
        "packages, so a crosstab would leave those respondents out. "
        + (
            f"Of '{question}' these are published, and can be asked one at a time, without --where "
            f"and in this scheme: {can_be}. "
            if can_be else ""
        )
        + "Declare another one in crosstab_definitions.csv, or the groups as a segment in "
        "segments.csv, and have the deliveries counted again; or make the crosstab where the files "
        "are."
    )  # fmt: skip


def _crosstab(connection: duckdb.DuckDBPyConnection, asked: Asked, by: By, code: str) -> Crosstab:
    rows = rows_of(
        connection,
        "select * from marts.crosstabs where crosstab_code = ? and wave_code = ? "
        "order by sort_order",
        code, asked.wave_code,
    )  # fmt: skip
    measures = {
        ("share" if m["is_distribution"] else m["statistic"], m["option_code"]): m
        for m in measures_of(connection, asked)
    }
    figures = [_figure(asked, by, row, measures) for row in rows]
    tests = [{"by": by.code, **{name: row[name] for name in _TEST}} for row in rows[:1]]
    language = asked.language
    return Crosstab(
        pd.DataFrame(figures),
        pd.DataFrame(columns=DIFFERENCES),
        pd.DataFrame([t for t in tests if t["f_statistic"] is not None], columns=["by", *_TEST]),
        {by.code: by.label},
        {
            (by.code, row[f"column_label_{language}"]): (
                row[f"first_label_{language}"], row[f"second_label_{language}"]
            )
            for row in rows if row["second_column_value"]
        },
        about(asked),
    )  # fmt: skip


def _figure(asked: Asked, by: By, row: Row, measures: dict[tuple[str, str | None], Row]) -> Row:
    measure = measures[row["statistic"], row["answer_code"]]
    is_total = row["column_value"] == TOTAL
    label = row[f"column_label_{asked.language}"]
    return {
        "by": TOTAL if is_total else by.code,
        "group": row["column_value"],
        "second_group": row["second_column_value"],
        "group_label": words(asked.language)["total"] if is_total else label,
        "group_letter": row["column_letter"],
        "statistic": measure["statistic"],
        "option_code": row["answer_code"],
        "label": measure["label"],
        "kind": measure["kind"],
        "is_answer": measure["is_answer"],
        **{name: float("nan") if row[name] is None else row[name] for name in _NUMBERS},
        "higher_than": row["significantly_higher_than"],
        "differs_from_total": row["differs_from_total"],
        "withheld_reason": REASONS[row["withheld_reason"] or ""],
    }
