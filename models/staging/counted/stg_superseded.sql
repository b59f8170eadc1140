{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'superseded') }}
),

renamed as (
    select
        delivery_key,
        row_number,
    from source
)

select * from renamed
