-- Which age groups grade the services of their municipality differently, and by how much?
select
    segment_label_a_nl as age_group,
    segment_label_b_nl as other_age_group,
    difference,
    ci_low,
    ci_high,
    p_adjusted,
    verdict_label_nl,
from {{ ref('comparisons') }}
where
    is_default_scheme
    and comparison_kind = 'segments'
    and segment_code = 'age_group'
    and topic = 'report_grades'
    and statistic = 'mean'
    and not is_withheld
order by p_adjusted asc, abs(difference) desc
