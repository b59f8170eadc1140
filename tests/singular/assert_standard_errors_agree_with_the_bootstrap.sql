-- A linearised standard error further from its bootstrap than chance explains: four standard
-- deviations of the bootstrap's own noise, plus the margin that small bases need (thresholds).
select
    *,
    'the bootstrap that rakes again gives a standard error of ' || se_bootstrap
    || ', the linearised one is ' || se || ' (ratio ' || ratio || ', chance explains '
    || noise || ' per standard deviation): either the design differs from what was drawn '
    || '(a finite population, bounds, clusters), or few people with very large weights carry '
    || 'the figure; see weighting_quality and base weights'
        as problem,
from {{ ref('standard_error_audit') }}
where not is_within_noise
