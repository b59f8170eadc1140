with weights as (
    select
        scheme_code,
        wave_code,
        survey_code,
        group_value,
        count(*) as n_respondents,
        count(distinct cell_key) as n_cells,
        min(weight) as min_weight,
        max(weight) as max_weight,
        favg(weight) as mean_weight,
        median(weight) as median_weight,
        fsum(population_weight) as population,
        {{ kish_effective_n('fsum(weight)', 'fsum(weight * weight)') }} as n_effective,
    from {{ ref('wgt_respondent_weights') }}
    group by scheme_code, wave_code, survey_code, group_value
),

raking as (
    select
        scheme_code,
        wave_code,
        group_value,
        max(iterations) as iterations,
        max(max_margin_error) as max_margin_error,
        max(n_cells_at_lower) as n_cells_at_lower,
        max(n_cells_at_upper) as n_cells_at_upper,
    from {{ ref('wgt_raking_factors') }}
    group by scheme_code, wave_code, group_value
),

joined as (
    select
        weights.*,
        weights.n_respondents / weights.n_effective as deff,
        raking.iterations,
        raking.max_margin_error,
        raking.n_cells_at_lower,
        raking.n_cells_at_upper,
    from weights
    inner join raking using (scheme_code, wave_code, group_value)
)

select * from joined
