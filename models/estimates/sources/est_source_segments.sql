{{ config(materialized='view') }}

-- The segment whose groups are sources, in the default scheme: it says which figures of a source
-- may be seen.
with segments as (
    select
        segments.survey_code,
        schemes.scheme_code,
        segments.segment_code,
        segments.attribute_code,
    from {{ ref('est_segments') }} as segments
    inner join {{ ref('weighting_schemes') }} as schemes using (survey_code)
    inner join {{ ref('wgt_scheme_segments') }} using (scheme_code, segment_code)
    where
        segments.attribute_kind = 'source'
        and segments.second_attribute_code is null
        and schemes.is_default
    qualify
        row_number() over (
            partition by segments.survey_code order by segments.sort_order, segments.segment_code
        ) = 1
)

select * from segments
