{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'counted_respondents') }}
),

renamed as (
    select
        delivery_key,
        survey_code,
        wave_code,
        source_code,
        response_status,
        profile_key,
        base_weight,
        n_respondents,
    from source
)

select * from renamed
