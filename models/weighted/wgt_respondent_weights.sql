{{ config(materialized='view') }}

with averaged as (
    select
        scheme_code,
        wave_code,
        group_value,
        fsum(factors.factor * cells.sum_d) / sum(cells.n_respondents) as mean_weight,
    from {{ ref('wgt_raking_cells') }} as cells
    inner join {{ ref('wgt_raking_factors') }} as factors
        using (scheme_code, wave_code, group_value, cell_key)
    group by scheme_code, wave_code, group_value
),

-- Factors per profile before respondents: the large join then carries one key.
factored as (
    select
        cells.survey_code,
        cells.wave_code,
        cells.scheme_code,
        cells.group_value,
        cells.cell_key,
        cells.profile_key,
        factors.factor,
        averaged.mean_weight,
    from {{ ref('wgt_profile_cells') }} as cells
    inner join {{ ref('wgt_raking_factors') }} as factors
        using (scheme_code, wave_code, group_value, cell_key)
    inner join averaged using (scheme_code, wave_code, group_value)
),

weighted as (
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
    inner join factored using (wave_code, profile_key)
    where respondents.response_status = 'eligible'
)

select * from weighted
