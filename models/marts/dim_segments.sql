select
    survey_code,
    segment_code,
    segment_value,
    second_segment_value,
    segment_label_nl,
    segment_label_en,
    label_nl,
    label_en,
    sort_order,
    letter,
from {{ ref('est_groups') }}
order by sort_order
