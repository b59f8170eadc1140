"""`--min-cell K`: no profile of a count package is of fewer than K people.

A profile of too few people gives up what tells its people apart, one attribute after the other
and the one with the most levels first: its level becomes the one of who did not say it. Where that
is not enough, the smallest other profiles of the same place join it. Place, group of places and
source stay, as what is delivered is about them, and so does what a weighting scheme takes for its
groups, strata or clusters.
"""

from pathlib import Path

import duckdb

from peil.codebook import read_rows
from peil.counting.contract import read
from peil.counting.tables import SELECTED, columns_of
from peil.errors import InputError
from peil.migrations import migrate
from peil.warehouse import literal
from peil.workers.package import export

# How the models name the level of who did not say it.
UNKNOWN = "unknown"
_STAYS = ("region", "region_group", "source")
_DESIGN = ("group_attribute_code", "stratum_attribute_code", "cluster_attribute_code")
_PROFILED = ("respondents", "answers", "pairs", "drivers", "item_products", "crosstabs")


def coarsen(seeds: Path, folder: Path, target: Path, k: int, ledger: dict) -> dict[str, dict]:
    """Write the tables of a package with profiles of at least k people.

    Args:
        seeds: the codebook.
        folder: with the Parquet files of the package as they were counted.
        target: where those are written that leave the house.
        k: the fewest people a profile may have.
        ledger: what the manifest says of the delivery; a note is added.

    Returns:
        What the manifest says of the files.

    Raises:
        InputError: a place has fewer people than that, or profiles cannot be merged.
    """
    _refuse_bounds(seeds, ledger["survey_code"], k)
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        migrate(connection)
        files = {
            f"{table}.parquet": export(connection, table, query, target)
            for table, query in _coarsened(connection, seeds, folder, k).items()
        }
    ledger["notes"].append(f"profiles of fewer than {k} people coarsened")
    return files


def _coarsened(
    connection: duckdb.DuckDBPyConnection, seeds: Path, folder: Path, k: int
) -> dict[str, str]:
    tables = {table: read(folder, table) for table in SELECTED}
    _begin(connection, tables, seeds)
    for attribute in _finest_first(connection):
        connection.execute(
            "create or replace temp table levels as select profile_key, attribute_code, "
            f"if(attribute_code = $1 and now_key in ({_small(k)}), '{UNKNOWN}', level_code) "
            "as level_code from levels inner join keys using (profile_key)",
            [attribute],
        )
        _name_again(connection)
    _join_neighbours(connection, k)
    _refuse_small(connection, k)
    return {
        table: _mapped(connection, table, source)
        if table in _PROFILED
        else f"select * from {source}"
        for table, source in tables.items()
        if table != "profiles"
    } | {
        "profiles": "select distinct survey_code, wave_code, now_key as profile_key, "
        "levels.attribute_code, levels.level_code from levels inner join keys using (profile_key) "
        f"cross join (select distinct survey_code, wave_code from {tables['profiles']})"
    }


def _refuse_bounds(seeds: Path, survey_code: str, k: int) -> None:
    for row in read_rows(seeds / "weighting_schemes.csv"):
        if row["survey_code"] == survey_code and row.get("bounds_on") == "w":
            raise InputError(
                f"--min-cell {k}: scheme '{row['scheme_code']}' of survey '{survey_code}' bounds "
                "weights themselves (bounds_on = w in weighting_schemes.csv), which needs profiles "
                "of one base weight each. Bound their ratio (bounds_on = g), or leave --min-cell "
                "out."
            )


def _begin(connection: duckdb.DuckDBPyConnection, tables: dict[str, str], seeds: Path) -> None:
    design = {
        row.get(column) for row in read_rows(seeds / "weighting_schemes.csv") for column in _DESIGN
    }
    kinds = ", ".join(
        f"({literal(code)}, {str(row['kind'] in _STAYS or code in design).lower()})"
        for row in read_rows(seeds / "attributes.csv")
        if (code := row["attribute_code"])
    )
    connection.execute(
        f"""
        create or replace temp table stays as
        select * from (values {kinds}) as listed (attribute_code, stays);
        create or replace temp table people as
        select profile_key, sum(n_respondents)::bigint as n from {tables["respondents"]}
        where response_status = 'eligible' group by profile_key;
        create or replace temp table levels as
        select profile_key, attribute_code, level_code from {tables["profiles"]};
        create or replace temp table keys as
        select profile_key, profile_key as now_key from people;
        """
    )


