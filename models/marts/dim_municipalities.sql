-- Of several groupings of municipalities, the one whose segment comes first.
with groupings as (
    select
        survey_code,
        attribute_code,
    from {{ ref('est_segments') }}
    where attribute_kind = 'region_group' and second_attribute_code is null
    qualify
        row_number() over (partition by survey_code order by sort_order, attribute_code) = 1
),

municipalities as (
    select
        municipalities.survey_code,
        municipalities.municipality_code,
        municipalities.label as label_nl,
        municipalities.label as label_en,
        region_groups.level_code as group_code,
        levels.label_nl as group_label_nl,
        levels.label_en as group_label_en,
    from {{ ref('municipalities') }} as municipalities
    left join groupings using (survey_code)
    left join {{ ref('region_groups') }} as region_groups
        on
            groupings.attribute_code = region_groups.attribute_code
            and municipalities.municipality_code = region_groups.municipality_code
    left join {{ ref('attribute_levels') }} as levels
        on
            groupings.attribute_code = levels.attribute_code
            and region_groups.level_code = levels.level_code
)

select * from municipalities
order by survey_code, municipality_code
