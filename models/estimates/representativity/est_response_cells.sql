-- Respondents per profile first: the join with levels then carries one row for many people.
with profiled as (
    select
        survey_code,
        wave_code,
        source_code,
        profile_key,
        sum(n_respondents)::bigint as n_respondents,
    from {{ ref('wgt_respondent_counts') }}
    where response_status = 'eligible'
    group by survey_code, wave_code, source_code, profile_key
),

placed as (
    select
        profiles.wave_code,
        profiles.profile_key,
        list(
            struct_pack(
                attribute_code := profiles.attribute_code, level_code := profiles.level_code
            )
            order by profiles.attribute_code
        ) as levels,
    from {{ ref('wgt_profiles') }} as profiles
    inner join {{ ref('est_response_variables') }} using (survey_code, attribute_code)
    group by profiles.wave_code, profiles.profile_key
),

answered as (
    select
        profiled.survey_code,
        profiled.wave_code,
        unnest([profiled.source_code, 'all']) as source_code,
        placed.levels,
        profiled.n_respondents,
    from profiled
    inner join placed using (wave_code, profile_key)
),

counted as (
    select
        survey_code,
        wave_code,
        source_code,
        levels,
        sum(n_respondents) as n_respondents,
    from answered
    group by survey_code, wave_code, source_code, levels
),

sources as (
    select distinct
        survey_code,
        wave_code,
        source_code,
    from counted
),

-- A cell in which nobody answered counts as well.
crossed as (
    select
        population.survey_code,
        population.wave_code,
        sources.source_code,
        dense_rank() over (
            order by population.survey_code, population.wave_code, population.levels
        ) as response_cell_id,
        population.levels,
        population.n_residents,
        coalesce(counted.n_respondents, 0)::bigint as n_respondents,
    from {{ ref('est_population_cells') }} as population
    inner join sources using (survey_code, wave_code)
    left join counted using (survey_code, wave_code, source_code, levels)
    where population.n_residents > 0
)

select * from crossed
order by all
