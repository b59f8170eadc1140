-- Nobody lives in a cell without a number of people, and the cells beside it would count for it.
with known as (
    select
        survey_code,
        municipality_code,
    from {{ ref('municipalities') }}
)

select
    population.survey_code,
    population.wave_code,
    population.municipality_code,
    population.row_number,
    'no number of people: land the population of this wave again' as problem,
from {{ ref('stg_population') }} as population
where
    population.n_residents is null
    and (
        (population.survey_code, population.municipality_code) in (
            select (known.survey_code, known.municipality_code) from known
        )
        or population.survey_code not in (select known.survey_code from known)
    )
order by all
