with answers as (
    select
        raw_answers.*,
        deliveries.source_code,
    from {{ source('raw', 'answers') }} as raw_answers
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
    where {{ is_to_build('raw_answers.delivery_key', 'stg_delivery_versions') }}
),

coded as (
    select
        ---------- ids
        answers.delivery_key,
        answers.row_number,
        answer_values.question_code,
        answer_values.option_code,
        ---------- numerics
        answer_values.value_number,
        ---------- booleans and reasons
        answer_values.is_selected,
        answer_values.missing_reason,
    from answers
    inner join {{ ref('stg_answer_values') }} as answer_values
        using (source_code, column_name, value)
    where answer_values.reject_reason is null
)

select * from coded
