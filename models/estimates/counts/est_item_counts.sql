{{ config(materialized='view') }}

with waves as (
    select
        survey_code,
        wave_code,
        sum(n_respondents)::bigint as n_eligible,
    from {{ ref('wgt_respondent_counts') }}
    where response_status = 'eligible'
    group by survey_code, wave_code
),

answered as (
    select
        wave_code,
        question_code,
        sum(n_answers) as n_answered,
    from {{ ref('est_answer_counts') }}
    where is_base and attribute_code is null
    group by wave_code, question_code
),

items as (
    select
        wave_code,
        question_code,
        sum(n_asked)::bigint as n_asked,
        sum(n_dont_know)::bigint as n_dont_know,
        sum(n_refused)::bigint as n_refused,
        sum(n_marked_not_asked)::bigint as n_marked_not_asked,
        sum(n_off_route)::bigint as n_off_route,
    from {{ ref('est_delivery_items') }}
    group by wave_code, question_code
),

combined as (
    select
        waves.survey_code,
        waves.wave_code,
        questions.question_code,
        waves.n_eligible,
        waves.n_eligible - if(
            questions.routing_question_code is null, waves.n_eligible, coalesce(items.n_asked, 0)
        ) + coalesce(items.n_marked_not_asked, 0) as n_not_asked,
        coalesce(answered.n_answered, 0)::bigint as n_answered,
        coalesce(items.n_dont_know, 0) as n_dont_know,
        coalesce(items.n_refused, 0) as n_refused,
        coalesce(items.n_off_route, 0) as n_off_route,
        questions.label_nl,
        questions.label_en,
        questions.sort_order,
    from waves
    inner join {{ ref('questions') }} as questions using (survey_code)
    left join answered using (wave_code, question_code)
    left join items using (wave_code, question_code)
    where questions.is_reported
),

completed as (
    select
        *,
        n_eligible - n_not_asked - n_answered - n_dont_know - n_refused as n_skipped,
    from combined
)

select * from completed
