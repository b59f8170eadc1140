with attributes as (
    select
        attributes.*,
        overlapping.attribute_code is not null as has_several_answers,
    from {{ ref('attributes') }} as attributes
    left join {{ ref('wgt_overlapping_attributes') }} as overlapping
        using (attribute_code, survey_code)
),

-- Of a question with several answers every answer that was given places the respondent.
replies as (
    select
        answers.delivery_key,
        answers.row_number,
        answers.question_code,
        any_value(answers.option_code) as option_code,
        any_value(answers.value_number) as value_number,
    from {{ ref('stg_answers') }} as answers
    inner join (
        select
            question_code,
            bool_or(has_several_answers) as has_several_answers,
        from attributes
        group by question_code
    ) as asked using (question_code)
    where
        answers.missing_reason is null
        and answers.is_selected
        and {{ is_to_build('answers.delivery_key', 'stg_delivery_versions') }}
    group by
        answers.delivery_key, answers.row_number, answers.question_code,
        if(asked.has_several_answers, answers.option_code, null)
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
        -- Keys of their own: a join on what only the one side says compares every row with every
        -- other.
        if(attributes.kind = 'region_group', attributes.attribute_code, null) as grouping_code,
        if(attributes.kind = 'number_band', attributes.attribute_code, null) as banded_code,
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
                when 'region_group' then region_groups.level_code
                when 'number_band' then bands.level_code
                else replies.option_code
            end,
            'unknown'
        ) as level_code,
    from asked
    left join replies using (delivery_key, row_number, question_code)
    left join {{ ref('region_groups') }} as region_groups
        on
            asked.grouping_code = region_groups.attribute_code
            and replies.option_code = region_groups.municipality_code
    left join {{ ref('attribute_levels') }} as bands
        on
            asked.banded_code = bands.attribute_code
            and replies.value_number between bands.value_from and bands.value_to
)

select * from leveled
