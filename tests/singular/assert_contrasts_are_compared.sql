-- A contrast whose levels do not exist, are the same, or whose attribute is no segment compared in
-- pairs, would be silently absent from every table.
with declared as (
    {{ declared_levels() }}
),

compared as (
    select
        survey_code,
        attribute_code,
    from {{ ref('segments') }}
    where second_attribute_code is null and comparison = 'pairs'
)

select contrasts.*
from {{ ref('contrasts') }} as contrasts
left join declared as comparison_level
    on
        contrasts.attribute_code = comparison_level.attribute_code
        and contrasts.comparison_level_code = comparison_level.level_code
left join declared as reference_level
    on
        contrasts.attribute_code = reference_level.attribute_code
        and contrasts.reference_level_code = reference_level.level_code
left join compared
    on
        contrasts.survey_code = compared.survey_code
        and contrasts.attribute_code = compared.attribute_code
where
    comparison_level.level_code is null
    or reference_level.level_code is null
    or contrasts.comparison_level_code = contrasts.reference_level_code
    or compared.attribute_code is null
