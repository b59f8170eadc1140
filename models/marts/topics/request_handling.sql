with grades as (
    select * exclude (topic)
    from {{ ref('grades') }}
    where topic = 'request_handling'
)

select * from grades
order by sort_order
