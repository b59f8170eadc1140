{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'counted_answers') }}
),

renamed as (
    select
        delivery_key,
        survey_code,
        wave_code,
        profile_key,
        attribute_code,
        level_code,
        second_level_code,
        question_code,
        is_base,
        option_code,
        value_number,
        n_answers,
        sum_d,
        sum_d2,
    from source
)

select * from renamed
