-- What grade do residents give, and is it different in participating municipalities?
select
    segment_label_nl,
    mean_grade,
    mean_grade_ci_low,
    mean_grade_ci_high,
    n_answers,
from {{ ref('report_grades') }}
where
    is_default_scheme
    and segment_code in ('total', 'participation')
order by sort_order
