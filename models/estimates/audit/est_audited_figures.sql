{{ config(materialized='view') }}

with figures as (
    select
        points.point_id,
        points.domain_id,
        points.scheme_code,
        points.wave_code,
        measures.survey_code,
        measures.measure_id,
        measures.question_code,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('questions') }} as questions using (question_code, survey_code)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    inner join {{ ref('est_segments') }} as segments using (segment_code, survey_code)
    where
        measures.statistic = questions.headline_statistic
        and schemes.is_default
        and schemes.variance_method = 'calibrated'
        and schemes.inference_unit = 'respondent'
        -- Samples are raked without bounds and drawn with replacement from an endless population.
        and schemes.lower is null
        and schemes.upper is null
        and schemes.scheme_code not in (
            select sizes.scheme_code from {{ ref('stratum_sizes') }} as sizes
        )
        and segments.second_attribute_code is null
        and (
            segments.is_total
            or segments.attribute_code in (
                select contrasts.attribute_code from {{ ref('contrasts') }} as contrasts
            )
        )
)

select * from figures
