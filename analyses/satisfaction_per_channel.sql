-- Which channels satisfy their users most, and how sure is that?
select
    channel_code,
    question_label_nl,
    mean_grade,
    mean_grade_ci_low,
    mean_grade_ci_high,
    n_answers,
from {{ ref('channel_satisfaction') }}
where is_default_scheme and segment_code = 'total'
order by mean_grade desc
