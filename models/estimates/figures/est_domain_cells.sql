with scored as (
    select
        counts.place_id,
        counts.n_answers,
        counts.sum_d,
        counts.sum_d2,
        measures.measure_id,
        {{ outcome('measures', 'counts.value_number', 'counts.option_code') }} as y,
    from {{ ref('est_cell_counts') }} as counts
    inner join {{ ref('est_measures') }} as measures using (survey_code, question_code)
    where not counts.is_base
),

sums as (
    select
        place_id,
        measure_id,
        sum(n_answers) as n_positive,
        sum(sum_d * y) as sum_dy,
        sum(sum_d * y * y) as sum_dyy,
        sum(sum_d2 * y) as sum_d2y,
        sum(sum_d2 * y * y) as sum_d2yy,
    from scored
    where y != 0
    group by place_id, measure_id
),

bases as (
    select
        counts.place_id,
        counts.survey_code,
        counts.scheme_code,
        counts.wave_code,
        counts.segment_code,
        counts.segment_value,
        measures.measure_id,
        counts.cell_id,
        counts.cluster_code,
        counts.n_answers,
        counts.sum_d,
        counts.sum_d2,
    from {{ ref('est_cell_counts') }} as counts
    inner join {{ ref('est_measures') }} as measures using (survey_code, question_code)
    where counts.is_base
),

joined as (
    select
        bases.*,
        coalesce(sums.n_positive, 0) as n_positive,
        coalesce(sums.sum_dy, 0) as sum_dy,
        coalesce(sums.sum_dyy, 0) as sum_dyy,
        coalesce(sums.sum_d2y, 0) as sum_d2y,
        coalesce(sums.sum_d2yy, 0) as sum_d2yy,
    from bases
    left join sums using (place_id, measure_id)
)

select * exclude (place_id)
from joined
order by place_id, measure_id
