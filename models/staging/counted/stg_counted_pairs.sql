{{ config(materialized='view') }}

with source as (
    select * from {{ source('raw', 'counted_pairs') }}
),

renamed as (
    select
        delivery_key,
        wave_code,
        profile_key,
        attribute_code,
        level_code,
        answer_pair_code,
        n_both,
        sum_d2,
        sum_d2_a,
        sum_d2_b,
        sum_d2_ab,
    from source
)

select * from renamed
