"""The crosstabs of crosstab_definitions.csv, made by the night and protected together.

What one crosstab withholds must not follow from another one, nor from the published figures:

- crosstabs of one question are one table whose columns are those of all of them, so that the sums
  between them are known to the protection (`withheld_reasons`);
- of a question by itself, people who gave a and b stand in two places: both are seen, or neither;
- people who gave an answer are a group only where that answer has a figure: the sizes of the other
  groups would tell how few they are;
- two questions are crossed once (assert_crosstabs_can_be_made), as row shares are the table the
  other way around; answers that an attribute is made of are the groups of that attribute.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

import duckdb
import numpy as np
import pandas as pd

from peil.crosstabs.asked import Asked, By, Row, ask, rows_of
from peil.crosstabs.measured import Group, Measured, measure
from peil.crosstabs.people import Level, read_counted
from peil.crosstabs.reasons import published_reasons
from peil.crosstabs.result import REASONS, TOTAL, Crosstab, Rounding, result
from peil.crosstabs.shield import PROTECTED, SMALL_BASE, withheld_reasons

# A column (its part of the banner and its level) and the number of a measure.
TableCell = tuple[str, Level, int]
KEYS = {
    "crosstab_code": "string", "survey_code": "string", "wave_code": "string",
    "scheme_code": "string", "question_code": "string", "column_kind": "string",
    "column_code": "string", "column_value": "string", "second_column_kind": "string",
    "second_column_code": "string", "second_column_value": "string", "column_letter": "string",
    "measure_id": "int64",
}  # fmt: skip
FIGURES = {
    "estimate": "float64", "se": "float64", "ci_low": "float64", "ci_high": "float64",
    "df": "float64", "n_answers": "float64", "n_effective": "float64", "row_share": "float64",
    "higher_than": "string", "differs_from_total": "string", "withheld_reason": "string",
    "f_statistic": "float64", "df1": "float64", "df2": "float64", "p_value": "float64",
}  # fmt: skip


def declared_crosstabs(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row per declared crosstab × wave × column × row of the table (KEYS and FIGURES).

    Raises:
        InputError: a crosstab names what is not there.
    """
    declared = rows_of(
        connection,
        "select crosstabs.* replace (coalesce(crosstabs.scheme_code, schemes.scheme_code) as "
        "scheme_code) from codebook.crosstab_definitions as crosstabs "
        "inner join codebook.weighting_schemes as schemes "
        "on crosstabs.survey_code = schemes.survey_code and schemes.is_default "
        "order by crosstabs.survey_code, question_code, crosstabs.sort_order, crosstab_code",
    )
    attributes = {
        row["question_code"]: row["attribute_code"]
        for row in rows_of(
            connection,
            # As est_crosstab_sides has it.
            "select question_code, min(attribute_code) as attribute_code from codebook.attributes "
            "where kind = 'question' group by question_code",
        )
    }
    rounding = rows_of(connection, "select * from codebook.publication_rounding")
    rows: list[Row] = []
    for question, own in groupby(declared, key=lambda row: row["question_code"]):
        tables = {row["crosstab_code"]: row | {"by": _by(row, attributes)} for row in own}
        for wave in _waves(connection, question):
            rows += _of_wave(connection, question, tables, wave, rounding)
    types = KEYS | FIGURES
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _by(table: Row, attributes: dict[str, str]) -> str:
    """What the columns are asked as: `A` or `A*B`."""
    sides = [table["column_code"], table["second_column_code"]]
    # A question by itself stays one: its groups are its own answers.
    named = [
        code if code == table["question_code"] else str(attributes.get(code, code))
        for code in sides if code
    ]  # fmt: skip
    return "*".join(named)


def _waves(connection: duckdb.DuckDBPyConnection, question: str) -> list[str]:
    """The waves in which people with a weight answered the question."""
    found = rows_of(
        connection,
        "select distinct wave_code from estimates.est_answer_counts "
        "where question_code = ? and attribute_code is null "
        "and wave_code in (select wave_code from estimates.est_cells) "
        "order by wave_code", question,
    )  # fmt: skip
    return [row["wave_code"] for row in found]


def _of_wave(
    connection: duckdb.DuckDBPyConnection, question: str, tables: dict[str, Row], wave: str,
    rounding: list[Row],
) -> Iterator[Row]:  # fmt: skip
    bys = list(dict.fromkeys(table["by"] for table in tables.values()))
    measured = {}
    for scheme in dict.fromkeys(table["scheme_code"] for table in tables.values()):
        asked = ask(connection, question, bys, {}, wave, scheme)
        measured[scheme] = measure(connection, asked, TOTAL, read_counted(connection, asked))
    reasons = joint_reasons(connection, list(measured.values()))
    made = {
        scheme: result(of, reasons_of(of, reasons), Rounding(rounding, of.asked.thresholds))
        for scheme, of in measured.items()
    }
    for code, table in tables.items():
        of = measured[table["scheme_code"]]
        (by,) = (by for by in of.asked.bys if by.code == table["by"])
        yield from _rows(code, of, by, made[table["scheme_code"]])


