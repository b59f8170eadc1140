-- Do older residents use the digital channel less?
select
    segment_label_nl,
    share,
    share_ci_low,
    share_ci_high,
    n_answers,
from {{ ref('channel_usage') }}
where
    is_default_scheme
    and segment_code = 'age_group'
    and option_code = 'digital'
    and not is_withheld
order by sort_order
