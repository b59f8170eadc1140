with counting as (
    select
        survey_code,
        wave_code,
        respondent_key,
        base_weight,
    from {{ ref('wgt_respondents') }}
    where response_status = 'eligible'
)

select * from counting
