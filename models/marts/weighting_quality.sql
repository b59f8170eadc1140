with diagnostics as (
    select * from {{ ref('wgt_weighting_diagnostics') }}
),

-- A warning is a row of the seed flags; here stands when it applies.
warned as (
    select
        diagnostics.scheme_code,
        diagnostics.wave_code,
        diagnostics.group_value,
        string_agg(flags.label_nl, '; ' order by flags.flag_code) as warnings_nl,
        string_agg(flags.label_en, '; ' order by flags.flag_code) as warnings_en,
    from diagnostics
    inner join {{ ref('flags') }} as flags
        on
            case flags.flag_code
                when 'small_levels' then diagnostics.n_small_levels > 0
                when 'uneven_weights'
                    then diagnostics.max_g_over_median > {{ threshold('max_g_over_median') }}
                when 'large_weights' then diagnostics.n_large_weights > 0
                when 'rejected_weights' then diagnostics.n_rejected_weights > 0
                else flags.flag_code = coalesce(diagnostics.margin_flag, '')
            end
    where flags.kind = 'weighting'
    group by all
),

lonely as (
    select
        scheme_code,
        wave_code,
        count(*) filter (where n_units = 1) as n_lonely_strata,
    from {{ ref('est_strata') }}
    group by scheme_code, wave_code
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
        diagnostics.n_merges::bigint as n_merges,
        diagnostics.iterations::bigint as iterations,
        diagnostics.max_margin_error <= 1e-9 as is_converged,
        {{ rounded('diagnostics.min_weight', 'weight') }} as min_weight,
        {{ rounded('diagnostics.max_weight', 'weight') }} as max_weight,
        {{ rounded('diagnostics.mean_weight', 'weight') }} as mean_weight,
        {{ rounded('diagnostics.max_g_over_median', 'design_effect') }} as max_g_over_median,
        {{ rounded('diagnostics.n_effective', 'effective_n') }} as n_effective,
        {{ rounded('diagnostics.deff', 'design_effect') }} as deff_weights,
        case
            when not isnan(diagnostics.deff_before_bounds)
                then {{ rounded('diagnostics.deff_before_bounds', 'design_effect') }}
        end as deff_before_bounds,
        {{ few_people('diagnostics.n_at_lower') }} as n_at_lower,
        {{ few_people('diagnostics.n_at_upper') }} as n_at_upper,
        diagnostics.n_cells_at_lower::bigint as n_cells_at_lower,
        diagnostics.n_cells_at_upper::bigint as n_cells_at_upper,
        diagnostics.n_small_levels::bigint as n_small_levels,
        {{ few_people('diagnostics.n_large_weights') }} as n_large_weights,
        {{ few_people('diagnostics.n_rejected_weights') }} as n_rejected_weights,
        coalesce(lonely.n_lonely_strata, 0)::bigint as n_lonely_strata,
        warned.warnings_nl,
        warned.warnings_en,
        schemes.label_nl,
        schemes.label_en,
        schemes.is_default as is_default_scheme,
    from diagnostics
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    left join lonely using (scheme_code, wave_code)
    left join warned using (scheme_code, wave_code, group_value)
)

select * from published
order by survey_code, wave_code, weighting_scheme, group_value
