"""The tables that landing fills, as numbered steps from one version of the warehouse to the next.

A warehouse notes each step it has taken. A new one takes them all; one from before the first step
has its tables already, which is why the first step makes only what is absent. What dbt builds is
made again by the next night and needs no steps.
"""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb

from peil.errors import InputError

_FIRST = """
create schema if not exists raw;
create table if not exists raw.deliveries (
    delivery_key varchar, file_name varchar, sha256 varchar, file_format varchar,
    source_code varchar, survey_code varchar, wave_code varchar,
    n_rows bigint, n_columns bigint, n_cells bigint, n_identifier_cells bigint,
    n_open_answers bigint, unbound_columns varchar, landed_at timestamp,
    status varchar, reason varchar
);
alter table raw.deliveries add column if not exists n_masked_open_answers bigint;
alter table raw.deliveries add column if not exists n_rejects bigint;
alter table raw.deliveries add column if not exists notes varchar;
alter table raw.deliveries add column if not exists warnings varchar;
alter table raw.deliveries add column if not exists codebook_digest varchar;
create table if not exists raw.answers (
    delivery_key varchar, row_number bigint, column_name varchar, value varchar
);
create table if not exists raw.value_counts (
    delivery_key varchar, column_name varchar, value varchar, n_cells bigint
);
create table if not exists raw.open_answers (
    delivery_key varchar, row_number bigint, column_name varchar, value varchar
);
create table if not exists raw.rejects (
    delivery_key varchar, row_number bigint, column_name varchar, value varchar, reason varchar,
    stage varchar
);
create table if not exists raw.user_missing (
    delivery_key varchar, column_name varchar, value_from double, value_to double
);
create table if not exists raw.population (
    delivery_key varchar, row_number bigint, region_code varchar, gender_code varchar,
    age varchar, n_residents varchar
);
alter table raw.population add column if not exists source_line varchar;
alter table raw.population add column if not exists licence varchar;
create table if not exists raw.kpi_values (
    delivery_key varchar, row_number bigint, municipality varchar, period varchar,
    kpi_code varchar, value varchar
);
create table if not exists raw.released_figures (
    survey_code varchar, wave_code varchar, weighting_scheme varchar, segment_code varchar,
    segment_value varchar, second_segment_value varchar, question_code varchar, statistic
    varchar, option_code varchar, n_answers bigint, estimate double, n_weighted double,
    n_effective double, se double, ci_low double, ci_high double, deff double, df bigint,
    se_clustered double, ci_low_clustered double, ci_high_clustered double, df_clustered bigint,
    significantly_higher_than varchar, quality_flag varchar, is_indicative boolean, deff_weights
    double
);
create table if not exists raw.released_items (
    survey_code varchar, wave_code varchar, question_code varchar, n_eligible bigint,
    n_not_asked bigint, n_answered bigint, n_dont_know bigint, n_refused bigint,
    n_skipped bigint, n_off_route bigint, is_withheld boolean
);
create table if not exists raw.released_differences (
    comparison_kind varchar, survey_code varchar, wave_code varchar, compared_wave_code varchar,
    weighting_scheme varchar, segment_code varchar, segment_value_a varchar,
    second_segment_value_a varchar, compared_segment_code varchar, segment_value_b varchar,
    second_segment_value_b varchar, question_code varchar, statistic varchar, option_code
    varchar, compared_question_code varchar, compared_statistic varchar, compared_option_code
    varchar, difference double, se double, ci_low double, ci_high double, df bigint, p_value
    double, p_adjusted double, is_significant boolean, se_clustered double, ci_low_clustered
    double, ci_high_clustered double, df_clustered bigint, p_value_clustered double,
    p_adjusted_clustered double, is_significant_clustered boolean
);
"""

_ANSWERS = """
alter table raw.released_figures add column if not exists residents double;
alter table raw.released_figures add column if not exists residents_low double;
alter table raw.released_figures add column if not exists residents_high double;
create table if not exists raw.released_answers (
    survey_code varchar, wave_code varchar, weighting_scheme varchar, segment_code varchar,
    segment_value varchar, second_segment_value varchar, question_code varchar, statistic
    varchar, answer_code varchar, n_answers bigint, estimate double, se double, ci_low double,
    ci_high double, n_weighted double, residents double, residents_low double, residents_high
    double, quality_flag varchar
);
"""

_CROSSTABS = """
create table if not exists raw.released_crosstabs (
    survey_code varchar, wave_code varchar, weighting_scheme varchar, crosstab_code varchar,
    column_value varchar, second_column_value varchar, statistic varchar, answer_code varchar,
    n_answers bigint, estimate double, se double, ci_low double, ci_high double, df bigint,
    n_effective double, row_share double, significantly_higher_than varchar, differs_from_total
    varchar
);
"""

