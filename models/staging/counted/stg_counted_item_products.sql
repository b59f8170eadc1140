{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'counted_item_products') }}
),

renamed as (
    select
        delivery_key,
        survey_code,
        wave_code,
        profile_key,
        question_code,
        item_a,
        item_b,
        n_answers,
        sum_d,
        sum_da,
        sum_db,
        sum_dab,
    from source
)

select * from renamed