def joint_reasons(
    connection: duckdb.DuckDBPyConnection, tables: list[Measured]
) -> dict[TableCell, str]:
    """What is withheld of one question, by all tables of it together.

    Args:
        connection: the warehouse.
        tables: the same columns in one or more weighting schemes.
    """
    hidden: dict[TableCell, str] = {}
    for of in tables:
        hidden |= _of_answers_without_figure(connection, of)
    while True:
        found = dict(hidden)
        for of in tables:
            mask = np.array(
                [[(*_column(g), m["measure_id"]) in hidden for m in of.measures] for g in of.groups]
            )
            reasons = withheld_reasons(connection, of, mask)
            for (g, k), reason in np.ndenumerate(reasons):
                if reason:
                    key = (*_column(of.groups[g]), of.measures[k]["measure_id"])
                    found[key] = reason if reason == SMALL_BASE else found.get(key, reason)
            found |= {key: PROTECTED for key in mirrored(of, found) if key not in found}
        if found.keys() == hidden.keys():
            return found
        hidden = found


def mirrored(of: Measured, hidden: Iterable[TableCell]) -> set[TableCell]:
    """Of a question by itself: who gave b of those who gave a, where the other way is hidden."""
    options = {m["option_code"]: m["measure_id"] for m in of.measures if m["kind"] == "option"}
    answers = {measure: option for option, measure in options.items()}
    own = {by.code for by in of.asked.bys if _is_itself(of.asked, by)}
    return {
        (code, (answers[measure],), options[level[0]])
        for code, level, measure in hidden
        if code in own and measure in answers and level[0] in options
    }


def reasons_of(of: Measured, hidden: dict[TableCell, str]) -> np.ndarray:
    """The reasons of a table as `result` takes them, shape (G, K)."""
    shown = [of.groups[g] for g in of.shown]
    return np.array(
        [[hidden.get((*_column(g), m["measure_id"]), "") for m in of.measures] for g in shown],
        dtype=object,
    )


def _of_answers_without_figure(
    connection: duckdb.DuckDBPyConnection, of: Measured
) -> dict[TableCell, str]:
    """Groups of people who gave an answer whose own figure is withheld in the published tables."""
    hidden: dict[TableCell, str] = {}
    for by in of.asked.bys:
        for place, side in enumerate(by.sides):
            if side.kind != "question":
                continue
            asked = replace(of.asked, question={"question_code": side.code})
            published = published_reasons(connection, asked)
            other = by.sides[1 - place] if len(by.sides) > 1 else None
            for g in of.of(by):
                level = of.groups[g].level
                places = [(("total",), ("total",))]
                if other is not None and other.kind == "attribute":
                    places.append(((other.code,), (level[1 - place],)))
                states = [
                    published.get((*where, statistic, level[place]), "")
                    for where in places for statistic in ("share", "distribution")
                ]  # fmt: skip
                if any(states):
                    hidden |= {
                        (*_column(of.groups[g]), m["measure_id"]): PROTECTED for m in of.measures
                    }
    return hidden


def _is_itself(asked: Asked, by: By) -> bool:
    (first, *others) = by.sides
    return not others and first.kind == "question" and first.code == asked.question["question_code"]


def _column(group: Group) -> tuple[str, Level]:
    if group.is_context:
        return "context", group.level
    return (TOTAL if group.by is None else group.by.code), group.level


def _rows(code: str, of: Measured, by: By, made: Crosstab) -> Iterator[Row]:
    asked = of.asked
    first = by.sides[0]
    second = by.sides[1] if len(by.sides) > 1 else None
    tests = made.tests[made.tests["by"] == by.code].to_dict("records")
    test = tests[0] if tests else {}
    words = {said: reason for reason, said in REASONS.items() if said}
    figures = made.figures.to_dict("records")
    for row, (g, k) in zip(figures, np.ndindex(len(of.shown), len(of.measures)), strict=True):
        group = of.groups[g]
        if group.by not in (None, by):
            continue
        is_total = group.by is None
        yield {
            "crosstab_code": code,
            "survey_code": asked.survey["survey_code"],
            "wave_code": asked.wave_code,
            "scheme_code": asked.scheme["scheme_code"],
            "question_code": asked.question["question_code"],
            "column_kind": first.kind,
            "column_code": first.code,
            "column_value": TOTAL if is_total else group.level[0],
            "second_column_kind": second and second.kind,
            "second_column_code": second and second.code,
            "second_column_value": None if is_total or second is None else group.level[1],
            "column_letter": group.letter,
            "measure_id": of.measures[k]["measure_id"],
            **{name: row[name] for name in FIGURES if name in row},
            # Letters of other parts of the banner are no columns here.
            "higher_than": None if is_total else row["higher_than"],
            "withheld_reason": words.get(row["withheld_reason"]),
            **{name: test.get(name) for name in ("f_statistic", "df1", "df2", "p_value")},
        }
