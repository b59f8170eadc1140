-- What is the median of every question answered with a number, and between which numbers lies the
-- middle half of the answers, per group?
select
    question_label_nl,
    segment_label_nl,
    max(estimate) filter (where statistic = 'quartile_1') as quartile_1,
    max(estimate) filter (where statistic = 'median') as median,
    max(ci_low) filter (where statistic = 'median') as median_low,
    max(ci_high) filter (where statistic = 'median') as median_high,
    max(estimate) filter (where statistic = 'quartile_3') as quartile_3,
    max(n_answers) as n_answers,
from {{ ref('distributions') }}
where statistic != 'share' and not is_withheld
group by survey_code, wave_code, segment_code, question_label_nl, segment_label_nl
order by min(sort_order)
