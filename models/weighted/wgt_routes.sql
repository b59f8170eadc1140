with routes as (
    -- Once, also where an answer is delivered twice.
    select distinct
        answers.delivery_key,
        answers.row_number,
        questions.question_code,
    from {{ ref('questions') }} as questions
    inner join {{ ref('stg_answers') }} as answers
        on
            questions.routing_question_code = answers.question_code
            and questions.routing_option_code = answers.option_code
    where
        answers.is_selected
        and {{ is_to_build('answers.delivery_key', 'stg_delivery_versions') }}
)

select * from routes
