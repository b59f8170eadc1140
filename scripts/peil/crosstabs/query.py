"""The respondents of a crosstab: read of their answers, or of the counts of declared crosstabs.

Texts are compared once per answer: the answers of a respondent are bits of a number until those
who are alike are one row. Which answers count is what est_valid_answers.sql says; that view looks
up the route of every answer to every question.
"""

from dataclasses import dataclass

import duckdb

from peil.crosstabs.asked import Row, rows_of
from peil.warehouse import literal

# Between the answers of one respondent, and between the code and the number of one answer.
BETWEEN, BEHIND = chr(31), chr(30)
# Answers that fit the bits of a bigint; a question with more is read as a text.
MOST_BITS = 62
_PARTS = "weighted.wgt_respondent_parts where second_level_code is null"


@dataclass(frozen=True)
class _Asked:
    """One question in the query: its column, its row of the codebook, and its answers."""

    name: str
    row: Row
    answers: list[tuple[str | None, float | None]]

    @property
    def is_bits(self) -> bool:
        return len(self.answers) <= MOST_BITS

    @property
    def own(self) -> str:
        return f"question_code = {literal(self.row['question_code'])}"

    def columns(self) -> str:
        """Of one respondent: did she answer, on the route, and what."""
        is_several = self.row["kind"] == "multiple"
        valid = f"{self.own} and missing_reason is null"
        found = [
            f"bool_or({valid}{'' if is_several else ' and is_selected'}) as has_{self.name}",
            f"{self._given()} filter ({valid} and is_selected) as given_{self.name}",
        ]
        if self.row["routing_question_code"]:
            found.append(
                f"bool_or(question_code = {literal(self.row['routing_question_code'])} and "
                f"option_code = {literal(self.row['routing_option_code'] or '')} and is_selected) "
                f"as route_{self.name}"
            )
        return ", ".join(found)

    def _given(self) -> str:
        if not self.is_bits:
            one = f"concat(option_code, chr({ord(BEHIND)}), value_number)"
            return f"string_agg(distinct {one}, chr({ord(BETWEEN)}) order by {one})"
        cases = " ".join(
            f"when {_is(*answer)} then {1 << bit}::bigint"
            for bit, answer in enumerate(self.answers)
        )
        return f"bit_or({f'case {cases} end' if cases else '0::bigint'})"

    def counted(self) -> str:
        """What she gave, empty where she gave none, null where it does not count."""
        empty = "0::bigint" if self.is_bits else "''"
        condition = f"has_{self.name}"
        if self.row["routing_question_code"]:
            condition += f" and route_{self.name}"
        return f"if({condition}, coalesce(given_{self.name}, {empty}), null) as {self.name}"

    def text(self) -> str:
        """Every answer given as code and number, in the order of that text."""
        if not self.is_bits:
            return self.name
        texts = {
            f"concat({_sql(option)}, chr({ord(BEHIND)}), {_sql(number)})": 1 << bit
            for bit, (option, number) in enumerate(self.answers)
        }
        given = ", ".join(
            f"if({self.name} & {bit} > 0, {text}, null)" for text, bit in texts.items()
        )
        answers = f"[{given}]" if given else "[]::varchar[]"
        listed = f"list_sort(list_filter({answers}, lambda answer: answer is not null))"
        return (
            f"if({self.name} is null, null, array_to_string({listed}, chr({ord(BETWEEN)}))) "
            f"as {self.name}"
        )


def respondents_query(
    connection: duckdb.DuckDBPyConnection,
    columns: dict[tuple[str, str], str],
    place: tuple[str, str, str],
    *,
    with_keys: bool,
) -> str:
    """One row per combination of cell, cluster, answers and levels, with n, Σd and Σd².

    Args:
        connection: the warehouse.
        columns: name of the column per kind (`question` or `attribute`) and code.
        place: survey, wave and scheme.
        with_keys: base weights apart, and in people_key a number of the people.
    """
    survey, wave, _ = map(literal, place)
    questions = [
        _question(connection, code, name, place[1])
        for (kind, code), name in columns.items() if kind == "question"
    ]  # fmt: skip
    asked = {code: name for (kind, code), name in columns.items() if kind == "attribute"}
    # Those counted beside the profile are read of each respondent.
    beside = {
        row["attribute_code"]: asked[row["attribute_code"]]
        for row in rows_of(
            connection, "select attribute_code from codebook.attributes where is_segment_only"
        )
        if row["attribute_code"] in asked
    }
    attributes = {code: name for code, name in asked.items() if code not in beside}
    read = {q.row["question_code"] for q in questions}
    read |= {q.row["routing_question_code"] for q in questions} - {None}
    answers = ", ".join(q.columns() for q in questions)
    counted = ", ".join(q.counted() for q in questions)
    own = ", ".join([*(q.name for q in questions), *beside.values()])
    weight = "base_weight, " if with_keys else ""
    key = "bit_xor(md5_number_lower(respondent_key)) as people_key, " if with_keys else ""
    of_wave = f"survey_code = {survey} and wave_code = {wave}"
    alike = f"""people as (
            select delivery_key, row_number, profile_key, base_weight, respondent_key
            from weighted.wgt_respondents
            where response_status = 'eligible' and {of_wave}
        ),
        given as (
            select delivery_key, row_number, question_code, option_code, value_number,
                is_selected, missing_reason
            from staging.stg_answers
            union all by name
            select * from staging.stg_scores
        ),
        answers as (
            select delivery_key, row_number, {answers}
            from given
            where question_code in ({", ".join(map(literal, sorted(read)))})
            group by delivery_key, row_number
        ),
        {_levels("parts", "delivery_key, row_number", beside, _PARTS)}
        alike as (
            select profile_key, {weight}{", ".join([counted, *beside.values()])}, {key}
                count(*) as n, sum(base_weight) as sum_d,
                sum(base_weight * base_weight) as sum_d2
            from people left join answers using (delivery_key, row_number)
            {"left join parts using (delivery_key, row_number)" if beside else ""}
            group by profile_key, {weight}{own}
        )"""
    texts = {q.name: q.text() for q in questions}
    return _placed(alike, list(columns.values()), texts, attributes, place, with_keys=with_keys)