def _finest_first(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "select attribute_code from levels inner join stays using (attribute_code) "
        "where not stays group by attribute_code "
        "order by count(distinct level_code) desc, attribute_code"
    ).fetchall()
    return [code for (code,) in found]


def _small(k: int) -> str:
    return (
        "select now_key from keys inner join people using (profile_key) group by now_key "
        f"having sum(n) < {k}"
    )


def _name_again(connection: duckdb.DuckDBPyConnection) -> None:
    """The key of a profile is that of its levels (wgt_respondent_profiles)."""
    connection.execute(
        """
        create or replace temp table keys as
        select people.profile_key, md5(coalesce(named.profile, '')) as now_key
        from people left join (
            select profile_key, string_agg(
                attribute_code || '=' || level_code, '|' order by attribute_code, level_code
            ) as profile
            from (select distinct profile_key, attribute_code, level_code from levels)
            group by profile_key
        ) as named using (profile_key)
        """
    )


def _join_neighbours(connection: duckdb.DuckDBPyConnection, k: int) -> None:
    """What is still too small takes the smallest profiles of its place along."""
    connection.execute(
        f"""
        create or replace temp table joining as
        with places as (
            select people.profile_key, people.n, keys.now_key,
                coalesce(string_agg(
                    levels.attribute_code || '=' || levels.level_code, '|' order by all
                ) filter (where stays.stays), '') as place
            from people
            inner join keys using (profile_key)
            left join levels using (profile_key)
            left join stays using (attribute_code)
            group by all
        ), merged as (
            select place, now_key, sum(n) as n from places group by all
        ), ranked as (
            select *, n < {k} as is_small,
                sum(n) over (
                    partition by place order by n >= {k}, n, now_key
                    rows between unbounded preceding and 1 preceding
                ) as n_before,
                min(n) over (partition by place) < {k} as has_small
            from merged
        )
        select distinct places.profile_key from ranked
        inner join places using (place, now_key)
        where ranked.has_small and (ranked.is_small or coalesce(ranked.n_before, 0) < {k});
        create or replace temp table levels as
        select levels.profile_key, attribute_code,
            if(
                not coalesce(stays.stays, false)
                and levels.profile_key in (select profile_key from joining),
                '{UNKNOWN}', level_code
            ) as level_code
        from levels left join stays using (attribute_code)
        """
    )
    _name_again(connection)


def _refuse_small(connection: duckdb.DuckDBPyConnection, k: int) -> None:
    found = connection.execute(
        f"""
        select
            string_agg(
                distinct attribute_code || ' ' || level_code, ', '
                order by attribute_code || ' ' || level_code
            ) filter (where stays.stays),
            n
        from (
            select now_key, min(profile_key) as profile_key, sum(n)::bigint as n
            from keys inner join people using (profile_key) group by now_key having sum(n) < {k}
        ) as small
        left join levels using (profile_key)
        left join stays using (attribute_code)
        group by now_key, n order by all
        """
    ).fetchall()
    if found:
        places = "; ".join(f"{place or 'this file'}: {n}" for place, n in found[:5])
        raise InputError(
            f"--min-cell {k}: fewer than {k} people who count in {len(found)} "
            f"{'place' if len(found) == 1 else 'places'} ({places}). Take a lower number, or leave "
            "the rows of these places out of the file."
        )


def _mapped(connection: duckdb.DuckDBPyConnection, table: str, source: str) -> str:
    columns = ", ".join(
        f"sum({name}) as {name}" if name.startswith("n_") else
        f"fsum({name}) as {name}" if name.startswith("sum_") else
        "coalesce(keys.now_key, counted.profile_key) as profile_key" if name == "profile_key" else
        f"counted.{name}"
        for name in columns_of(connection, table)
    )  # fmt: skip
    return (
        f"select {columns} from {source} as counted left join keys using (profile_key) group by all"
    )
