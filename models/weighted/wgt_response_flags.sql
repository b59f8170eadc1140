with rules as (
    select * from {{ ref('response_rules') }}
),

respondents as (
    select
        *,
        median(duration_seconds) over (partition by wave_code, source_code) as median_seconds,
    from {{ ref('stg_respondents') }}
),

speeders as (
    select
        respondents.delivery_key,
        respondents.row_number,
        rules.rule_code,
        rules.is_excluded,
    from respondents
    inner join rules using (survey_code)
    where
        rules.rule_code = 'speeder'
        and respondents.duration_seconds < rules.threshold * respondents.median_seconds
),

straight_liners as (
    select
        answers.delivery_key,
        answers.row_number,
        rules.rule_code,
        rules.is_excluded,
    from {{ ref('stg_answers') }} as answers
    inner join {{ ref('questions') }} as questions using (question_code)
    inner join {{ ref('scales') }} as scales using (scale_code)
    inner join rules using (survey_code)
    where
        rules.rule_code = 'straight_liner'
        and scales.kind = 'number'
        and questions.is_reported
        and answers.value_number is not null
    group by
        answers.delivery_key, answers.row_number, rules.rule_code, rules.is_excluded,
        rules.threshold, questions.scale_code
    having
        count(*) >= rules.threshold
        and min(answers.value_number) = max(answers.value_number)
),

unioned as (
    select * from speeders
    union
    select * from straight_liners
)

select * from unioned
