-- Of a register in thousands, or of another year or place, a municipality would weigh next to
-- nothing, and no share of residents who answered can be made of it; one that the register does
-- not have is not in the totals. Other levels are not judged: of gender or education people may say
-- more often than the register knows.
with regions as (
    select
        survey_code,
        attribute_code,
    from {{ ref('attributes') }}
    where kind = 'region'
),

landed as (
    select distinct
        survey_code,
        wave_code,
        attribute_code,
    from {{ ref('wgt_population_levels') }}
),

known as (
    select levels.*
    from {{ ref('est_sample_levels') }} as levels
    inner join landed using (survey_code, wave_code, attribute_code)
),

compared as (
    select
        known.survey_code,
        known.wave_code,
        known.level_code as municipality_code,
        known.n_respondents,
        coalesce(known.population, 0) as n_residents,
    from known
    inner join regions using (survey_code, attribute_code)
    where known.level_code is not null
    union all
    select
        survey_code,
        wave_code,
        'all together' as municipality_code,
        sum(n_respondents) as n_respondents,
        sum(population) as n_residents,
    from known
    where population is not null
    group by survey_code, wave_code, attribute_code
    qualify row_number() over (partition by survey_code, wave_code order by attribute_code) = 1
)

select
    *,
    n_respondents || ' answered and ' || n_residents::bigint
    || ' live there by the population that landed: deliver it in people (not in thousands), of the '
    || 'year and the municipalities of this wave' as problem,
from compared
where n_respondents > n_residents
order by municipality_code != 'all together', n_respondents / n_residents desc, municipality_code
