"""Residents are checked at the door: a wrong number shows in no figure, and weighs on all of them.

Only rows of municipalities of the survey are judged, as a file often has the whole country. One
row that cannot be used sets the whole file aside, with every reason and its way out.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import duckdb

from peil.codebook.sources import municipalities_of, read_rows
from peil.errors import DeliveryRejectedError
from peil.landing.problems import Problem, rejection
from peil.readers import INCOMING
from peil.warehouse import literal, one_row, quoted

if TYPE_CHECKING:
    from peil.codebook.decode import Codebook
    from peil.codebook.delivery import Delivery

FIELDS = ("region", "gender", "age", "population")
CELLS = "cells"
# '95 jaar of ouder', '99+', '7 jaar'; not '20 tot 25 jaar', and no code of a statistics office.
_AGE = (
    r"(1[0-3]\d|\d{1,2})([.,]0+)?( ?(jaar|jr\.?|years?))?"
    r"( (of|en|and|or) (ouder|older|over)| ?\+)?"
)
_SPACES = r"[\s\x{00A0}\x{202F}]+"
# People are whole; the mean of two dates has halves.
_PEOPLE = r"\d+([.,](0+|50*))?"
_GROUPED = r"[1-9]\d{0,2}(\%s\d{3})+"
_PROBLEMS = {
    "no_number": (
        "population",
        "is no number of residents. Write people, not thousands of them or shares: whole numbers, "
        "with a half at most where they are the mean of two dates, and 1234 or everywhere 1.234",
        "dit is geen aantal inwoners. Vul personen in (geen duizendtallen of aandelen): hele "
        "getallen, met hooguit een half bij een gemiddelde, en 1234 of overal 1.234",
    ),
    "no_age": (
        "age",
        "is no age in years. Give a row per year of age, and leave totals and age groups out",
        "dit is geen leeftijd in jaren. Geef een rij per jaar, zonder totalen en leeftijdsgroepen",
    ),
    "total_row": (
        "age",
        "is a row of totals beside rows per age: its people would count twice. Leave it out",
        "dit is een totaal naast rijen per leeftijd en zou mensen dubbel tellen. Laat de rij weg",
    ),
    "total_gender": (
        "gender",
        "is the sum of the rows beside it: its people would count twice. Leave these rows out",
        "dit is de som van de rijen ernaast en zou mensen dubbel tellen. Laat deze rijen weg",
    ),
    "unknown_gender": (
        "gender",
        "is not in population_codes.csv. Leave totals out, or give the value a level there",
        "deze waarde kent het codeboek niet. Laat totalen weg, of vraag de beheerder om de waarde "
        "in population_codes.csv te zetten",
    ),
    "repeated": (
        "age",
        "was given before for this municipality and gender, {where}. Keep one of the two: a date, "
        "and no totals beside what they are the sum of",
        "deze leeftijd staat voor deze gemeente en dit geslacht ook {where}. Laat er één staan",
    ),
}


def check_residents(
    connection: duckdb.DuckDBPyConnection, delivery: "Delivery", codebook: "Codebook"
) -> None:
    """Refuse what are no residents, and write ages and numbers in `incoming` as plain numbers.

    Raises:
        DeliveryRejectedError: a number that is not one of people, an age that is none, a gender
            without a level, totals beside their parts, or a cell that was given before.
    """
    survey, seeds = delivery.source.survey_code, codebook.seeds
    columns = {field: delivery.source.columns_of(field)[0] for field in FIELDS}
    municipalities = municipalities_of(seeds, survey)
    own = {
        row["attribute_code"]
        for row in read_rows(seeds / "attributes.csv")
        if row["survey_code"] == survey
    }
    genders = [
        row["population_value"]
        for row in read_rows(seeds / "population_codes.csv")
        if row["attribute_code"] in own
    ]
    settle_cells(connection, columns)
    age, number = quoted(columns["age"]), quoted(columns["population"])
    # Also where nothing is judged: the codebook may get that municipality.
    connection.execute(
        f"update {INCOMING} set {age} = coalesce({CELLS}.years::varchar, {INCOMING}.{age}), "
        f"{number} = coalesce({CELLS}.n, {INCOMING}.{number}) from {CELLS} "
        f"where {INCOMING}.row_number = {CELLS}.row_number"
    )
    if municipalities:
        listed = ", ".join(map(literal, municipalities))
        connection.execute(f"delete from {CELLS} where region not in ({listed})")
    _require_rows(connection, delivery, columns["region"], municipalities)
    if problems := _problems(connection, delivery, genders):
        raise rejection(delivery, columns, problems, "residents")


def _require_rows(
    connection: duckdb.DuckDBPyConnection,
    delivery: "Delivery",
    column: str,
    municipalities: Sequence[str],
) -> None:
    if one_row(connection, f"select count(*) from {CELLS}")[0]:
        return
    region = one_row(connection, f"select any_value({quoted(column)}) from {INCOMING}")[0]
    raise DeliveryRejectedError(
        f"{delivery.path.name}, column '{column}': no row is of a municipality of the survey. It "
        f"has '{region}'; municipalities.csv has codes such as {municipalities[0]}.",
        rule="residents",
        nl=[
            f"Kolom '{column}': geen rij is van een gemeente uit het onderzoek. Er staat "
            f"'{region}'; vul de gemeentecode in, zoals {municipalities[0]}."
        ],
    )


def settle_cells(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> None:
    """Make the table `cells` of `incoming`: the four fields as they stand, `years` and `n`.

    Args:
        connection: with the table `incoming`.
        columns: the column of each field; empty for a region that the file does not have.
    """
    texts = {
        field: f"coalesce(trim({quoted(column)}), '')" if column else "''"
        for field, column in columns.items()
    }
    point, comma = (f"regexp_full_match(number, {literal(_GROUPED % mark)})" for mark in ".,")
    connection.execute(
        rf"""
        create or replace temp table {CELLS} as
        with texts as (
            select
                row_number, {", ".join(f"{text} as {field}" for field, text in texts.items())},
                regexp_replace({texts["population"]}, {literal(_SPACES)}, '', 'g') as number
            from {INCOMING}
        ),
        shown as (
            select
                coalesce(bool_or(regexp_full_match(number, '\d+')), false) as has_whole,
                coalesce(bool_or(regexp_full_match(number, '[0-9]{{4,}}([.,][0-9]*)?')), false)
                or coalesce(bool_and(number like '%.000' or number like '%,000'), false)
                    as has_no_groups,
                coalesce(bool_or({point}) and bool_or({comma}), false) as has_both
            from texts
        )
        select
            row_number, region, gender, age, population,
            if(
                regexp_full_match(lower(age), {literal(_AGE)}),
                regexp_extract(lower(age), {literal(_AGE)}, 1)::int, null
            ) as years,
            case
                when ({point} or {comma}) and not has_no_groups and not has_both
                    then regexp_replace(number, '[.,]', '', 'g')
                when ({point} or {comma}) and (has_whole or has_both) then null
                when regexp_full_match(number, {literal(_PEOPLE)})
                    then regexp_replace(replace(number, ',', '.'), '[.]0*$', '')
            end as n
        from texts cross join shown
        """
    )


def _problems(
    connection: duckdb.DuckDBPyConnection, delivery: "Delivery", genders: Collection[str]
) -> list[Problem]:
    known = ", ".join(map(literal, genders)) or "gender"
    source = delivery.source
    found = connection.execute(
        f"""
        with sums as (
            select
                *, n::double as people,
                sum(people) over (partition by region, years) - people as n_beside,
                count(*) over (partition by region, years) - 1 as n_rows_beside
            from {CELLS}
        ),
        totals as (
            select gender from sums
            where {not genders}
            group by gender
            having bool_and(n_rows_beside > 1 and people = n_beside)
        ),
        landed as (
            select distinct
                trim(region_code) as region, trim(gender_code) as gender,
                coalesce(try_cast(age as int), -1) as years, file_name
            from raw.population inner join raw.deliveries using (delivery_key)
            where status = 'landed' and survey_code = ? and wave_code = ? and file_name != ?
        ),
        repeated as (
            select cells.*, min(cells.row_number) over cell as first_row, landed.file_name
            from {CELLS} as cells
            left join landed
                on cells.region = landed.region and cells.gender = landed.gender
                and coalesce(cells.years, -1) = landed.years
            window cell as (partition by cells.region, cells.gender, cells.years)
        )
        select row_number, 'no_number', population, '', '' from {CELLS} where n is null
        union all
        select row_number, 'no_age', age, '', '' from {CELLS}
        where years is null and (age != '' or gender != '')
        union all
        select row_number, 'total_row', age, '', '' from {CELLS}
        where age = '' and gender = '' and (select bool_or(age != '') from {CELLS})
        union all
        select row_number, 'unknown_gender', gender, '', '' from {CELLS}
        where gender not in ({known}, '')
        union all
        select row_number, 'total_gender', gender, '', '' from {CELLS}
        where gender in (from totals)
        union all
        select
            row_number, 'repeated', age,
            coalesce('in ' || file_name, 'in row ' || (first_row + 1)),
            coalesce('in ' || file_name, 'in rij ' || (first_row + 1))
        from repeated
        where (row_number > first_row or file_name is not null) and (years is not null or age = '')
        order by all
        """,
        [source.survey_code, source.wave_code, delivery.path.name],
    ).fetchall()
    return [
        Problem(row + 1, field, value, en.format(where=where_en), nl.format(where=where_nl))
        for row, what, value, where_en, where_nl in found
        for field, en, nl in [_PROBLEMS[what]]
    ]
