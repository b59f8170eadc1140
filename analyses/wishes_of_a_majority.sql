-- What does a majority of residents want to see or arrange digitally? A majority is one when the
-- whole interval lies above one half.
select
    label_nl,
    share,
    share_ci_low,
    share_ci_high,
from {{ ref('future_preferences') }}
where
    is_default_scheme
    and segment_code = 'total'
    and aspect = 'wishes'
    and share_ci_low > 0.5
order by share desc
