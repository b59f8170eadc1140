{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'counted_flags') }}
),

renamed as (
    select
        delivery_key,
        survey_code,
        wave_code,
        source_code,
        flag_code,
        n_respondents,
    from source
)

select * from renamed
