{{ config(materialized='view') }}

-- Factors per profile before respondents: the large join then carries one key.
with weighted as (
    select
        respondents.delivery_key,
        respondents.row_number,
        respondents.respondent_key,
        respondents.respondent_id,
        factored.survey_code,
        factored.wave_code,
        factored.scheme_code,
        factored.group_value,
        factored.cell_key,
        factored.profile_key,
        respondents.base_weight,
        factored.factor,
        factored.factor * respondents.base_weight as population_weight,
        factored.factor * respondents.base_weight / factored.mean_weight as weight,
    from {{ ref('wgt_respondents') }} as respondents
    inner join {{ ref('wgt_profile_factors') }} as factored using (wave_code, profile_key)
    where respondents.response_status = 'eligible'
)

select * from weighted
