"""What the tables of a count package must be, whoever made them."""

import math
from pathlib import Path

import duckdb

from peil.codebook import read_rows
from peil.codebook.sources import Source
from peil.counting.manifest import Manifest
from peil.counting.possible import EQUAL, SUMMED, possible_rules
from peil.counting.tables import SELECTED, columns_of, sums_of
from peil.errors import DeliveryRejectedError
from peil.warehouse import as_path, literal

# Sums of weights and of their squares, which are above 0; others may have any sign.
_POSITIVE = ("sum_d", "sum_d2")
_KEYS = {
    "respondents": "response_status, profile_key, base_weight",
    "profiles": "profile_key, attribute_code, level_code",
    "answers": "profile_key, attribute_code, level_code, second_level_code, question_code, "
    "is_base, option_code, value_number",
    "pairs": "profile_key, attribute_code, level_code, answer_pair_code",
    "drivers": "driver_model_code, profile_key, answers",
    "item_products": "profile_key, question_code, item_a, item_b",
    "crosstabs": "question_code, profile_key, answers",
    "items": "question_code",
    "flags": "flag_code",
    "keys": "row_number",
    "durations": "duration_seconds",
}
_CODES = {
    "questions": "question_code", "attributes": "attribute_code", "flags": "flag_code",
    "response_steps": "step_code", "answer_pairs": "answer_pair_code",
    "driver_models": "driver_model_code",
}  # fmt: skip
_CODED = (
    ("answers", "question_code", "questions"), ("items", "question_code", "questions"),
    ("profiles", "attribute_code", "attributes"), ("flags", "flag_code", "flags"),
    ("respondents", "response_status", "response_steps"),
    ("pairs", "answer_pair_code", "answer_pairs"),
    ("drivers", "driver_model_code", "driver_models"),
    ("item_products", "question_code", "questions"), ("item_products", "item_a", "questions"),
    ("item_products", "item_b", "questions"), ("crosstabs", "question_code", "questions"),
)  # fmt: skip


def require_contract(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    name: str,
    manifest: Manifest,
    source: Source,
    seeds: Path,
) -> None:
    """Hold the unpacked tables against the manifest, the codebook and each other.

    Raises:
        DeliveryRejectedError: they are not what counts of this delivery can be.
    """
    for table in SELECTED:
        _hold_table(connection, folder, name, manifest, table)
    columns = {table: columns_of(connection, table) for table in SELECTED}
    for problem, query in _rules(folder, manifest, source, seeds, columns):
        found = connection.execute(f"select count(*) from ({query})").fetchone()
        if found and found[0]:
            raise refused(name, f"{problem} ({found[0]} rows)")


def _hold_table(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    name: str,
    manifest: Manifest,
    table: str,
) -> None:
    file = f"{table}.parquet"
    relation, facts = read(folder, table), manifest.files[file]
    wanted = columns_of(connection, table)
    try:
        found = {n: k for n, k, *_ in connection.execute(f"describe from {relation}").fetchall()}
        n_rows = (connection.execute(f"select count(*) from {relation}").fetchone() or (0,))[0]
    except duckdb.Error as error:
        raise refused(name, f"{file} cannot be read as Parquet") from error
    if found != wanted:
        odd = sorted(set(found.items()) ^ set(wanted.items()))[0]
        raise refused(name, f"{file}: column '{odd[0]}' ({odd[1]}) is missing, extra or of a type")
    if n_rows != facts["rows"]:
        raise refused(name, f"{file} has {n_rows} rows and its manifest says {facts['rows']}")
    for column, total in sums_of(connection, relation, wanted).items():
        given = facts["sums"].get(column)
        close = isinstance(given, int | float) and math.isclose(
            given, total, rel_tol=EQUAL, abs_tol=EQUAL
        )
        if not close:
            raise refused(name, f"{file}: {column} sums to {total} and its manifest says {given}")


