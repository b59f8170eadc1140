-- Two respondents with u = 1 and 3: 2/1 × (10 - 16/2) = 4. One with u = 2: 2² = 4. Half of the
-- population sampled (1 - f = 0.5): half of it.
with variances as (
    select
        population_correction,
        {{ stratum_variance('n', 'sum_u', 'sum_u2', 'population_correction') }} as variance,
    from (
        values (2, 4.0, 10.0, 1.0), (1, 2.0, 4.0, 1.0), (2, 4.0, 10.0, 0.5)
    ) as t (n, sum_u, sum_u2, population_correction)
)

select *
from variances
where variance is distinct from 4 * population_correction
