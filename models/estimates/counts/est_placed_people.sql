{{ config(materialized='view') }}

with eligible as (
    select
        delivery_key,
        row_number,
        wave_code,
        survey_code,
        profile_key,
    from {{ ref('wgt_respondents') }}
    where response_status = 'eligible'
),

-- Everybody in the profile, and beside it who is in each group of its answers.
placed as (
    select
        *,
        null as attribute_code,
        null as level_code,
        null as second_level_code,
    from eligible
    union all by name
    select
        eligible.*,
        parts.attribute_code,
        parts.level_code,
        parts.second_level_code,
    from eligible
    inner join {{ ref('wgt_respondent_parts') }} as parts using (delivery_key, row_number)
),

keyed as (
    select
        *,
        {{ key_of(people_columns()) }} as people_key,
    from placed
)

select * from keyed
