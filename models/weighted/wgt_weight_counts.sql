{{ config(materialized='view') }}

with weighted as (
    select
        factored.survey_code,
        factored.wave_code,
        factored.scheme_code,
        factored.group_value,
        factored.cell_key,
        factored.profile_key,
        counts.base_weight,
        factored.factor,
        factored.factor * counts.base_weight as population_weight,
        factored.factor * counts.base_weight / factored.mean_weight as weight,
        sum(counts.n_respondents)::bigint as n_respondents,
    from {{ ref('wgt_respondent_counts') }} as counts
    inner join {{ ref('wgt_profile_factors') }} as factored using (wave_code, profile_key)
    where counts.response_status = 'eligible'
    group by all
)

select * from weighted
