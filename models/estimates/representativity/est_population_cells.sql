-- Residents of the municipalities in the survey, at a known level of every variable.
with residents as (
    select
        levels.survey_code,
        levels.wave_code,
        list(
            struct_pack(attribute_code := levels.attribute_code, level_code := levels.level_code)
            order by levels.attribute_code
        ) as levels,
        any_value(levels.n_residents) as n_residents,
    from {{ ref('wgt_population_levels') }} as levels
    inner join {{ ref('est_response_variables') }} as needed using (survey_code, attribute_code)
    where
        levels.level_code is not null
        and (levels.delivery_key, levels.row_number) not in (
            select (regions.delivery_key, regions.row_number)
            from {{ ref('wgt_population_levels') }} as regions
            where regions.kind = 'region' and regions.level_code is null
        )
    group by levels.survey_code, levels.wave_code, levels.delivery_key, levels.row_number
    having count(*) = any_value(needed.n_variables)
),

population as (
    select
        survey_code,
        wave_code,
        levels,
        sum(n_residents) as n_residents,
    from residents
    group by survey_code, wave_code, levels
)

select * from population
order by all
