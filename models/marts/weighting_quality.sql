with diagnostics as (
    select * from {{ ref('wgt_weighting_diagnostics') }}
),

published as (
    select
        diagnostics.survey_code,
        diagnostics.wave_code,
        diagnostics.scheme_code as weighting_scheme,
        diagnostics.group_value,
        diagnostics.n_respondents::bigint as n_respondents,
        round(diagnostics.population, 6) as population,
        diagnostics.n_cells::bigint as n_cells,
        diagnostics.iterations::bigint as iterations,
        diagnostics.max_margin_error <= 1e-9 as is_converged,
        round(diagnostics.min_weight, 12) as min_weight,
        round(diagnostics.max_weight, 12) as max_weight,
        round(diagnostics.mean_weight, 12) as mean_weight,
        round(diagnostics.n_effective, 6) as n_effective,
        round(diagnostics.deff, 9) as deff,
        diagnostics.n_cells_at_lower::bigint as n_cells_at_lower,
        diagnostics.n_cells_at_upper::bigint as n_cells_at_upper,
        schemes.label_nl,
        schemes.label_en,
        schemes.is_default as is_default_scheme,
    from diagnostics
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
)

select * from published
order by survey_code, wave_code, weighting_scheme, group_value
