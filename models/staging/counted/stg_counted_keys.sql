{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'counted_keys') }}
),

renamed as (
    select
        delivery_key,
        row_number,
        wave_code,
        respondent_key,
        is_test,
        is_complete,
        source_priority,
        submitted_at,
        is_duplicate,
    from source
)

select * from renamed
