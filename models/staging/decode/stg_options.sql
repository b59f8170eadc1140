with declared as (
    select
        option_set_code,
        option_code,
        label_nl,
        label_en,
        value_number,
        sort_order,
    from {{ ref('options') }}
),

municipalities as (
    select distinct
        'municipalities' as option_set_code,
        municipality_code as option_code,
        label as label_nl,
        label as label_en,
        municipality_number as value_number,
        municipality_number as sort_order,
    from {{ ref('municipalities') }}
),

unioned as (
    select * from declared
    union all
    select * from municipalities
)

select * from unioned
