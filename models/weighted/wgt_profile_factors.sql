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
)

select * from factored
