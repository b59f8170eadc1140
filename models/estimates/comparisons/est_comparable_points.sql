{{ config(materialized='view') }}

with comparable as (
    select
        points.*,
        segments.comparison,
        segments.is_total,
        segments.is_overlapping,
        groups.sort_order,
        measures.question_code,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    inner join {{ ref('est_groups') }} as groups
        on
            points.survey_code = groups.survey_code
            and {{ same_group('points', 'groups') }}
)

select * from comparable
