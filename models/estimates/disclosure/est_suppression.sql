with withheld as (
    select
        points.point_id,
        withheld.withheld_reason::varchar as withheld_reason,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_figures') }}
        using (survey_code, wave_code, segment_code, segment_value, measure_id)
    left join {{ ref('est_withheld_figures') }} as withheld using (figure_id)
)

select * from withheld
order by point_id
