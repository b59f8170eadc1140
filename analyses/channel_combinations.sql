-- Which channels go together: of the users of a channel (column), which part used another as well?
select
    column_label_nl as users_of,
    label_nl as also_used,
    estimate as share,
    ci_low,
    ci_high,
    n_answers,
from {{ ref('crosstabs') }}
where
    crosstab_code = 'channel_combinations'
    and column_value != 'total'
    and column_value != answer_code
    and not is_withheld
order by estimate desc
