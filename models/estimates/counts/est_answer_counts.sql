{{ config(materialized='view') }}

with people as (
    select distinct * exclude (delivery_key) from {{ ref('est_counted_people') }}
),

answers as (
    select distinct * exclude (delivery_key, survey_code) from {{ ref('est_counted_answers') }}
),

named as (
    select
        counts.delivery_key,
        {% for column in people_columns() -%}
            people.{{ column }},
        {% endfor -%}
        {% for column in answer_columns() -%}
            answers.{{ column }},
        {% endfor -%}
        counts.n_answers,
        counts.sum_d,
        counts.sum_d2,
    from {{ ref('est_people_counts') }} as counts
    inner join people using (people_key)
    inner join answers using (answer_key)
)

select * from named
