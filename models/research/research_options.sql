with options as (
    select * from {{ ref('stg_options') }}
),

-- A list of which some answers have no number of their own is numbered by its order.
numbered as (
    select
        option_set_code,
        option_code,
        label_nl,
        label_en,
        value_number,
        sort_order,
        count(value_number) over (partition by option_set_code)
        = count(*) over (partition by option_set_code)
        and count(distinct value_number) over (partition by option_set_code)
        = count(*) over (partition by option_set_code) as has_numbers,
        row_number() over (
            partition by option_set_code order by sort_order, option_code
        ) as place,
    from options
),

coded as (
    select
        option_set_code,
        option_code,
        label_nl,
        label_en,
        value_number,
        if(has_numbers, value_number, place)::double as file_number,
        sort_order,
    from numbered
)

select * from coded
