-- What a level of an attribute is called, and where it stands: as declared, or else as the seed
-- calls what it is made of.
with named as (
    select
        attributes.survey_code,
        attributes.attribute_code,
        levels.level_code,
        levels.label_nl,
        levels.label_en,
        levels.sort_order,
        1 as priority,
    from {{ ref('attributes') }} as attributes
    inner join {{ ref('attribute_levels') }} as levels using (attribute_code)
    union all
    select
        attributes.survey_code,
        attributes.attribute_code,
        options.option_code as level_code,
        options.label_nl,
        options.label_en,
        options.sort_order,
        2 as priority,
    from {{ ref('attributes') }} as attributes
    inner join {{ ref('questions') }} using (question_code, survey_code)
    inner join {{ ref('stg_options') }} as options using (option_set_code)
    where attributes.kind = 'question'
    union all
    select
        attributes.survey_code,
        attributes.attribute_code,
        municipalities.municipality_code as level_code,
        municipalities.label as label_nl,
        municipalities.label as label_en,
        municipalities.municipality_number as sort_order,
        3 as priority,
    from {{ ref('attributes') }} as attributes
    inner join {{ ref('municipalities') }} as municipalities using (survey_code)
    where attributes.kind = 'region'
    union all
    select
        attributes.survey_code,
        attributes.attribute_code,
        sources.source_code as level_code,
        sources.label_nl,
        sources.label_en,
        sources.sort_order,
        3 as priority,
    from {{ ref('attributes') }} as attributes
    inner join {{ ref('sources') }} as sources using (survey_code)
    where attributes.kind = 'source'
),

first_named as (
    select * exclude (priority)
    from named
    qualify
        row_number() over (
            partition by survey_code, attribute_code, level_code order by priority
        ) = 1
)

select * from first_named
order by all
