"""Which counts no people can have: sums that go beyond their profile, answers that are no option.

Everything is held against what stands beside it in the package: the base weights of each profile
against every sum of weights, and what people gave together against what they gave at all.
"""

from pathlib import Path

from peil.codebook import read_rows
from peil.codebook.sources import Source
from peil.warehouse import literal

# Sums of the same numbers in another order differ in their last digits.
EQUAL = 1e-9
Row = dict[str, str]
Rows = list[Row]
# Columns that may be empty; what stands in any other decides a figure.
_MAY_BE_EMPTY = {
    "respondents": ("profile_key", "base_weight"),
    "answers": (
        "attribute_code", "level_code", "second_level_code", "option_code", "value_number",
    ),
    "pairs": ("attribute_code", "level_code"),
    "keys": ("submitted_at", "is_test", "is_complete"),
    "durations": ("median_seconds",),
}  # fmt: skip
# Per table of sums: its people, and the sums of their base weights and of the squares of those.
SUMMED = {
    "answers": ("n_answers", "sum_d", "sum_d2"),
    "pairs": ("n_both", None, "sum_d2"),
    "drivers": ("n_answers", "sum_d", "sum_d2"),
    "item_products": ("n_answers", "sum_d", None),
    "crosstabs": ("n_respondents", "sum_d", "sum_d2"),
}
_PLACE = ("profile_key", "attribute_code", "level_code", "second_level_code", "question_code")


def possible_rules(
    places: dict[str, str], source: Source, seeds: Path, columns: dict[str, dict[str, str]]
) -> list[tuple[str, str]]:
    """What must not be found: in words, and the query that finds it.

    Args:
        places: per table the relation that holds it.
        source: what the package is of.
        seeds: the codebook of here.
        columns: per table its columns and their types.
    """
    asked = [
        row for row in read_rows(seeds / "questions.csv")
        if row["survey_code"] == source.survey_code
    ]  # fmt: skip
    scales = {row["scale_code"]: row for row in read_rows(seeds / "scales.csv")}
    ends = _ends(asked, scales)
    return [
        *_empty_rules(places, columns),
        *_profile_rules(places, source, seeds),
        *_weight_rules(places),
        *_option_rules(places, asked, scales, seeds),
        *_answer_rules(places, ends, _of_one_answer(asked, scales, source, seeds)),
        *_item_rules(places, ends),
    ]


def _empty_rules(
    places: dict[str, str], columns: dict[str, dict[str, str]]
) -> list[tuple[str, str]]:
    rules = [
        (f"{table}: {column} is empty", f"from {places[table]} where {column} is null")
        for table, kinds in columns.items()
        for column in kinds
        if column not in _MAY_BE_EMPTY.get(table, ())
    ]
    rules.append(
        (
            "keys: a row or a person that is none",
            f"from {places['keys']} where row_number < 1 or respondent_key = ''",
        )
    )
    return rules


def _profile_rules(places: dict[str, str], source: Source, seeds: Path) -> list[tuple[str, str]]:
    """A profile is named after its levels, as `wgt_respondent_profiles` does."""
    is_bounded = any(
        row["survey_code"] == source.survey_code and row.get("bounds_on") == "w"
        for row in read_rows(seeds / "weighting_schemes.csv")
    )
    weight = "|| '|base_weight=' || coalesce(base_weight::varchar, '')" if is_bounded else ""
    levels = (
        "select profile_key, string_agg(attribute_code || '=' || level_code, '|' "
        f"order by attribute_code, level_code) as profile from {places['profiles']} "
        "group by profile_key"
    )
    return [
        (
            "respondents: the base weight of who counts is not a number above 0",
            f"from {places['respondents']} where response_status = 'eligible' "
            "and not coalesce(isfinite(base_weight) and base_weight > 0, false)",
        ),
        (
            "profiles: levels that are not those of their profile_key",
            f"select profile_key from {places['respondents']} left join ({levels}) as described "
            f"using (profile_key) where response_status = 'eligible' and profile_key "
            f"<> md5(coalesce(profile, '') {weight})",
        ),
    ]


