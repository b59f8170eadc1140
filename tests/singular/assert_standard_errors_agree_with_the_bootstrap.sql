-- A linearised standard error further from its bootstrap than chance explains: four standard
-- deviations of the bootstrap's own noise, plus the margin that small bases need (thresholds).
select *
from {{ ref('standard_error_audit') }}
where not is_within_noise
