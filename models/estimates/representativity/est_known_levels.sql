-- Residents as the default scheme counts them: in a municipality of the survey, at a known level of
-- every variable that it takes from the population.
with schemes as (
    select
        survey_code,
        scheme_code,
    from {{ ref('weighting_schemes') }}
    where is_default
),

out_of_scope as (
    select distinct
        levels.delivery_key,
        levels.row_number,
    from {{ ref('wgt_population_levels') }} as levels
    left join {{ ref('est_response_variables') }} as needed using (survey_code, attribute_code)
    where
        levels.level_code is null
        and (levels.kind = 'region' or needed.attribute_code is not null)
),

landed as (
    select
        levels.survey_code,
        levels.wave_code,
        levels.attribute_code,
        levels.level_code,
        sum(levels.n_residents) as population,
    from {{ ref('wgt_population_levels') }} as levels
    anti join out_of_scope using (delivery_key, row_number)
    where levels.level_code is not null
    group by levels.survey_code, levels.wave_code, levels.attribute_code, levels.level_code
),

declared as (
    select
        schemes.survey_code,
        targets.wave_code,
        targets.attribute_code,
        targets.level_code,
        sum(targets.total) as population,
    from {{ ref('wgt_declared_targets') }} as targets
    inner join schemes using (scheme_code)
    where targets.second_attribute_code is null
    group by schemes.survey_code, targets.wave_code, targets.attribute_code, targets.level_code
),

known as (
    select * from landed
    union all
    select * from declared
    where (survey_code, wave_code, attribute_code) not in (
        select (found.survey_code, found.wave_code, found.attribute_code) from landed as found
    )
)

select * from known
order by all
