-- The share of answers up to each number, which is a 0/1 outcome as well.
with answers as (
    select
        points.point_id,
        points.domain_id,
        points.scheme_code,
        points.wave_code,
        points.sum_w,
        points.estimate,
        measures.question_code,
        measures.value_from,
        measures.value_to,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_figure_measures') }} as measures using (measure_id, survey_code)
    where measures.is_distribution
),

cumulated as (
    select
        *,
        sum(estimate) over upwards as cumulative_share,
        row_number() over upwards = 1 as is_lowest,
        row_number() over (
            partition by domain_id, question_code
            order by value_to desc
        ) = 1 as is_highest,
    from answers
    window
        upwards as (
            partition by domain_id, question_code
            order by value_to
        )
)

select * replace (if(is_highest, 1, cumulative_share) as cumulative_share)
from cumulated
order by point_id