def counted_query(
    connection: duckdb.DuckDBPyConnection,
    columns: dict[tuple[str, str], str],
    place: tuple[str, str, str],
    question: str,
) -> str:
    """The same of what was counted for the declared crosstabs of a question.

    Args:
        connection: the warehouse.
        columns: name of the column per kind (`question` or `attribute`) and code.
        place: survey, wave and scheme.
        question: whose crosstabs they are.
    """
    survey, wave, _ = map(literal, place)
    sides = rows_of(
        connection,
        "select kind, side_code, position from estimates.est_crosstab_sides "
        "where survey_code = ? and question_code = ?", place[0], question,
    )  # fmt: skip
    positions = {(row["kind"], row["side_code"]): row["position"] for row in sides}
    own = {name: positions[key] for key, name in columns.items() if key in positions}
    answers = ", ".join(f"answers[{position}] as {name}" for name, position in own.items())
    alike = f"""alike as (
            select profile_key, {answers},
                sum(n_respondents) as n, fsum(sum_d) as sum_d, fsum(sum_d2) as sum_d2
            from estimates.est_crosstab_counts
            where survey_code = {survey} and wave_code = {wave}
                and question_code = {literal(question)}
            group by all
        )"""
    attributes = {code: name for (_, code), name in columns.items() if name not in own}
    return _placed(alike, list(columns.values()), {}, attributes, place, with_keys=False)


def _placed(
    alike: str, columns: list[str], texts: dict[str, str], attributes: dict[str, str],
    place: tuple[str, str, str], *, with_keys: bool,
) -> str:  # fmt: skip
    """People who are alike in their cell, stratum and cluster, with the levels of their profile.

    Args:
        alike: the CTEs up to `alike`.
        columns: all columns of sides.
        texts: of columns that are no texts yet how they become one.
        attributes: column per attribute that is read of the profile.
        place: survey, wave and scheme.
        with_keys: whether base weights and people_key stand apart.
    """
    survey, wave, scheme = map(literal, place)
    names = ", ".join(columns)
    weight = "base_weight, " if with_keys else ""
    keys = "bit_xor(people_key) as people_key, " if with_keys else ""
    spelled = ", ".join(texts.get(name, name) for name in columns)
    profiles = f"weighted.wgt_profiles where survey_code = {survey} and wave_code = {wave}"
    return f"""
        with {alike},
        {_levels("levels", "profile_key", attributes, profiles)}
        placed as (
            select places.profile_key, places.cluster_code, cells.stratum, cells.cell_id
            from weighted.wgt_profile_cells as places
            inner join estimates.est_cells as cells
                using (scheme_code, wave_code, group_value, stratum, cell_key)
            where scheme_code = {scheme} and wave_code = {wave}
        ),
        summed as (
            select cell_id, stratum, cluster_code, {names}, {weight}{keys}
                sum(n)::bigint as n, sum(sum_d) as sum_d, sum(sum_d2) as sum_d2
            from alike inner join placed using (profile_key)
            {"left join levels using (profile_key)" if attributes else ""}
            group by cell_id, stratum, cluster_code, {weight}{names}
        )
        select cell_id, stratum, cluster_code, {spelled}, * exclude (cell_id, stratum, cluster_code,
            {names})
        from summed
        order by all
    """


def _levels(name: str, key: str, attributes: dict[str, str], source: str) -> str:
    """A CTE with a text of levels per attribute; nothing where none is asked."""
    if not attributes:
        return ""
    texts = "".join(
        f", string_agg(distinct level_code, chr({ord(BETWEEN)}) order by level_code) "
        f"filter (attribute_code = {literal(code)}) as {column}"
        for code, column in attributes.items()
    )
    groups = ", ".join(map(literal, attributes))
    return f"""{name} as (
            select {key}{texts}
            from {source} and attribute_code in ({groups})
            group by {key}
        ),"""


def _question(connection: duckdb.DuckDBPyConnection, code: str, name: str, wave: str) -> _Asked:
    (row,) = rows_of(
        connection,
        "select question_code, kind, routing_question_code, routing_option_code "
        "from codebook.questions inner join codebook.scales using (scale_code) "
        "where question_code = ?",
        code,
    )
    # With a code and a number first: of two answers the one that says most is meant.
    answers = connection.execute(
        "select distinct option_code, value_number from estimates.est_answer_counts "
        "where question_code = ? and wave_code = ? and attribute_code is null and not is_base "
        "order by option_code is null or value_number is null, option_code, value_number",
        [code, wave],
    ).fetchall()
    return _Asked(name, row, answers)


def _is(option: str | None, number: float | None) -> str:
    given = [f"option_code = {literal(option)}"] if option is not None else []
    given += [f"value_number = {_sql(number)}"] if number is not None else []
    return " and ".join(given) or "option_code is null and value_number is null"


def _sql(value: str | float | None) -> str:
    if value is None:
        return "null"
    return literal(value) if isinstance(value, str) else f"{value!r}::double"
