"""From observations to residents per municipality, sex and single year of age, in SQL.

Codes that overlap are left out (95 or older beside the single years 95-104), abolished
municipalities have ValueAttribute Impossible and no value, and what remains must add up to the
totals that CBS gives beside it.
"""

from pathlib import Path

import duckdb

from peil.errors import PeilError
from peil.warehouse import literal

ON_1_JANUARY = "M000352"
ALL_MARITAL = "T001019"
ALL_SEXES, ALL_AGES = "T001038", "10000"
SEXES = {"3000": "M", "4000": "V"}


def filters(year: int, regions: list[str], *, totals: bool) -> str:
    """The $filter for one year: totals per region, or sex by single year of age."""
    parts = [
        f"Measure eq '{ON_1_JANUARY}'",
        f"BurgerlijkeStaat eq '{ALL_MARITAL}'",
        f"Perioden eq '{year}JJ00'",
    ]
    if totals:
        parts += [f"Geslacht eq '{ALL_SEXES}'", f"Leeftijd eq '{ALL_AGES}'"]
    else:
        parts.append("(" + " or ".join(f"Geslacht eq '{code}'" for code in SEXES) + ")")
    # A longer list than this makes an address that servers refuse.
    if regions and len(regions) <= 50:
        parts.append("(" + " or ".join(f"RegioS eq '{code}'" for code in regions) + ")")
    else:
        parts.append("startswith(RegioS,'GM')")
    return " and ".join(parts)


def load(
    connection: duckdb.DuckDBPyConnection,
    pages: list[Path],
    ages: Path,
    year: int,
    regions: list[str],
) -> None:
    """Make the tables `cells` (region, sex, age, residents) and `totals` (region, residents)."""
    connection.execute(
        f"""
        create or replace temp table observations as
        select distinct
            trim(o.Measure) as measure, trim(o.BurgerlijkeStaat) as marital,
            trim(o.Geslacht) as sex_code, trim(o.Leeftijd) as age_code,
            trim(o.RegioS) as region, trim(o.Perioden) as period,
            o.ValueAttribute as attribute, o."Value" as residents
        from (
            select unnest("value") as o
            from read_json({_list(pages)}, columns = {{'value': 'STRUCT(Measure VARCHAR,
                BurgerlijkeStaat VARCHAR, Geslacht VARCHAR, Leeftijd VARCHAR, RegioS VARCHAR,
                Perioden VARCHAR, ValueAttribute VARCHAR, "Value" DOUBLE)[]'}},
                maximum_object_size = 1000000000)
        )
        where trim(o.Measure) = '{ON_1_JANUARY}' and trim(o.BurgerlijkeStaat) = '{ALL_MARITAL}'
            and trim(o.Perioden) = '{year}JJ00' and trim(o.RegioS) like 'GM%'
        """
    )
    if regions:
        connection.execute(f"delete from observations where region not in ({_literals(regions)})")
    connection.execute(
        f"""
        create or replace temp table ages as
        with named as (
            select trim(c.Identifier) as age_code,
                regexp_extract(trim(c.Title), '^(\\d+) jaar( of ouder)?$', 1) as age,
                trim(c.Title) like '%of ouder' as is_open
            from (
                select unnest("value") as c from read_json({_list([ages])},
                    columns = {{'value': 'STRUCT(Identifier VARCHAR, Title VARCHAR)[]'}})
            )
        )
        select age_code, cast(age as integer) as age from named
        where age != '' and (not is_open
            or cast(age as integer) = (select max(cast(age as integer)) from named
                                       where is_open and age != ''))
        """
    )
    connection.execute(
        f"""
        create or replace temp table cells as
        select region, case sex_code when '3000' then 'M' else 'V' end as sex, age,
            cast(residents as bigint) as residents
        from observations inner join ages using (age_code)
        where sex_code in ({_literals(list(SEXES))}) and attribute = 'None'
            and residents is not null
        """
    )
    connection.execute(
        f"""
        create or replace temp table totals as
        select region, cast(residents as bigint) as residents from observations
        where sex_code = '{ALL_SEXES}' and age_code = '{ALL_AGES}' and attribute = 'None'
            and residents is not null
        """
    )


def check(connection: duckdb.DuckDBPyConnection, regions: list[str], year: int) -> None:
    """Every region is there and adds up.

    Raises:
        PeilError: a municipality did not exist on that date, or figures are missing.
    """
    found = {r for (r,) in connection.execute("select region from totals").fetchall()}
    if not found:
        raise PeilError(
            f"CBS {year}: no municipality has residents on 1 January {year} in these answers. "
            "Check the year; figures of a year appear in the spring after it."
        )
    if absent := sorted(set(regions) - found):
        raise PeilError(
            f"CBS {year}: {', '.join(absent)} did not exist on 1 January {year} (not yet, or "
            "merged into another municipality before). Use the code that was in force on the "
            "reference date in municipalities.csv, or another reference_date in waves.csv."
        )


def check_cells(connection: duckdb.DuckDBPyConnection, year: int) -> None:
    """Sexes and ages together are the total.

    Raises:
        PeilError: they are not; the first region is named.
    """
    wrong = connection.execute(
        "select totals.region, totals.residents, coalesce(sum(cells.residents), 0) "
        "from totals left join cells using (region) group by all "
        "having coalesce(sum(cells.residents), 0) != totals.residents order by 1 limit 1"
    ).fetchone()
    if wrong:
        raise PeilError(
            f"CBS {year}, {wrong[0]}: sexes and ages add up to {wrong[2]:,.0f}, the total is "
            f"{wrong[1]:,}. Answers are missing or an age code overlaps; fetch again. A "
            "recording of totals alone needs --level totals."
        )


def _list(paths: list[Path]) -> str:
    return "[" + _literals([str(p) for p in paths]) + "]"


def _literals(texts: list[str]) -> str:
    return ", ".join(literal(t) for t in texts)
