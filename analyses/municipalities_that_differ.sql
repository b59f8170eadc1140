-- In which municipalities is the overall grade more than chance different from that of everybody?
-- By name: this is not a ranking.
select
    segment_label_a_nl as municipality,
    difference,
    ci_low,
    ci_high,
    p_adjusted,
    is_significant,
from {{ ref('comparisons') }}
where
    is_default_scheme
    and comparison_kind = 'total'
    and segment_code = 'municipality'
    and topic = 'report_grades'
    and statistic = 'mean'
    and not is_withheld
order by municipality
