with channels as (
    select
        channel_code,
        label_nl,
        label_en,
        sentence_nl,
        sort_order::bigint as sort_order,
    from {{ ref('channels') }}
)

select * from channels
order by sort_order
