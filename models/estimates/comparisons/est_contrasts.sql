with contrasts as (
    select
        contrasts.survey_code,
        contrasts.contrast_code,
        segments.segment_code,
        contrasts.attribute_code,
        contrasts.comparison_level_code,
        contrasts.reference_level_code,
        contrasts.label_nl,
        contrasts.label_en,
        contrasts.sort_order,
    from {{ ref('contrasts') }} as contrasts
    inner join {{ ref('segments') }} as segments using (survey_code, attribute_code)
    where segments.second_attribute_code is null
),

-- The first contrast of a survey is the one that KPIs show.
ranked as (
    select
        *,
        row_number() over (partition by survey_code order by sort_order, contrast_code) = 1
            as is_first,
    from contrasts
)

select * from ranked
order by survey_code, sort_order, contrast_code