_PACKAGES = """
alter table raw.deliveries add column if not exists package_sha256 varchar;
alter table raw.deliveries add column if not exists package_facts varchar;
create table if not exists raw.counted_respondents (
    delivery_key varchar, survey_code varchar, wave_code varchar, source_code varchar,
    response_status varchar, profile_key varchar, base_weight double, n_respondents bigint
);
create table if not exists raw.counted_profiles (
    delivery_key varchar, survey_code varchar, wave_code varchar, profile_key varchar,
    attribute_code varchar, level_code varchar
);
create table if not exists raw.counted_answers (
    delivery_key varchar, survey_code varchar, wave_code varchar, profile_key varchar,
    question_code varchar, is_base boolean, option_code varchar, value_number double,
    n_answers bigint, sum_d double, sum_d2 double
);
create table if not exists raw.counted_pairs (
    delivery_key varchar, wave_code varchar, profile_key varchar, answer_pair_code varchar,
    n_both bigint, sum_d2 double, sum_d2_a double, sum_d2_b double, sum_d2_ab double
);
create table if not exists raw.counted_drivers (
    delivery_key varchar, survey_code varchar, driver_model_code varchar, wave_code varchar,
    profile_key varchar, answers double[], n_answers bigint, sum_d double, sum_d2 double
);
create table if not exists raw.counted_items (
    delivery_key varchar, survey_code varchar, wave_code varchar, question_code varchar,
    n_asked bigint, n_dont_know bigint, n_refused bigint, n_marked_not_asked bigint,
    n_off_route bigint
);
create table if not exists raw.counted_flags (
    delivery_key varchar, survey_code varchar, wave_code varchar, source_code varchar,
    flag_code varchar, n_respondents bigint
);
create table if not exists raw.counted_keys (
    delivery_key varchar, row_number bigint, wave_code varchar, respondent_key varchar,
    is_test boolean, is_complete boolean, source_priority integer, submitted_at timestamp,
    is_duplicate boolean
);
create table if not exists raw.counted_durations (
    delivery_key varchar, survey_code varchar, wave_code varchar, source_code varchar,
    duration_seconds double, n_respondents bigint, median_seconds double
);
create table if not exists raw.superseded (delivery_key varchar, row_number bigint);
create table if not exists raw.given_medians (
    wave_code varchar, source_code varchar, median_seconds double
);
"""

# Kept counts without these columns are made again, from what landed.
_PARTS = """
alter table raw.counted_answers add column if not exists attribute_code varchar;
alter table raw.counted_answers add column if not exists level_code varchar;
alter table raw.counted_answers add column if not exists second_level_code varchar;
alter table raw.counted_pairs add column if not exists attribute_code varchar;
alter table raw.counted_pairs add column if not exists level_code varchar;
drop table if exists estimates.est_joint_counts;
"""

# Bases of the releases before the one in force: readers may still have those.
_EARLIER = "".join(
    f"alter table raw.released_{name} add column if not exists earlier_bases bigint[];"
    for name in ("figures", "answers", "items", "crosstabs")
)

_JOINT = """
create table if not exists raw.counted_item_products (
    delivery_key varchar, survey_code varchar, wave_code varchar, profile_key varchar,
    question_code varchar, item_a varchar, item_b varchar, n_answers bigint, sum_d double,
    sum_da double, sum_db double, sum_dab double
);
create table if not exists raw.counted_crosstabs (
    delivery_key varchar, survey_code varchar, wave_code varchar, question_code varchar,
    profile_key varchar, answers varchar[], n_respondents bigint, sum_d double, sum_d2 double
);
"""


@dataclass(frozen=True)
class Migration:
    """One step: what it does in words, and its SQL, which runs in one transaction."""

    what: str
    sql: str


# Step n is the n-th; a step that a release brought out is never changed again.
MIGRATIONS = (
    Migration("raw tables", _FIRST),
    Migration(
        "texts that an SPSS file declares missing",
        "alter table raw.user_missing add column if not exists value varchar",
    ),
    Migration("released answers and residents", _ANSWERS),
    Migration("released crosstabs", _CROSSTABS),
    Migration("count packages", _PACKAGES),
    Migration("groups that are counted beside the profile", _PARTS),
    Migration("bases of earlier releases", _EARLIER),
    Migration("products of items and crossed answers in count packages", _JOINT),
    Migration(
        "a check of the key that respondent numbers were hashed with",
        "alter table raw.deliveries add column if not exists key_check varchar",
    ),
)


def migrate(connection: duckdb.DuckDBPyConnection, path: Path | str = "this database") -> None:
    """Take the steps that this warehouse has not taken.

    Raises:
        InputError: a newer version of peil made the warehouse.
    """
    before = refuse_newer(connection, path)
    for number, step in enumerate(MIGRATIONS[before:], before + 1):
        connection.execute("begin")
        try:
            connection.execute(step.sql)
            connection.execute(
                "create table if not exists raw.schema_versions "
                "(schema_version integer, migrated_at timestamp, peil varchar)"
            )
            connection.execute(
                "insert into raw.schema_versions values (?, now() at time zone 'UTC', ?)",
                [number, version("peil")],
            )
            connection.execute("commit")
        except duckdb.Error:
            connection.execute("rollback")
            raise


def schema_version(connection: duckdb.DuckDBPyConnection) -> int:
    """How many steps the warehouse has taken; 0 from before there were steps, or new."""
    try:
        row = connection.execute("select max(schema_version) from raw.schema_versions").fetchone()
    except duckdb.CatalogException:
        return 0
    return row[0] or 0 if row else 0


def refuse_newer(connection: duckdb.DuckDBPyConnection, path: Path | str = "this database") -> int:
    """The version of the warehouse.

    Raises:
        InputError: it is newer than this code knows.
    """
    found = schema_version(connection)
    if found > len(MIGRATIONS):
        raise InputError(
            f"{path}: a newer version of peil made this warehouse (schema version {found}; peil "
            f"{version('peil')} knows up to {len(MIGRATIONS)}). Upgrade with `pip install -U "
            "peil`, or point --warehouse (PEIL_WAREHOUSE) at another file."
        )
    return found
