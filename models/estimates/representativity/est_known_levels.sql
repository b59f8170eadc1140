-- Residents as the default scheme counts them: in a municipality of the survey, at a known level of
-- every variable that it takes from the population.
with out_of_scope as (
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

-- Of several schemes that declare a variable the one that comes first: the default one if it does.
declared as (
    select
        schemes.survey_code,
        targets.wave_code,
        targets.first_attribute_code as attribute_code,
        targets.first_level_code as level_code,
        sum(targets.total) as population,
    from {{ ref('wgt_population_targets') }} as targets
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
    where targets.second_attribute_code is null
    group by
        schemes.survey_code, schemes.scheme_code, schemes.is_default, schemes.sort_order,
        targets.wave_code, targets.first_attribute_code, targets.first_level_code
    qualify
        dense_rank() over (
            partition by schemes.survey_code, targets.wave_code, targets.first_attribute_code
            order by schemes.is_default desc, schemes.sort_order asc, schemes.scheme_code asc
        ) = 1
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
