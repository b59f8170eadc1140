"""The tables of a count package: where each comes from, and where it goes (`raw.counted_<name>`).

Of who does not count only the step is told, and of a person no more than what decides which of
several rows counts: no profile and no answer stands beside a key.
"""

import duckdb

# Per table: what it is selected from where the delivery was counted, and what adds up in it.
SELECTED = {
    "respondents": """
        select
            survey_code, wave_code, source_code, response_status,
            if(response_status = 'eligible', profile_key, null) as profile_key,
            if(response_status = 'eligible', base_weight, null) as base_weight,
            sum(n_respondents)::bigint as n_respondents
        from weighted.wgt_respondent_counts group by all
    """,
    "profiles": """
        select survey_code, wave_code, profile_key, attribute_code, level_code
        from weighted.wgt_profiles
    """,
    "answers": "select * exclude (delivery_key) from estimates.est_answer_counts",
    "pairs": "select * exclude (delivery_key) from estimates.est_joint_counts",
    "drivers": "select * exclude (delivery_key) from estimates.est_driver_counts",
    "item_products": "select * exclude (delivery_key) from estimates.est_item_products",
    "crosstabs": "select * exclude (delivery_key) from estimates.est_crosstab_counts",
    "items": "select * exclude (delivery_key) from estimates.est_delivery_items",
    "flags": "select * exclude (delivery_key) from estimates.est_delivery_flags",
    "keys": """
        select
            staged.row_number, staged.wave_code, staged.respondent_key, staged.is_test,
            staged.is_complete, staged.source_priority, staged.submitted_at,
            judged.response_status = 'duplicate' as is_duplicate
        from staging.stg_respondents as staged
        inner join weighted.wgt_respondents as judged using (delivery_key, row_number)
        where staged.respondent_id is not null
    """,
    "durations": """
        select
            survey_code, wave_code, source_code, duration_seconds, count(*) as n_respondents,
            any_value(median_seconds) as median_seconds
        from staging.stg_respondents
        inner join weighted.wgt_source_medians using (wave_code, source_code)
        where
            duration_seconds is not null
            and survey_code in (
                select survey_code from codebook.response_rules where rule_code = 'speeder'
            )
        group by all
    """,
}
# The models that those are selected from.
MODELS = (
    "wgt_respondent_counts", "wgt_respondents", "wgt_profiles", "wgt_source_medians",
    "stg_respondents", "est_answer_counts", "est_joint_counts", "est_driver_counts",
    "est_item_products", "est_crosstab_counts", "est_delivery_items", "est_delivery_flags",
)  # fmt: skip
# Enough for the keys and durations of a first round.
KEYS_MODELS = ("stg_respondents", "wgt_respondents", "wgt_source_medians", "response_rules")


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The columns that a table of a package has, and their types, as the warehouse has them."""
    found = connection.execute(f"describe raw.counted_{table}").fetchall()
    return {name: kind for name, kind, *_ in found if name != "delivery_key"}


def added_up(columns: dict[str, str]) -> str:
    """What is selected, grouped by all, where rows of several parts are added up."""
    # fsum: adding many small numbers in any order gives the same digits.
    return ", ".join(
        f"{'sum' if kind in {'BIGINT', 'INTEGER', 'HUGEINT'} else 'fsum'}({name}) as {name}"
        if name.startswith(("n_", "sum_")) else name
        for name, kind in columns.items()
    )  # fmt: skip


def sums_of(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: dict[str, str]
) -> dict[str, float]:
    """The sum of every column with counts or weights."""
    names = [n for n, kind in columns.items() if n.startswith(("n_", "sum_")) and kind != "VARCHAR"]
    if not names:
        return {}
    sums = ", ".join(f"coalesce(fsum({name}), 0)::double" for name in names)
    row = connection.execute(f"select {sums} from {relation}").fetchone() or ()
    return dict(zip(names, row, strict=True))
