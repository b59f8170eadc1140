-- Weights of a group sum to the population of its margins, or to its base weights when these are
-- shares; 1e-9 is relative.
with given as (
    select
        scheme_code,
        wave_code,
        group_value,
        sum(total) / count(distinct attribute_code) as population,
    from {{ ref('wgt_targets') }}
    group by scheme_code, wave_code, group_value
),

base as (
    select
        scheme_code,
        wave_code,
        group_value,
        sum(cells.sum_d) as base_weighted,
        max(factors.margin_flag) as margin_flag,
    from {{ ref('wgt_raking_cells') }} as cells
    inner join {{ ref('wgt_raking_factors') }} as factors
        using (scheme_code, wave_code, group_value, cell_key)
    group by scheme_code, wave_code, group_value
),

targets as (
    select
        given.* exclude (population),
        if(base.margin_flag is null, given.population, base.base_weighted) as population,
    from given
    inner join base using (scheme_code, wave_code, group_value)
),

weights as (
    select
        scheme_code,
        wave_code,
        group_value,
        sum(n_respondents * population_weight) as population,
    from {{ ref('wgt_weight_counts') }}
    group by scheme_code, wave_code, group_value
)

select
    targets.*,
    weights.population as weighted,
from targets
inner join weights using (scheme_code, wave_code, group_value)
where abs(weights.population - targets.population) > 1e-9 * targets.population
