with routed as (
    select question_code from {{ ref('questions') }}
    where routing_question_code is not null
),

opened as (
    select * from {{ ref('wgt_routes') }}
    where {{ is_to_build('delivery_key', 'stg_delivery_versions') }}
),

off_route as (
    select distinct
        answers.delivery_key,
        answers.row_number,
        answers.question_code,
    from {{ ref('stg_answers') }} as answers
    inner join routed using (question_code)
    left join opened using (delivery_key, row_number, question_code)
    where
        opened.row_number is null
        and {{ is_to_build('answers.delivery_key', 'stg_delivery_versions') }}
        and answers.missing_reason is distinct from 'not_asked'
        and answers.is_selected
)

select * from off_route
