-- Two respondents with u = 1 and 3: 2/1 × (10 - 16/2) = 4. One with u = 3, grand mean 1: 4.
with variances as (
    select {{ stratum_variance('n', 'sum_u', 'sum_u2', 'grand_mean') }} as variance
    from (values (2, 4.0, 10.0, 1.0), (1, 3.0, 9.0, 1.0)) as t (n, sum_u, sum_u2, grand_mean)
)

select *
from variances
where variance is distinct from 4
