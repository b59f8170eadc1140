with attributes as (
    select * from {{ ref('attributes') }}
),

replies as (
    select
        delivery_key,
        row_number,
        question_code,
        any_value(option_code) as option_code,
        any_value(value_number) as value_number,
    from {{ ref('stg_answers') }}
    where
        missing_reason is null
        and is_selected
        and {{ is_to_build('delivery_key', 'stg_delivery_versions') }}
        and question_code in (select attributes.question_code from attributes)
    group by delivery_key, row_number, question_code
),

asked as (
    select
        respondents.delivery_key,
        respondents.row_number,
        respondents.source_code,
        attributes.survey_code,
        attributes.attribute_code,
        attributes.kind,
        attributes.question_code,
    from {{ ref('stg_respondents') }} as respondents
    inner join attributes using (survey_code)
    where {{ is_to_build('respondents.delivery_key', 'stg_delivery_versions') }}
),

leveled as (
    select
        asked.delivery_key,
        asked.row_number,
        asked.attribute_code,
        coalesce(
            case asked.kind
                when 'source' then asked.source_code
                when 'participation' then municipalities.participation
                when 'number_band' then bands.level_code
                else replies.option_code
            end,
            'unknown'
        ) as level_code,
    from asked
    left join replies using (delivery_key, row_number, question_code)
    left join {{ ref('municipalities') }} as municipalities
        on
            asked.kind = 'participation'
            and asked.survey_code = municipalities.survey_code
            and replies.option_code = municipalities.municipality_code
    left join {{ ref('attribute_levels') }} as bands
        on
            asked.kind = 'number_band'
            and asked.attribute_code = bands.attribute_code
            and replies.value_number between bands.value_from and bands.value_to
)

select * from leveled
