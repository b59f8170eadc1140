with shares as (
    select * exclude (topic)
    from {{ ref('shares') }}
    where topic = 'digital_accessibility'
)

select * from shares
order by sort_order
