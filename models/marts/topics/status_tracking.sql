with shares as (
    select * exclude (topic)
    from {{ ref('shares') }}
    where topic = 'status_tracking'
)

select * from shares
order by sort_order