def _weight_rules(places: dict[str, str]) -> list[tuple[str, str]]:
    """Of n people of a profile, and of the people who are left, no sum lies beyond their weights.

    So that of all of its people it is the sum of the profile, and of none of them 0.
    """
    of_profiles = (
        "select profile_key, sum(n_respondents) as n, min(base_weight) as lo, "
        "max(base_weight) as hi, fsum(n_respondents * base_weight) as d, "
        f"fsum(n_respondents * base_weight ** 2) as d2 from {places['respondents']} "
        "where response_status = 'eligible' group by profile_key"
    )
    rules = []
    for table, (n, d, d2) in SUMMED.items():
        beyond = [
            words
            for given, total, power in ((d, "d", 1), (d2, "d2", 2))
            if given
            for words in (
                _outside(given, f"given.{n}", power),
                _outside(f"({total} - {given})", f"(n - given.{n})", power),
            )
        ]
        if d and d2:
            beyond.append(f"{d} * {d} > given.{n} * {d2} * {1 + EQUAL}")
        rules.append((
            f"{table}: sums of weights that these respondents cannot have",
            f"select given.profile_key from {places[table]} as given inner join ({of_profiles}) "
            f"as weights using (profile_key) where {' or '.join(beyond)}",
        ))  # fmt: skip
    return rules


def _outside(total: str, n: str, power: int) -> str:
    slack = f"{EQUAL} * d{power if power > 1 else ''}"
    return (
        f"not coalesce({total} between {n} * lo ** {power} - {slack} "
        f"and {n} * hi ** {power} + {slack}, false)"
    )


def _option_rules(
    places: dict[str, str], asked: Rows, scales: dict[str, Row], seeds: Path
) -> list[tuple[str, str]]:
    of_set: dict[str, list[tuple[str, str]]] = {}
    for row in read_rows(seeds / "options.csv"):
        number = row.get("value_number") or "null"
        of_set.setdefault(row["option_set_code"], []).append((row["option_code"], number))
    options = _rows(
        ("question_code", "option_code", "value_number"),
        [
            (literal(row["question_code"]), literal(code), f"{number}::double")
            for row in asked
            for code, given in of_set.get(row.get("option_set_code") or "", [])
            # One that has a column of its own is ticked there, and brings no number.
            for number in {given, "null" if _kind(row, scales) == "multiple" else given}
        ],
    )
    return [(
        "answers: an option, or its number, that is not in options.csv",
        f"from {places['answers']} as given anti join ({options}) as known on "
        "known.question_code = given.question_code and known.option_code = given.option_code "
        "and known.value_number is not distinct from given.value_number "
        "where given.option_code is not null",
    )]  # fmt: skip


def _of_one_answer(asked: Rows, scales: dict[str, Row], source: Source, seeds: Path) -> str:
    """Questions to which everybody gives one answer: of one column, or made of others."""
    bound: dict[str, set[str]] = {}
    for row in read_rows(seeds / "bindings.csv"):
        if row["source_code"] == source.source_code and row.get("question_code"):
            bound.setdefault(row["question_code"], set()).add(row["source_column"])
    found = [
        literal(row["question_code"]) for row in asked
        if _kind(row, scales) in {"single", "number"}
        and len(bound.get(row["question_code"], ())) <= 1
    ]  # fmt: skip
    return ", ".join(found) or "null"


