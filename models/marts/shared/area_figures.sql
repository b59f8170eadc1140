-- Published headline figures of areas, and the register beside them: what is said of areas, and
-- what their models are made of.
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
        estimates.weighting_scheme,
        estimates.segment_code,
        estimates.segment_value,
        estimates.question_code,
        estimates.statistic,
        estimates.option_code,
        statistics.kind,
        estimates.estimate,
        estimates.se,
        estimates.ci_low,
        estimates.ci_high,
        estimates.n_answers,
        estimates.n_effective,
        estimates.is_from_earlier_release,
        estimates.segment_label_nl,
        estimates.segment_label_en,
        estimates.question_label_nl,
        estimates.question_label_en,
        coalesce(estimates.option_label_nl, estimates.statistic_label_nl) as label_nl,
        coalesce(estimates.option_label_en, estimates.statistic_label_en) as label_en,
        row_number() over (order by estimates.sort_order) as sort_order,
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
