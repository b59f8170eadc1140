{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'counted_durations') }}
),

renamed as (
    select
        delivery_key,
        survey_code,
        wave_code,
        source_code,
        duration_seconds,
        n_respondents,
        median_seconds,
    from source
)

select * from renamed
