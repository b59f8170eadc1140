with described as (
    select
        segments.survey_code,
        segments.segment_code,
        segments.attribute_code,
        segments.second_attribute_code,
        segments.comparison,
        segments.attribute_code is null as is_total,
        several.attribute_code is not null or second_several.attribute_code is not null
            as is_overlapping,
        attributes.kind as attribute_kind,
        coalesce(segments.shows_kpis, false) as shows_kpis,
        coalesce(segments.is_in_banner, segments.comparison = 'pairs') as is_in_banner,
        segments.label_nl,
        segments.label_en,
        segments.sort_order,
    from {{ ref('segments') }} as segments
    left join {{ ref('attributes') }} as attributes using (survey_code, attribute_code)
    left join {{ ref('wgt_overlapping_attributes') }} as several using (survey_code, attribute_code)
    left join {{ ref('wgt_overlapping_attributes') }} as second_several
        on
            segments.survey_code = second_several.survey_code
            and segments.second_attribute_code = second_several.attribute_code
)

select * from described
order by survey_code, sort_order, segment_code
