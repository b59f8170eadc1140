with shares as (
    select * exclude (topic)
    from {{ ref('shares') }}
    where topic = 'channel_usage'
)

select * from shares
order by sort_order
