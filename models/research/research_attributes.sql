with leveled as (
    select
        respondents.survey_code,
        respondents.wave_code,
        respondents.respondent_key,
        attributes.attribute_code,
        attributes.level_code,
    from {{ ref('wgt_respondents') }} as respondents
    inner join {{ ref('wgt_respondent_attributes') }} as attributes
        using (delivery_key, row_number)
    where
        respondents.response_status = 'eligible'
        -- A question with several answers stands among the answers.
        and attributes.attribute_code not in (
            select overlapping.attribute_code
            from {{ ref('wgt_overlapping_attributes') }} as overlapping
        )
)

select * from leveled
