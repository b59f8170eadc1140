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

-- Everybody who lives there, by the register that landed with the latest wave of any survey.
residents as (
    select
        population.municipality_code,
        sum(population.n_residents) as population,
    from {{ ref('stg_population') }} as population
    inner join {{ ref('waves') }} as waves using (survey_code, wave_code)
    group by population.survey_code, population.municipality_code, waves.fieldwork_start
    qualify
        row_number() over (
            partition by population.municipality_code
            order by waves.fieldwork_start desc, population.survey_code asc
        ) = 1
),

municipalities as (
    select
        municipalities.survey_code,
        municipalities.municipality_code,
        municipalities.label as label_nl,
        municipalities.label as label_en,
        municipalities.province,
        residents.population,
        size_classes.size_class_code,
        size_classes.label_nl as size_class_label_nl,
        size_classes.label_en as size_class_label_en,
        region_groups.level_code as group_code,
        levels.label_nl as group_label_nl,
        levels.label_en as group_label_en,
    from {{ ref('municipalities') }} as municipalities
    left join residents using (municipality_code)
    left join {{ ref('size_classes') }} as size_classes
        on
            residents.population >= size_classes.residents_from
            and (
                size_classes.residents_to is null
                or residents.population < size_classes.residents_to + 1
            )
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
