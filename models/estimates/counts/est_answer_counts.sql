{%- set place = (
    'wave_code, survey_code, profile_key, attribute_code, level_code, second_level_code, '
    'question_code'
) -%}
with valid_answers as (
    select * from {{ ref('est_valid_answers') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions') }}
),

with_several as (
    {{ questions_with_several() }}
),

answered as (
    select distinct
        * exclude (option_code, value_number, is_selected),
        true as is_base,
    from valid_answers
    where question_code in (select with_several.question_code from with_several)
),

-- Each answer, and where a question has several each person once.
countable as (
    select
        *,
        false as is_base,
    from valid_answers
    where is_selected
    union all by name
    select * from answered
),

-- Everybody in the profile, and beside it who is in each group of its answers.
placed as (
    select
        *,
        null as attribute_code,
        null as level_code,
        null as second_level_code,
    from countable
    union all by name
    select
        countable.*,
        parts.attribute_code,
        parts.level_code,
        parts.second_level_code,
    from countable
    inner join {{ ref('wgt_respondent_parts') }} as parts using (delivery_key, row_number)
),

given as (
    select
        delivery_key,
        {{ place }},
        is_base,
        option_code,
        value_number,
        count(*) as n_answers,
        fsum(base_weight) as sum_d,
        fsum(base_weight * base_weight) as sum_d2,
    from placed
    group by delivery_key, {{ place }}, is_base, option_code, value_number
),

bases as (
    select
        delivery_key,
        {{ place }},
        sum(n_answers)::bigint as n_answers,
        fsum(sum_d) as sum_d,
        fsum(sum_d2) as sum_d2,
    from given
    where question_code not in (select with_several.question_code from with_several)
    group by delivery_key, {{ place }}
),

counted as (
    select * from given
    union all by name
    select
        *,
        true as is_base,
        null as option_code,
        null as value_number,
    from bases
    -- Counted elsewhere.
    union all by name
    select * from {{ ref('stg_counted_answers') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions', has_rows=false) }}
)

-- By what tells the rows apart: an order of all columns takes longer than the counting.
select * from counted
order by delivery_key, {{ place }}, is_base, option_code, value_number
