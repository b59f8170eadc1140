with raked as (
    select
        respondents.delivery_key,
        respondents.row_number,
        respondents.respondent_key,
        respondents.respondent_id,
        cells.survey_code,
        cells.wave_code,
        cells.scheme_code,
        cells.group_value,
        cells.cell_key,
        cells.profile_key,
        respondents.base_weight,
        factors.factor,
        factors.factor * respondents.base_weight as population_weight,
    from {{ ref('wgt_respondents') }} as respondents
    inner join {{ ref('wgt_profile_cells') }} as cells using (wave_code, profile_key)
    inner join {{ ref('wgt_raking_factors') }} as factors
        using (scheme_code, wave_code, group_value, cell_key)
    where respondents.response_status = 'eligible'
),

averaged as (
    select
        scheme_code,
        wave_code,
        group_value,
        favg(population_weight) as mean_weight,
    from raked
    group by scheme_code, wave_code, group_value
),

scaled as (
    select
        raked.*,
        raked.population_weight / averaged.mean_weight as weight,
    from raked
    inner join averaged using (scheme_code, wave_code, group_value)
)

select * from scaled
