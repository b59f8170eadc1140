with shares as (
    select * exclude (topic)
    from {{ ref('shares') }}
    where topic = 'future_preferences'
)

select * from shares
order by sort_order
