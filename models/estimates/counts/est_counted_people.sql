{%- set people = people_columns() | join(', ') -%}
with found as (
    select
        delivery_key,
        people_key,
        {{ people }},
    from {{ ref('est_placed_people') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions') }}
    -- Counted elsewhere.
    union
    select
        delivery_key,
        {{ key_of(people_columns()) }} as people_key,
        {{ people }},
    from {{ ref('stg_counted_answers') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions', has_rows=false) }}
)

select * from found
order by delivery_key, {{ people }}
