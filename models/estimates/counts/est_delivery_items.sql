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

given as (
    select
        delivery_key,
        row_number,
        question_code,
        'asked' as item,
    from {{ ref('wgt_routes') }}
    union all
    select
        answers.delivery_key,
        answers.row_number,
        answers.question_code,
        answers.missing_reason as item,
    from {{ ref('stg_answers') }} as answers
    left join {{ ref('wgt_off_route') }} as off_route
        using (delivery_key, row_number, question_code)
    where
        answers.missing_reason is not null
        and off_route.row_number is null
    union all
    select
        delivery_key,
        row_number,
        question_code,
        'off_route' as item,
    from {{ ref('wgt_off_route') }}
),

counted as (
    select
        eligible.delivery_key,
        eligible.survey_code,
        eligible.wave_code,
        given.question_code,
        count(*) filter (where given.item = 'asked') as n_asked,
        count(*) filter (where given.item = 'dont_know') as n_dont_know,
        count(*) filter (where given.item = 'refused') as n_refused,
        count(*) filter (where given.item = 'not_asked') as n_marked_not_asked,
        count(*) filter (where given.item = 'off_route') as n_off_route,
    from given
    inner join eligible using (delivery_key, row_number)
    group by
        eligible.delivery_key, eligible.survey_code, eligible.wave_code, given.question_code
),

unioned as (
    select * from counted
    union all by name
    select * from {{ ref('stg_counted_items') }}
)

select * from unioned
