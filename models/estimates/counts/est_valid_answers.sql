{{ config(materialized='view') }}

with eligible as (
    select
        delivery_key,
        row_number,
        survey_code,
        wave_code,
        profile_key,
        {{ profile_people_key() }} as people_key,
        base_weight,
    from {{ ref('wgt_respondents') }}
    where response_status = 'eligible'
),

given as (
    select
        delivery_key,
        row_number,
        question_code,
        option_code,
        value_number,
        is_selected,
        missing_reason,
    from {{ ref('stg_answers') }}
    union all by name
    select * from {{ ref('stg_scores') }}
),

valid_answers as (
    select
        eligible.*,
        answers.question_code,
        answers.option_code,
        answers.value_number,
        answers.is_selected,
    from eligible
    inner join given as answers using (delivery_key, row_number)
    inner join {{ ref('questions') }} as questions using (question_code, survey_code)
    inner join {{ ref('scales') }} as scales using (scale_code)
    where
        questions.is_reported
        and answers.missing_reason is null
        -- An explicit no is an answer only where several can be given.
        and (answers.is_selected or scales.kind = 'multiple')
        and (
            questions.routing_question_code is null
            or (answers.delivery_key, answers.row_number, answers.question_code) in (
                select
                    routes.delivery_key,
                    routes.row_number,
                    routes.question_code,
                from {{ ref('wgt_routes') }} as routes
            )
        )
)

select * from valid_answers
