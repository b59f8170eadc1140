with found as (
    select distinct
        survey_code,
        segment_code,
        segment_value,
        second_segment_value,
    from {{ ref('est_profile_segments') }}
),

labelled as (
    select
        found.survey_code,
        found.segment_code,
        found.segment_value,
        found.second_segment_value,
        segments.label_nl as segment_label_nl,
        segments.label_en as segment_label_en,
        segments.comparison,
        {% for language in ['nl', 'en'] -%}
            if(
                segments.is_total,
                segments.label_{{ language }},
                concat_ws(
                    ', ',
                    coalesce(firsts.label_{{ language }}, found.segment_value),
                    coalesce(seconds.label_{{ language }}, found.second_segment_value)
                )
            ) as label_{{ language }},
        {% endfor -%}
        row_number() over (
            order by
                found.survey_code, segments.sort_order, segments.segment_code,
                coalesce(firsts.sort_order, 100000), found.segment_value,
                coalesce(seconds.sort_order, 100000), found.second_segment_value
        ) as sort_order,
    from found
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    left join {{ ref('est_level_labels') }} as firsts
        on
            found.survey_code = firsts.survey_code
            and segments.attribute_code = firsts.attribute_code
            and found.segment_value = firsts.level_code
    left join {{ ref('est_level_labels') }} as seconds
        on
            found.survey_code = seconds.survey_code
            and segments.second_attribute_code = seconds.attribute_code
            and found.second_segment_value = seconds.level_code
),

-- More groups than letters are compared with the total only.
lettered as (
    select
        *,
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
