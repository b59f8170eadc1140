{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'counted_crosstabs') }}
),

renamed as (
    select
        delivery_key,
        survey_code,
        wave_code,
        question_code,
        profile_key,
        answers,
        n_respondents,
        sum_d,
        sum_d2,
    from source
)

select * from renamed
