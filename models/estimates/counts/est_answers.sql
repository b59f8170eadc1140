with answers as (
    select distinct * exclude (delivery_key, base_key)
    from {{ ref('est_counted_answers') }}
),

numbered as (
    select
        row_number() over (
            order by survey_code, question_code, is_base, option_code, value_number
        ) as answer_id,
        *,
    from answers
)

select * from numbered
order by answer_id
