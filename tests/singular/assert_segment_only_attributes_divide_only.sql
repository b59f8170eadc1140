-- An attribute that only divides figures is not in the profile: weights, contrasts, the change of
-- one person and what two such attributes have in common would be made without it. Leave
-- is_segment_only empty for what is returned here.
with beside as (
    select attributes.*
    from {{ ref('attributes') }} as attributes
    where attributes.is_segment_only
),

used as (
    select
        'weighting_variables' as seed_name,
        scheme_code as code,
        unnest([attribute_code, second_attribute_code]) as attribute_code,
    from {{ ref('weighting_variables') }}
    union all
    select
        'weighting_schemes' as seed_name,
        scheme_code as code,
        unnest([group_attribute_code, stratum_attribute_code, cluster_attribute_code])
            as attribute_code,
    from {{ ref('weighting_schemes') }}
    union all
    select
        'contrasts' as seed_name,
        contrast_code as code,
        attribute_code,
    from {{ ref('contrasts') }}
    union all
    select
        'population_codes' as seed_name,
        population_value as code,
        attribute_code,
    from {{ ref('population_codes') }}
    union all
    select
        'segments, crossed with another one' as seed_name,
        segments.segment_code as code,
        segments.attribute_code,
    from {{ ref('segments') }} as segments
    inner join beside on segments.second_attribute_code = beside.attribute_code
),

divided as (
    select
        segments.survey_code,
        segments.segment_code,
        beside.attribute_code,
    from {{ ref('segments') }} as segments
    inner join beside
        on
            segments.survey_code = beside.survey_code
            and beside.attribute_code in (segments.attribute_code, segments.second_attribute_code)
),

paired as (
    select
        'segment_pairs, with another one' as seed_name,
        pairs.segment_pair_code as code,
        a.attribute_code,
    from {{ ref('segment_pairs') }} as pairs
    inner join divided as a
        on pairs.survey_code = a.survey_code and pairs.segment_code_a = a.segment_code
    inner join divided as b
        on pairs.survey_code = b.survey_code and pairs.segment_code_b = b.segment_code
    where a.attribute_code != b.attribute_code
),

other_kinds as (
    select
        'attributes: no answers to one reported question' as seed_name,
        beside.attribute_code as code,
        beside.attribute_code,
    from beside
    left join {{ ref('questions') }} as questions using (survey_code, question_code)
    where beside.kind != 'question' or not coalesce(questions.is_reported, false)
),

followed as (
    select distinct
        'sources: people are followed over waves' as seed_name,
        panels.survey_code as code,
        beside.attribute_code,
    from beside
    inner join {{ ref('est_wave_pairs') }} as panels using (survey_code)
    where panels.is_panel
),

unioned as (
    select * from used
    union all
    select * from paired
    union all
    select * from other_kinds
    union all
    select * from followed
)

select distinct unioned.*
from unioned
inner join beside using (attribute_code)
order by all
