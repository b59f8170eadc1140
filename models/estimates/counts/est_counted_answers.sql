{%- set answer = answer_columns() | join(', ') -%}
with valid_answers as (
    select * from {{ ref('est_valid_answers') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions') }}
),

found as (
    select
        delivery_key,
        survey_code,
        question_code,
        false as is_base,
        option_code,
        value_number,
    from valid_answers
    where is_selected
    union
    select
        delivery_key,
        survey_code,
        question_code,
        true as is_base,
        null as option_code,
        null as value_number,
    from valid_answers
    -- Counted elsewhere.
    union
    select
        delivery_key,
        survey_code,
        {{ answer }},
    from {{ ref('stg_counted_answers') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions', has_rows=false) }}
),

keyed as (
    select
        *,
        {{ key_of(answer_columns()) }} as answer_key,
        {{ key_of(['question_code', 'true', 'null', 'null']) }} as base_key,
    from found
)

select * from keyed
order by delivery_key, survey_code, {{ answer }}
