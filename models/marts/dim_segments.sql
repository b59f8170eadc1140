with found as (
    select distinct
        survey_code,
        segment_code,
        segment_value,
    from {{ ref('est_profile_segments') }}
),

labelled as (
    select
        found.survey_code,
        found.segment_code,
        found.segment_value,
        segments.label_nl as segment_label_nl,
        segments.label_en as segment_label_en,
        segments.comparison,
        case
            when found.segment_value = 'total' then segments.label_nl
            else coalesce(levels.label_nl, municipalities.label, found.segment_value)
        end as label_nl,
        case
            when found.segment_value = 'total' then segments.label_en
            else coalesce(levels.label_en, municipalities.label, found.segment_value)
        end as label_en,
        row_number() over (
            order by
                found.survey_code, segments.sort_order,
                coalesce(levels.sort_order, municipalities.municipality_number, 100000),
                found.segment_value
        ) as sort_order,
    from found
    inner join {{ ref('segments') }} as segments using (survey_code, segment_code)
    left join {{ ref('attribute_levels') }} as levels
        on
            segments.attribute_code = levels.attribute_code
            and segments.second_attribute_code is null
            and found.segment_value = levels.level_code
    left join {{ ref('municipalities') }} as municipalities
        on
            found.survey_code = municipalities.survey_code
            and found.segment_value = municipalities.municipality_code
),

-- More groups than letters are compared with the total only.
lettered as (
    select
        * exclude (comparison),
        if(
            comparison = 'pairs' and count(*) over (partition by survey_code, segment_code) <= 26,
            chr((64 + row_number() over (
                partition by survey_code, segment_code order by sort_order
            ))::integer),
            null
        ) as letter,
    from labelled
)

select * from lettered
order by sort_order
