with ranked as (
    select
        *,
        sum(n_respondents) over (
            partition by scheme_code, wave_code, group_value order by weight
        ) as n_up_to,
        sum(n_respondents) over (
            partition by scheme_code, wave_code, group_value order by factor
        ) as n_up_to_factor,
        sum(n_respondents) over (partition by scheme_code, wave_code, group_value) as n_all,
    from {{ ref('wgt_weight_counts') }}
),

weights as (
    select
        scheme_code,
        wave_code,
        survey_code,
        group_value,
        sum(n_respondents)::bigint as n_respondents,
        count(distinct cell_key) as n_cells,
        min(weight) as min_weight,
        max(weight) as max_weight,
        fsum(n_respondents * weight) / sum(n_respondents) as mean_weight,
        {{ median_of_counts('weight', 'n_up_to', 'n_all') }} as median_weight,
        max(factor) / {{ median_of_counts('factor', 'n_up_to_factor', 'n_all') }}
            as max_g_over_median,
        coalesce(
            sum(n_respondents) filter (where weight > {{ threshold('max_weight') }}), 0
        )::bigint as n_large_weights,
        coalesce(
            sum(n_respondents) filter (where weight >= {{ threshold('reject_weight') }}), 0
        )::bigint as n_rejected_weights,
        fsum(n_respondents * population_weight) as population,
        {{
            kish_effective_n(
                'fsum(n_respondents * weight)', 'fsum(n_respondents * weight * weight)'
            )
        }} as n_effective,
    from ranked
    group by scheme_code, wave_code, survey_code, group_value
),

cell_counts as (
    select
        scheme_code,
        wave_code,
        group_value,
        cell_key,
        sum(n_respondents)::bigint as n_respondents,
    from {{ ref('wgt_raking_cells') }}
    group by scheme_code, wave_code, group_value, cell_key
),

raking as (
    select
        scheme_code,
        wave_code,
        group_value,
        max(factors.iterations) as iterations,
        max(factors.max_margin_error) as max_margin_error,
        max(factors.deff_before_bounds) as deff_before_bounds,
        max(factors.margin_flag)::varchar as margin_flag,
        coalesce(sum(cells.n_respondents) filter (where factors.is_at_lower), 0) as n_at_lower,
        coalesce(sum(cells.n_respondents) filter (where factors.is_at_upper), 0) as n_at_upper,
        count(*) filter (where factors.is_at_lower) as n_cells_at_lower,
        count(*) filter (where factors.is_at_upper) as n_cells_at_upper,
    from {{ ref('wgt_raking_factors') }} as factors
    inner join cell_counts as cells using (scheme_code, wave_code, group_value, cell_key)
    group by scheme_code, wave_code, group_value
),

levels as (
    select
        levels.scheme_code,
        levels.wave_code,
        levels.group_value,
        count(*) filter (
            where
            levels.population is not null
            and levels.n_respondents
            < coalesce(schemes.min_level_n, {{ threshold('min_level_n') }})
        ) as n_small_levels,
    from {{ ref('wgt_weighting_levels') }} as levels
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
    group by levels.scheme_code, levels.wave_code, levels.group_value
),

moved as (
    select
        scheme_code,
        wave_code,
        if(attribute_code is null, into_code, group_value) as group_value,
        count(*) as n_merges,
    from {{ ref('wgt_merges') }}
    group by all
),

joined as (
    select
        weights.*,
        weights.n_respondents / weights.n_effective as deff,
        raking.* exclude (scheme_code, wave_code, group_value),
        coalesce(levels.n_small_levels, 0) as n_small_levels,
        coalesce(moved.n_merges, 0) as n_merges,
    from weights
    inner join raking using (scheme_code, wave_code, group_value)
    left join levels using (scheme_code, wave_code, group_value)
    left join moved using (scheme_code, wave_code, group_value)
)

select * from joined
order by all
