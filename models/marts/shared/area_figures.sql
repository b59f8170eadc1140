-- What the models of areas are made of: published figures, and the register beside them.
with about_ages as (
    select
        attributes.survey_code,
        min(levels.value_from) as youngest,
    from {{ ref('attribute_levels') }} as levels
    inner join {{ ref('attributes') }} as attributes using (attribute_code)
    where attributes.kind = 'number_band' and levels.has_population_target
    group by attributes.survey_code
),

-- Residents that the survey is about: of the ages that it knows, or all.
register as (
    select
        population.survey_code,
        population.wave_code,
        population.municipality_code as segment_value,
        sum(population.n_residents) as n_residents,
        sum(population.n_residents * population.age) / sum(population.n_residents) as mean_age,
    from {{ ref('stg_population') }} as population
    left join about_ages using (survey_code)
    where population.age >= coalesce(about_ages.youngest, 0)
    group by population.survey_code, population.wave_code, population.municipality_code
),

figures as (
    select
        estimates.survey_code,
        estimates.wave_code,
        estimates.segment_code,
        estimates.segment_value,
        estimates.question_code,
        estimates.statistic,
        estimates.option_code,
        statistics.kind,
        estimates.estimate,
        estimates.se,
        estimates.n_effective,
        register.n_residents,
        register.mean_age,
    from {{ ref('estimates') }} as estimates
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    inner join {{ ref('questions') }} as questions using (survey_code, question_code)
    inner join {{ ref('scale_statistics') }} as statistics
        on
            questions.scale_code = statistics.scale_code
            and estimates.statistic = statistics.statistic
    left join register using (survey_code, wave_code, segment_value)
    where
        segments.attribute_kind = 'region'
        and segments.second_attribute_code is null
        and estimates.is_default_scheme
        and estimates.statistic = questions.headline_statistic
        and not estimates.is_withheld
)

select * from figures
