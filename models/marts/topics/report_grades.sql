with grades as (
    select * exclude (topic)
    from {{ ref('grades') }}
    where topic = 'report_grades'
)

select * from grades
order by sort_order
