with reasons as (
    select * from {{ ref('est_withheld_figures') }}
    union all
    select * from {{ ref('est_withheld_answers') }}
),

withheld as (
    select
        points.point_id,
        -- A finer reason would tell how few gave the answer, or that all gave the same.
        case withheld.withheld_reason
            when 'small_base' then 'small_base'
            else if(withheld.withheld_reason is null, null, 'protected')
        end as withheld_reason,
        withheld.withheld_reason::varchar as rule_code,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_figures') }} as figures
        on
            points.wave_code = figures.wave_code
            and points.measure_id = figures.measure_id
            and {{ same_group('points', 'figures') }}
    left join reasons as withheld using (figure_id)
)

select * from withheld
order by point_id
