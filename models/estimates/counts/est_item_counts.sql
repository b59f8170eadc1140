{{ config(materialized='view') }}

with eligible as (
    select
        delivery_key,
        row_number,
        survey_code,
        wave_code,
    from {{ ref('wgt_respondents') }}
    where response_status = 'eligible'
),

waves as (
    select
        survey_code,
        wave_code,
        count(*) as n_eligible,
    from eligible
    group by survey_code, wave_code
),

asked as (
    select
        eligible.wave_code,
        routes.question_code,
        count(*) as n_asked,
    from {{ ref('wgt_routes') }} as routes
    inner join eligible using (delivery_key, row_number)
    group by eligible.wave_code, routes.question_code
),

answered as (
    select
        wave_code,
        question_code,
        sum(n_answers) as n_answered,
    from {{ ref('est_answer_counts') }}
    where is_base
    group by wave_code, question_code
),

without_answer as (
    select
        eligible.wave_code,
        answers.question_code,
        count(*) filter (where answers.missing_reason = 'dont_know') as n_dont_know,
        count(*) filter (where answers.missing_reason = 'refused') as n_refused,
        count(*) filter (where answers.missing_reason = 'not_asked') as n_marked_not_asked,
    from {{ ref('stg_answers') }} as answers
    inner join eligible using (delivery_key, row_number)
    left join {{ ref('wgt_off_route') }} as off_route
        using (delivery_key, row_number, question_code)
    where
        answers.missing_reason is not null
        and off_route.row_number is null
    group by eligible.wave_code, answers.question_code
),

off_route as (
    select
        eligible.wave_code,
        off_route.question_code,
        count(*) as n_off_route,
    from {{ ref('wgt_off_route') }} as off_route
    inner join eligible using (delivery_key, row_number)
    group by eligible.wave_code, off_route.question_code
),

combined as (
    select
        waves.survey_code,
        waves.wave_code,
        questions.question_code,
        waves.n_eligible,
        waves.n_eligible - if(
            questions.routing_question_code is null, waves.n_eligible, coalesce(asked.n_asked, 0)
        ) + coalesce(without_answer.n_marked_not_asked, 0) as n_not_asked,
        coalesce(answered.n_answered, 0)::bigint as n_answered,
        coalesce(without_answer.n_dont_know, 0) as n_dont_know,
        coalesce(without_answer.n_refused, 0) as n_refused,
        coalesce(off_route.n_off_route, 0) as n_off_route,
        questions.label_nl,
        questions.label_en,
        questions.sort_order,
    from waves
    inner join {{ ref('questions') }} as questions using (survey_code)
    left join asked using (wave_code, question_code)
    left join answered using (wave_code, question_code)
    left join without_answer using (wave_code, question_code)
    left join off_route using (wave_code, question_code)
    where questions.is_reported
),

completed as (
    select
        *,
        n_eligible - n_not_asked - n_answered - n_dont_know - n_refused as n_skipped,
    from combined
)

select * from completed
