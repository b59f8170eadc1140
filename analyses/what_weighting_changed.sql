-- Which groups did the weighting lift or lower most?
select
    attribute_code,
    label_nl,
    unweighted_share,
    weighted_share,
    weighted_share - unweighted_share as moved,
from {{ ref('weighting_margins_reached') }}
where weighting_scheme = 'gender_age'
order by abs(moved) desc
