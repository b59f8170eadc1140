{{ config(materialized='view') }}

with flagged as (
    select
        delivery_key,
        row_number,
        rule_code as flag_code,
    from {{ ref('wgt_response_flags') }}
    union
    select
        delivery_key,
        row_number,
        'off_route' as flag_code,
    from {{ ref('wgt_off_route') }}
    union
    select
        delivery_key,
        row_number,
        'rejected_value' as flag_code,
    from {{ ref('stg_rejected_values') }}
),

counted as (
    select
        respondents.delivery_key,
        respondents.survey_code,
        respondents.wave_code,
        respondents.source_code,
        flagged.flag_code,
        count(*) as n_respondents,
    from flagged
    inner join {{ ref('wgt_respondents') }} as respondents using (delivery_key, row_number)
    group by
        respondents.delivery_key, respondents.survey_code, respondents.wave_code,
        respondents.source_code, flagged.flag_code
),

unioned as (
    select * from counted
    union all by name
    select * from {{ ref('stg_counted_flags') }}
)

select * from unioned
