with grades as (
    select * exclude (topic)
    from {{ ref('grades') }}
    where topic = 'channel_satisfaction'
)

select * from grades
order by sort_order
