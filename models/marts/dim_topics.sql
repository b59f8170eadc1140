with topics as (
    select
        topic_code,
        label_nl,
        label_en,
        introduction_nl,
        introduction_en,
        coalesce(has_group_headlines, false) as has_group_headlines,
        sort_order::bigint as sort_order,
    from {{ ref('topics') }}
)

select * from topics
order by sort_order, topic_code
