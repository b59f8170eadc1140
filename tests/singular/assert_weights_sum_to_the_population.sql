-- Weights of a group sum to the population of its margins; 1e-9 is relative.
with targets as (
    select
        scheme_code,
        wave_code,
        group_value,
        sum(total) / count(distinct attribute_code) as population,
    from {{ ref('wgt_targets') }}
    group by scheme_code, wave_code, group_value
),

weights as (
    select
        scheme_code,
        wave_code,
        group_value,
        sum(population_weight) as population,
    from {{ ref('wgt_respondent_weights') }}
    group by scheme_code, wave_code, group_value
)

select
    targets.*,
    weights.population as weighted,
from targets
inner join weights using (scheme_code, wave_code, group_value)
-- Margins given as shares sum to 1: weights then sum to the respondents.
where
    abs(targets.population - 1) > 1e-6
    and abs(weights.population - targets.population) > 1e-9 * targets.population
