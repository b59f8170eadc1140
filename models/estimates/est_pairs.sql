with segments as (
    select * from {{ ref('segments') }}
    where comparison != 'none'
),

points as (
    select
        points.*,
        segments.comparison,
        levels.sort_order,
    from {{ ref('est_points') }} as points
    inner join segments using (survey_code, segment_code)
    left join {{ ref('attribute_levels') }} as levels
        on
            segments.attribute_code = levels.attribute_code
            and points.segment_value = levels.level_code
    where points.segment_value != 'unknown'
),

within_segment as (
    select
        a.point_id as point_id_a,
        b.point_id as point_id_b,
        false as is_against_total,
    from points as a
    inner join points as b
        on
            a.scheme_code = b.scheme_code
            and a.wave_code = b.wave_code
            and a.segment_code = b.segment_code
            and a.measure_id = b.measure_id
            and (a.sort_order, a.segment_value) < (b.sort_order, b.segment_value)
    where a.comparison = 'pairs'
),

against_total as (
    select
        points.point_id as point_id_a,
        total.point_id as point_id_b,
        true as is_against_total,
    from points
    inner join {{ ref('est_points') }} as total
        on
            points.scheme_code = total.scheme_code
            and points.wave_code = total.wave_code
            and points.measure_id = total.measure_id
            and total.segment_value = 'total'
    where points.comparison = 'against_total'
),

unioned as (
    select * from within_segment
    union all
    select * from against_total
)

select
    row_number() over (order by point_id_a, point_id_b) as pair_id,
    *,
from unioned
order by pair_id
