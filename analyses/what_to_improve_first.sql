-- What moves the overall grade most and has many dissatisfied users: what to improve first?
-- Importance is that part of what the questions together explain; its interval says how sure.
select
    driver_model_label_nl,
    question_label_nl,
    importance_share,
    importance_share_ci_low,
    importance_share_ci_high,
    share_unsatisfied,
    quadrant_label_nl,
from {{ ref('priority_matrix') }}
where is_default_scheme and segment_code = 'total' and not is_withheld
order by importance_share * share_unsatisfied desc
