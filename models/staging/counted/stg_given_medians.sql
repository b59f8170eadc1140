{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'given_medians') }}
),

renamed as (
    select
        wave_code,
        source_code,
        median_seconds,
    from source
)

select * from renamed
