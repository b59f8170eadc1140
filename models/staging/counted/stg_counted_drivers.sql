{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'counted_drivers') }}
),

renamed as (
    select
        delivery_key,
        survey_code,
        driver_model_code,
        wave_code,
        profile_key,
        answers,
        n_answers,
        sum_d,
        sum_d2,
    from source
)

select * from renamed
