-- Audit: groups of weights a statistician should look at. VNG's rule of thumb for the
-- Burgerpeiling: weights stay at 3 or lower, and records at 5 or higher are rejected.
select
    weighting_scheme,
    group_value,
    n_respondents,
    min_weight,
    max_weight,
    n_effective,
    deff_weights,
from {{ ref('weighting_quality') }}
where max_weight > 3 or n_effective < 0.6 * n_respondents
order by max_weight desc
