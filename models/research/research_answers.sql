-- What counts in the figures is decided in est_valid_answers; this adds who it is of, and the
-- answers that say why there is none.
with questions as (
    select
        survey_code,
        question_code,
    from {{ ref('research_questions') }}
),

counting as (
    select
        delivery_key,
        row_number,
        survey_code,
        wave_code,
        respondent_key,
    from {{ ref('wgt_respondents') }}
    where response_status = 'eligible'
),

valid_answers as (
    select
        delivery_key,
        row_number,
        question_code,
        option_code,
        value_number,
        is_selected,
        null::varchar as missing_reason,
    from {{ ref('est_valid_answers') }}
),

no_answers as (
    select
        answers.delivery_key,
        answers.row_number,
        answers.question_code,
        answers.option_code,
        answers.value_number,
        false as is_selected,
        answers.missing_reason,
    from {{ ref('stg_answers') }} as answers
    anti join {{ ref('wgt_off_route') }}
        using (delivery_key, row_number, question_code)
    where answers.missing_reason is not null
),

unioned as (
    select * from valid_answers
    union all
    select distinct * from no_answers
),

of_respondents as (
    select
        counting.survey_code,
        counting.wave_code,
        counting.respondent_key,
        unioned.question_code,
        unioned.option_code,
        unioned.value_number,
        unioned.is_selected,
        unioned.missing_reason,
    from unioned
    inner join counting using (delivery_key, row_number)
    inner join questions using (survey_code, question_code)
)

select * from of_respondents
