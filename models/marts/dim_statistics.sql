with statistics as (
    select
        statistics.scale_code,
        statistics.statistic,
        statistics.kind,
        statistics.value_from,
        statistics.value_to,
        statistics.direction,
        scales.value_from as scale_from,
        scales.value_to as scale_to,
        scales.is_categorical,
        statistics.label_nl,
        statistics.label_en,
        scales.label_nl as scale_label_nl,
        scales.label_en as scale_label_en,
        statistics.sort_order::bigint as sort_order,
    from {{ ref('scale_statistics') }} as statistics
    inner join {{ ref('scales') }} as scales using (scale_code)
)

select * from statistics
order by scale_code, sort_order, statistic
