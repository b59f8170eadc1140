-- Would residents recommend it: which part certainly (promoters), which part not (detractors), and
-- the net promoter score with its interval, per group? The ranges are rows of scale_statistics.csv
-- (9 to 10 minus 0 to 6); any net score of a scale is asked in the same way.
select
    segment_label_nl as residents,
    max(estimate) filter (where statistic = 'promoters') as promoters,
    max(estimate) filter (where statistic = 'detractors') as detractors,
    max(estimate) filter (where statistic = 'nps') as nps,
    max(ci_low) filter (where statistic = 'nps') as ci_low,
    max(ci_high) filter (where statistic = 'nps') as ci_high,
    max(n_answers) as n_answers,
    max(significantly_higher_than) filter (where statistic = 'nps') as significantly_higher_than,
from {{ ref('estimates') }}
where
    is_default_scheme
    and question_code = 'recommendation'
    and segment_code in ('total', 'participation', 'age_group')
group by survey_code, wave_code, segment_code, segment_value, segment_label_nl
order by min(sort_order)
