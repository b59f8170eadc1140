{{ config(materialized='view') }}

with declared as (
    select
        *,
        false as is_distribution,
    from {{ ref('est_measures') }}
),

answers as (
    select
        *,
        true as is_distribution,
    from {{ ref('est_answer_values') }}
)

select * from declared
union all by name
select * from answers
