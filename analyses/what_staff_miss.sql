-- What do staff of the contact centre agree with least, and is that different for participants?
select
    segment_label_nl,
    label_nl,
    share_agree,
    share_agree_ci_low,
    share_agree_ci_high,
    n_answers,
from {{ ref('staff_satisfaction') }}
where
    is_default_scheme
    and segment_code in ('total', 'participation')
    and scale_code = 'likert_1_5'
order by segment_label_nl asc, share_agree asc
