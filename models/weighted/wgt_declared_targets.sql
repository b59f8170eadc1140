{{ config(materialized='view') }}

with declared as (
    select
        variables.scheme_code,
        margins.wave_code,
        coalesce(margins.group_value, 'all') as group_value,
        concat_ws(' × ', margins.attribute_code, margins.second_attribute_code) as attribute_code,
        concat_ws(' × ', margins.level_code, margins.second_level_code) as level_code,
        margins.attribute_code as first_attribute_code,
        margins.second_attribute_code,
        margins.level_code as first_level_code,
        margins.second_level_code,
        margins.total,
        variables.target_source = 'seed_distribution' as is_distribution,
    from {{ ref('weighting_margins') }} as margins
    inner join {{ ref('weighting_variables') }} as variables
        on
            margins.attribute_code = variables.attribute_code
            and margins.second_attribute_code is not distinct from variables.second_attribute_code
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
    where
        variables.target_source != 'population'
        and (margins.group_value is null) = (schemes.group_attribute_code is null)
)

select * from declared
