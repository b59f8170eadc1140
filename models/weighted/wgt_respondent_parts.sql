{{ config(materialized='view') }}

with levels as (
    select
        placed.delivery_key,
        placed.row_number,
        placed.attribute_code,
        placed.level_code,
    from {{ ref('wgt_respondent_attributes') }} as placed
    inner join {{ ref('attributes') }} as attributes using (attribute_code)
    anti join {{ ref('wgt_off_route') }} as closed
        on
            placed.delivery_key = closed.delivery_key
            and placed.row_number = closed.row_number
            and attributes.question_code = closed.question_code
    where attributes.is_segment_only and placed.level_code != 'unknown'
),

compared as (
    select
        survey_code,
        segment_code,
    from {{ ref('segments') }}
    where comparison = 'pairs'
    union
    select
        survey_code,
        unnest([segment_code_a, segment_code_b]) as segment_code,
    from {{ ref('segment_pairs') }}
),

compared_attributes as (
    select unnest([segments.attribute_code, segments.second_attribute_code]) as attribute_code
    from {{ ref('segments') }} as segments
    inner join compared using (survey_code, segment_code)
),

-- Who gave two answers is in two groups: what those have in common is counted as well, where one is
-- compared with another.
parts as (
    select
        *,
        null as second_level_code,
    from levels
    union all
    select
        a.*,
        b.level_code as second_level_code,
    from levels as a
    inner join levels as b using (delivery_key, row_number, attribute_code)
    where
        a.level_code < b.level_code
        and attribute_code in (select attribute_code from compared_attributes)
)

select * from parts
