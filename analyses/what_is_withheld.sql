-- How many figures may not be published, per kind of group and reason?
select
    segment_code,
    withheld_label_nl,
    count(*) as n_figures,
from {{ ref('estimates') }}
where is_default_scheme and is_withheld
group by segment_code, withheld_label_nl
order by n_figures desc
