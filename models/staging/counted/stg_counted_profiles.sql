{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'counted_profiles') }}
),

renamed as (
    select
        delivery_key,
        survey_code,
        wave_code,
        profile_key,
        attribute_code,
        level_code,
    from source
)

select * from renamed
