with shares as (
    select * exclude (topic)
    from {{ ref('shares') }}
    where topic = 'contact_reasons'
)

select * from shares
order by sort_order
