with withheld as (
    select
        points.point_id,
        withheld.withheld_reason::varchar as withheld_reason,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_figures') }} as figures
        on
            points.wave_code = figures.wave_code
            and points.measure_id = figures.measure_id
            and {{ same_group('points', 'figures') }}
    left join {{ ref('est_withheld_figures') }} as withheld using (figure_id)
)

select * from withheld
order by point_id
