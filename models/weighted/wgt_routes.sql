{{ config(materialized='view') }}

with routes as (
    select
        answers.delivery_key,
        answers.row_number,
        questions.question_code,
    from {{ ref('questions') }} as questions
    inner join {{ ref('stg_answers') }} as answers
        on
            questions.routing_question_code = answers.question_code
            and questions.routing_option_code = answers.option_code
    where answers.is_selected
)

select * from routes
