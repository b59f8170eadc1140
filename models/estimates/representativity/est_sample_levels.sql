with people as (
    select
        schemes.survey_code,
        schemes.scheme_code,
        counts.wave_code,
        counts.profile_key,
        counts.n_respondents,
        factors.factor * counts.sum_d as sum_w,
    from {{ ref('weighting_schemes') }} as schemes
    inner join {{ ref('wgt_profile_cells') }} using (survey_code, scheme_code)
    inner join {{ ref('wgt_raking_factors') }} as factors
        using (scheme_code, wave_code, group_value, cell_key)
    inner join {{ ref('wgt_profile_counts') }} as counts using (survey_code, wave_code, profile_key)
    where schemes.is_default
),

-- Of a question with several answers people stand at several levels: those add up to nothing.
sampled as (
    select
        people.survey_code,
        people.scheme_code,
        people.wave_code,
        levels.attribute_code,
        levels.level_code,
        sum(people.n_respondents) as n_respondents,
        sum(people.sum_w) as sum_w,
    from people
    inner join {{ ref('wgt_profiles') }} as levels using (survey_code, wave_code, profile_key)
    where (levels.survey_code, levels.attribute_code) not in (
        select (several.survey_code, several.attribute_code)
        from {{ ref('wgt_overlapping_attributes') }} as several
    )
    group by all
),

waves as (
    select distinct
        survey_code,
        scheme_code,
        wave_code,
        attribute_code,
    from sampled
),

-- A level in which nobody answered counts as well.
compared as (
    select
        waves.survey_code,
        waves.scheme_code,
        waves.wave_code,
        waves.attribute_code,
        coalesce(sampled.level_code, known.level_code) as level_code,
        known.population,
        coalesce(sampled.n_respondents, 0)::bigint as n_respondents,
        coalesce(sampled.sum_w, 0) as sum_w,
    from sampled
    full join {{ ref('est_known_levels') }} as known
        using (survey_code, wave_code, attribute_code, level_code)
    inner join waves
        on
            waves.survey_code = coalesce(sampled.survey_code, known.survey_code)
            and waves.wave_code = coalesce(sampled.wave_code, known.wave_code)
            and waves.attribute_code = coalesce(sampled.attribute_code, known.attribute_code)
),

known as (
    select * from compared
    qualify
        bool_or(population is not null) over (
            partition by survey_code, scheme_code, wave_code, attribute_code
        )
)

select * from known
order by all
