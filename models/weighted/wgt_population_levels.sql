with leveled as (
    select
        population.delivery_key,
        population.row_number,
        population.survey_code,
        population.wave_code,
        population.n_residents,
        attributes.attribute_code,
        attributes.kind,
        case attributes.kind
            when 'region' then municipalities.municipality_code
            when 'region_group' then region_groups.level_code
            when 'number_band' then bands.level_code
            when 'question' then codes.level_code
        end as level_code,
    from {{ ref('stg_population') }} as population
    inner join {{ ref('attributes') }} as attributes using (survey_code)
    left join {{ ref('municipalities') }} as municipalities using (municipality_code, survey_code)
    left join {{ ref('region_groups') }} as region_groups
        on
            attributes.attribute_code = region_groups.attribute_code
            and population.municipality_code = region_groups.municipality_code
    left join {{ ref('attribute_levels') }} as bands
        on
            attributes.kind = 'number_band'
            and attributes.attribute_code = bands.attribute_code
            and population.age between bands.value_from and bands.value_to
    left join {{ ref('population_codes') }} as codes
        on
            attributes.attribute_code = codes.attribute_code
            and population.gender_code = codes.population_value
)

select * from leveled
