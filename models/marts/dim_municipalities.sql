with municipalities as (
    select
        municipalities.survey_code,
        municipalities.municipality_code,
        municipalities.label as label_nl,
        municipalities.label as label_en,
        municipalities.participation,
        levels.label_nl as participation_label_nl,
        levels.label_en as participation_label_en,
    from {{ ref('municipalities') }} as municipalities
    left join {{ ref('attributes') }} as attributes
        on
            municipalities.survey_code = attributes.survey_code
            and attributes.kind = 'participation'
    left join {{ ref('attribute_levels') }} as levels
        on
            attributes.attribute_code = levels.attribute_code
            and municipalities.participation = levels.level_code
)

select * from municipalities
order by survey_code, municipality_code
