-- How many questionnaires came in per source, how many count, and why do the others not?
select
    survey_code,
    source_label_nl,
    label_nl,
    n_rows,
    share_of_received,
from {{ ref('response_overview') }}
order by sort_order
