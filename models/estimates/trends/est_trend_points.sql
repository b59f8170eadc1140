-- The waves of a figure in which it is seen, in the form in which the question was asked last.
with dated as (
    select
        waves.survey_code,
        waves.wave_code,
        (
            date_diff('day', date '1970-01-01', waves.fieldwork_start)
            + date_diff('day', date '1970-01-01', waves.fieldwork_end)
        ) / (2 * 365.25) as year_of_wave,
    from {{ ref('waves') }} as waves
),

versioned as (
    select
        points.point_id,
        points.survey_code,
        points.scheme_code,
        points.wave_code,
        points.segment_code,
        points.segment_value,
        points.second_segment_value,
        points.measure_id,
        dated.year_of_wave,
        coalesce(versions.version, 1) as version,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('est_suppression') }} as suppression using (point_id)
    inner join dated using (survey_code, wave_code)
    left join {{ ref('question_versions') }} as versions
        on
            measures.question_code = versions.question_code
            and points.wave_code = versions.wave_code
    where suppression.withheld_reason is null
),

comparable as (
    select * from versioned
    qualify
        version = max_by(version, year_of_wave) over (
            partition by
                scheme_code, segment_code, segment_value, second_segment_value, measure_id
        )
),

-- The weights of a least-squares line: slope = Σ coefficient · figure. Two waves are no line but a
-- change, which has a row of its own in trends.
placed as (
    select
        * exclude (version),
        dense_rank() over (
            order by
                survey_code, scheme_code, segment_code, segment_value, second_segment_value,
                measure_id
        ) as trend_id,
        count(*) over trend as n_waves,
        year_of_wave - avg(year_of_wave) over trend as distance,
    from comparable
    window
        trend as (
            partition by
                survey_code, scheme_code, segment_code, segment_value, second_segment_value,
                measure_id
        )
    qualify n_waves > 2
),

weighted as (
    select
        * exclude (distance),
        distance / sum(distance * distance) over (partition by trend_id) as coefficient,
    from placed
)

select * from weighted
order by trend_id, wave_code
