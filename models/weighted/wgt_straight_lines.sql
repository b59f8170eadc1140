with answers as (
    select
        answers.delivery_key,
        answers.row_number,
        questions.survey_code,
        questions.scale_code,
        answers.value_number,
    from {{ ref('stg_answers') }} as answers
    inner join {{ ref('questions') }} as questions using (question_code)
    inner join {{ ref('scales') }} as scales using (scale_code)
    where
        scales.kind = 'number'
        and questions.is_reported
        and answers.value_number is not null
        and {{ is_to_build('answers.delivery_key', 'stg_delivery_versions') }}
),

straight as (
    select
        delivery_key,
        row_number,
        survey_code,
        scale_code,
        count(*) as n_equal,
    from answers
    group by delivery_key, row_number, survey_code, scale_code
    having count(*) > 1 and min(value_number) = max(value_number)
)

select * from straight
