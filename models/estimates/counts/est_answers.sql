with answers as (
    select distinct
        survey_code,
        question_code,
        is_base,
        option_code,
        value_number,
    from {{ ref('est_answer_counts') }}
    where attribute_code is null
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
