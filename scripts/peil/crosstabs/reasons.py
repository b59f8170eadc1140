"""What the published tables withhold: of the same groups, or of them the other way around."""

from dataclasses import replace

import duckdb

from peil.crosstabs.asked import Asked, By, rows_of
from peil.crosstabs.measured import Measured
from peil.crosstabs.people import Level

Key = tuple[Level, Level, str, str | None]


def published_reasons(connection: duckdb.DuckDBPyConnection, asked: Asked) -> dict[Key, str]:
    """Of the published figures of the question the reason why not, empty where they are seen.

    Keys: attributes, levels, statistic (`distribution` of a number) and answer.
    """
    rows = rows_of(
        connection,
        "select attribute_code, second_attribute_code, segment_value, second_segment_value, "
        "statistic, option_code, max(coalesce(withheld_reason, '')) as reason from ("
        "select * from marts.estimates union all by name select * exclude (statistic), "
        "'distribution' as statistic, answer_code as option_code from marts.distributions "
        "where statistic = 'share' and value_from is not null"
        ") as published inner join estimates.est_segments using (survey_code, segment_code) "
        "where survey_code = ? and wave_code = ? and question_code = ? group by all",
        asked.survey["survey_code"], asked.wave_code, asked.question["question_code"],
    )  # fmt: skip
    found = {}
    for row in rows:
        attributes = tuple(
            code for code in (row["attribute_code"], row["second_attribute_code"]) if code
        ) or ("total",)
        levels = (row["segment_value"], row["second_segment_value"])[: len(attributes)]
        key = (*sorted_place(attributes, levels), row["statistic"], row["option_code"])
        found[key] = row["reason"]
    return found


def sorted_place(attributes: Level, levels: Level) -> tuple[Level, Level]:
    pairs = sorted(zip(attributes, levels, strict=True))
    return tuple(a for a, _ in pairs), tuple(level for _, level in pairs)


def withheld_other_way_around(
    connection: duckdb.DuckDBPyConnection, measured: Measured
) -> set[tuple[int, int]]:
    """Groups and rows of who gave b of those who gave a, where a of those who gave b is withheld.

    As est_mirrors has it of the published tables. Nothing published is about a group that is
    filtered.
    """
    asked = measured.asked
    if asked.filters:
        return set()
    made_of = {
        row["attribute_code"]: row["question_code"]
        for row in rows_of(connection, "from codebook.attributes where kind = 'question'")
    }
    of_rows = {code for code, of in made_of.items() if of == asked.question["question_code"]}
    rows = {m["option_code"]: k for k, m in enumerate(measured.measures) if m["kind"] == "option"}
    columns = {
        (by.code, measured.groups[g].level): g for by in asked.bys for g in measured.of(by)
    }  # fmt: skip
    found = set()
    sides = [(by, i) for by in asked.bys for i in range(len(by.sides))] if of_rows else []
    for by, i in sides:
        for level, option in _withheld_answers(connection, asked, by, i, made_of):
            if option in rows and (by.code, level) in columns:
                found.add((columns[by.code, level], rows[option]))
    return found


def _withheld_answers(
    connection: duckdb.DuckDBPyConnection, asked: Asked, by: By, i: int, made_of: dict[str, str]
) -> set[tuple[Level, str]]:
    """Column and answer of withheld figures on the question that side i of columns is made of."""
    side, others = by.sides[i], [*by.sides[:i], *by.sides[i + 1 :]]
    question = side.code if side.kind == "question" else made_of.get(side.code)
    is_itself = question == asked.question["question_code"]
    # Who gave one answer gave no other: nobody needs to be told.
    if question is None or (is_itself and asked.question["kind"] != "multiple"):
        return set()
    if any(other.kind != "attribute" for other in others):
        return set()
    beside = {other.code for other in others}
    found = set()
    published = published_reasons(connection, replace(asked, question={"question_code": question}))
    for (attributes, levels, _, answer), reason in published.items():
        places = dict(zip(attributes, levels, strict=True))
        of_rows = [
            code for code in places
            if made_of.get(code) == asked.question["question_code"] and {*places} - {code} == beside
        ]  # fmt: skip
        if reason and answer is not None:
            for code in of_rows:
                level = [places[other.code] for other in others]
                found.add(((*level[:i], answer, *level[i:]), places[code]))
    return found
