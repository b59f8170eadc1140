with statistics as (
    select
        scale_code,
        statistic,
        kind,
        label_nl,
        label_en,
        sort_order::bigint as sort_order,
    from {{ ref('scale_statistics') }}
)

select * from statistics
order by scale_code, sort_order, statistic
