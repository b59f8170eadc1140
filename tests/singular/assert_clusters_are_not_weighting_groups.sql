-- A cluster that is weighted by itself is calibrated to its own population: what differs between
-- clusters drops out of the variance, and standard errors with clusters as units are far too small.
select
    scheme_code,
    group_attribute_code,
    cluster_attribute_code,
from {{ ref('weighting_schemes') }}
where group_attribute_code = cluster_attribute_code
