with answered as (
    select * from {{ ref('stg_item_answers') }}
    where {{ is_to_build('delivery_key', 'stg_delivery_versions') }}
),

scored as (
    select
        ---------- ids
        delivery_key,
        row_number,
        question_code,
        null::varchar as option_code,
        ---------- numerics
        fsum(value_number) / count(*) * if(any_value(combination) = 'sum', any_value(n_items), 1)
            as value_number,
        ---------- booleans and reasons
        true as is_selected,
        null::varchar as missing_reason,
    from answered
    group by delivery_key, row_number, question_code
    having count(*) >= any_value(min_items)
)

select * from scored
