-- On which channel do most users call the handling, or following the status, insufficient?
select
    topic,
    channel_code,
    estimate as share_insufficient,
    ci_low,
    ci_high,
    n_answers,
from {{ ref('estimates') }}
where
    is_default_scheme
    and segment_code = 'total'
    and statistic = 'share_insufficient'
    and topic in ('request_handling', 'status_tracking')
order by topic asc, estimate desc
