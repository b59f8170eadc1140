-- How many figures of each survey may not be published, per kind of group and reason?
select
    survey_code,
    segment_code,
    withheld_label_nl,
    count(*) as n_figures,
from {{ ref('estimates') }}
where is_default_scheme and is_withheld
group by survey_code, segment_code, withheld_label_nl
order by n_figures desc