def _rules(
    folder: Path,
    manifest: Manifest,
    source: Source,
    seeds: Path,
    columns: dict[str, dict[str, str]],
) -> list[tuple[str, str]]:
    """What must not be found: in words, and the query that finds it."""
    known = {
        seed: ", ".join(sorted({literal(row[column]) for row in read_rows(seeds / f"{seed}.csv")}))
        or "null"
        for seed, column in _CODES.items()
    }
    places = {table: read(folder, table) for table in SELECTED}
    people = places["respondents"]
    eligible = (
        f"select profile_key, sum(n_respondents) as n from {people} "
        "where response_status = 'eligible' group by profile_key"
    )
    same_place = " and ".join(
        f"base.{column} is not distinct from given.{column}"
        for column in (
            "profile_key", "attribute_code", "level_code", "second_level_code", "question_code",
        )
    )  # fmt: skip
    rules = [
        (
            f"respondents do not add up to the {manifest.delivery['n_rows']} rows of the file",
            f"select 1 from (select coalesce(sum(n_respondents), 0) as n from {people}) "
            f"where n != {int(manifest.delivery['n_rows'])}",
        ),
        (
            "profiles are not those of the respondents who count",
            f"from {places['profiles']} where profile_key not in "
            f"(select e.profile_key from ({eligible}) as e where e.profile_key is not null)",
        ),
        ("a count is not above 0", f"from {people} where coalesce(n_respondents, 0) < 1"),
        (
            "a count of a question is below 0 or above all who count",
            f"from {places['items']} where least(n_asked, n_dont_know, n_refused, "
            "n_marked_not_asked, n_off_route) < 0 or greatest(n_dont_know, n_refused) > "
            f"(select sum(n) from ({eligible}))",
        ),
        (
            "an option is ticked by more people than answered",
            f"from {places['answers']} as given left join {places['answers']} as base on "
            f"base.is_base and {same_place} where not given.is_base and given.n_answers > "
            "coalesce(base.n_answers, 0)",
        ),
    ]
    for table, (n, *_) in SUMMED.items():
        rules.append((
            f"{table}: more answers than respondents of a profile, or none",
            f"from {places[table]} as counted left join ({eligible}) as e using (profile_key) "
            f"where coalesce({n}, 0) < 1 or {n} > coalesce(e.n, 0)",
        ))  # fmt: skip
        sums = [c for c in _POSITIVE if c in columns[table]]
        rules.append((
            f"{table}: a sum of weights is not a number above 0",
            f"from {places[table]} where "
            + " or ".join(f"not coalesce(isfinite({c}) and {c} > 0, false)" for c in sums),
        ))  # fmt: skip
    for table, key in _KEYS.items():
        rules.append((
            f"{table}: the same row twice",
            f"select {key} from {places[table]} group by all having count(*) > 1",
        ))  # fmt: skip
    for table, column, seed in _CODED:
        rules.append((
            f"{table}: {column} is not in {seed}.csv",
            f"from {places[table]} where {column} not in ({known[seed]})",
        ))  # fmt: skip
    for table in SELECTED:
        for column in ("survey_code", "wave_code", "source_code"):
            if column in columns[table]:
                rules.append((
                    f"{table}: {column} is not that of the source",
                    f"from {places[table]} where {column} is distinct from "
                    f"{literal(getattr(source, column))}",
                ))  # fmt: skip
    return [
        *rules,
        *_joint_rules(places, eligible),
        *possible_rules(places, source, seeds, columns),
    ]


def _joint_rules(places: dict[str, str], eligible: str) -> list[tuple[str, str]]:
    """Of what people answered together: of as many people as the tables beside it say."""
    bases = (
        f"select profile_key, question_code, n_answers from {places['answers']} "
        "where is_base and attribute_code is null"
    )
    return [
        (
            "crosstabs: people of a question do not add up to those of each profile",
            f"select profile_key from ({eligible}) as e cross join "
            f"(select distinct question_code from {places['crosstabs']}) as asked left join "
            "(select question_code, profile_key, sum(n_respondents) as n_crossed from "
            f"{places['crosstabs']} group by all) as crossed using (question_code, profile_key) "
            "where n_crossed is distinct from e.n",
        ),
        (
            "crosstabs: not as many people answered a question as answers says",
            f"select question_code from (select profile_key, question_code, sum(n_respondents) as "
            f"n_crossed from {places['crosstabs']} where answers[1] is not null group by all) as "
            f"crossed full join (select * from ({bases}) where question_code in "
            f"(select question_code from {places['crosstabs']})) as base "
            "using (profile_key, question_code) where n_crossed is distinct from n_answers",
        ),
        (
            "item_products: more people than have the score, or not the same in every pair",
            f"select question_code from {places['item_products']} as given left join ({bases}) as "
            "base using (profile_key, question_code) group by profile_key, question_code having "
            "count(distinct given.n_answers) > 1 or max(given.n_answers) > "
            "coalesce(max(base.n_answers), 0)",
        ),
        (
            "item_products: sums that no answers can have",
            f"from {places['item_products']} where not isfinite(sum_da + sum_db + sum_dab) or "
            f"(item_a = item_b and sum_da * sum_da > sum_d * sum_dab * {1 + EQUAL})",
        ),
    ]


def read(folder: Path, table: str) -> str:
    """The table of an unpacked package, for a query."""
    return f"read_parquet({as_path(folder / f'{table}.parquet')})"


def refused(name: str, why: str) -> DeliveryRejectedError:
    """A package that is not what it must be."""
    return DeliveryRejectedError(
        f"{name}: refused, {why}. Count the delivery again with `peil count` and send that file "
        "unchanged.",
        rule="count_package",
        nl="De tellingen in dit telbestand kloppen niet met elkaar of met de afspraken. Tel de "
        "levering opnieuw.",
    )