def _answer_rules(places: dict[str, str], ends: str, single: str) -> list[tuple[str, str]]:
    answers, crosstabs = places["answers"], places["crosstabs"]
    place = ", ".join(_PLACE)
    first = (
        "select profile_key, question_code, answer, sum(n_respondents) as n from (select "
        "profile_key, question_code, n_respondents, unnest(string_split(answers[1], chr(31))) "
        f"as answer from {crosstabs} where answers[1] <> '') group by all"
    )
    alone = (
        "select profile_key, question_code, concat(option_code, chr(30), value_number) as answer, "
        f"n_answers as n from {answers} where not is_base and attribute_code is null "
        f"and question_code in (select question_code from {crosstabs})"
    )
    return [
        (
            "answers: a number that is not on the scale of its question",
            f"from {answers} inner join ({ends}) as scale using (question_code) where "
            "not isfinite(value_number) or (scale_from is not null and not value_number "
            f"between scale_from - {EQUAL} and scale_to + {EQUAL})",
        ),
        (
            "answers: an answer without option and number, or a base with one",
            f"from {answers} where is_base = (coalesce(option_code, value_number::varchar) "
            "is not null)",
        ),
        (
            "answers: the answers to a question are not as many as the people who gave one",
            f"select 1 from {answers} where question_code in ({single}) "
            f"group by {place} having coalesce(sum(n_answers) filter (where is_base), 0) <> "
            "coalesce(sum(n_answers) filter (where not is_base), 0) or abs(coalesce(fsum(sum_d) "
            "filter (where is_base), 0) - coalesce(fsum(sum_d) filter (where not is_base), 0)) > "
            f"{EQUAL} * fsum(sum_d)",
        ),
        (
            "crosstabs: not as many people gave an answer as answers says",
            f"select 1 from ({first}) as crossed full join ({alone}) as counted using "
            "(profile_key, question_code, answer) where crossed.n is distinct from counted.n",
        ),
    ]  # fmt: skip


def _item_rules(places: dict[str, str], ends: str) -> list[tuple[str, str]]:
    """The same people stand in every pair of a score's items, with the same sums."""
    products = places["item_products"]
    of_items = (
        "select profile_key, question_code, item_a as item, sum_d, sum_da as sum_i, sum_dab as "
        f"sum_ii from {products} where item_a = item_b"
    )
    differs = " or ".join(
        f"not coalesce(abs({a} - {b}) <= {EQUAL} * (abs({a}) + abs({b})), false)"
        for a, b in (
            ("given.sum_d", "a.sum_d"), ("given.sum_d", "b.sum_d"),
            ("given.sum_da", "a.sum_i"), ("given.sum_db", "b.sum_i"),
        )
    )  # fmt: skip
    spread = "(a.sum_d * a.sum_ii - a.sum_i ** 2) * (b.sum_d * b.sum_ii - b.sum_i ** 2)"
    largest = "a.sum_d * a.sum_ii * b.sum_d * b.sum_ii"
    return [
        (
            "item_products: sums of an item that differ between its pairs, or go beyond them",
            f"select given.question_code from {products} as given left join ({of_items}) as a on "
            "a.profile_key = given.profile_key and a.question_code = given.question_code and "
            f"a.item = given.item_a left join ({of_items}) as b on b.profile_key = "
            "given.profile_key and b.question_code = given.question_code and b.item = "
            f"given.item_b where {differs} or (given.sum_d * given.sum_dab - given.sum_da * "
            f"given.sum_db) ** 2 > {spread} + {EQUAL} * {largest}",
        ),
        (
            "item_products: sums of an item that are not on its scale",
            f"from {products} as given inner join ({ends}) as scale on "
            "scale.question_code = given.item_a where given.item_a = given.item_b and scale_from "
            f"is not null and (not sum_da between sum_d * scale_from - {EQUAL} * sum_d and "
            f"sum_d * scale_to + {EQUAL} * sum_d or sum_dab > sum_d * {1 + EQUAL} * "
            "greatest(abs(scale_from), abs(scale_to)) ** 2)",
        ),
    ]


def _kind(question: Row, scales: dict[str, Row]) -> str:
    scale = scales.get(question["scale_code"] or "")
    return (scale and scale["kind"]) or ""


def _ends(asked: Rows, scales: dict[str, Row]) -> str:
    """A query of the questions with the numbers between which their answers lie."""
    return _rows(
        ("question_code", "scale_from", "scale_to"),
        [
            (
                literal(row["question_code"]),
                *(f"{scale[end] or 'null'}::double" for end in ("value_from", "value_to")),
            )
            for row in asked
            if (scale := scales.get(row["scale_code"])) is not None
        ],
    )


def _rows(names: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A query of these literals; a first row that is left out says what the columns are."""
    nothing = ("null",) * len(names)
    listed = ", ".join(f"({', '.join(row)})" for row in (nothing, *rows))
    return f"select * from (values {listed} offset 1) as listed ({', '.join(names)})"
