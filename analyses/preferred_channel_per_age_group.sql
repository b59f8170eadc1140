-- How do residents of each age want to submit a request?
select
    label_nl as channel,
    segment_label_nl as age_group,
    share,
    share_ci_low,
    share_ci_high,
    n_answers,
from {{ ref('future_preferences') }}
where
    is_default_scheme
    and segment_code = 'age_group'
    and question_code = 'preferred_submit_channel'
    and not is_withheld
order by sort_order
