{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'counted_items') }}
),

renamed as (
    select
        delivery_key,
        survey_code,
        wave_code,
        question_code,
        n_asked,
        n_dont_know,
        n_refused,
        n_marked_not_asked,
        n_off_route,
    from source
)

select * from renamed
