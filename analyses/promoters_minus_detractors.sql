-- Which part answers on the good side of a scale minus which part on the bad side, with interval?
-- A net promoter score is such a row of scale_statistics.csv: 9 to 10 minus 0 to 6.
select
    figures.survey_code,
    figures.question_label_nl,
    figures.segment_label_nl,
    figures.statistic_label_nl,
    figures.estimate as net,
    figures.ci_low,
    figures.ci_high,
    figures.n_answers,
from {{ ref('estimates') }} as figures
inner join {{ ref('dim_questions') }} as questions using (question_code)
inner join {{ ref('dim_statistics') }} as statistics
    on
        questions.scale_code = statistics.scale_code
        and figures.statistic = statistics.statistic
where
    figures.is_default_scheme
    and statistics.kind = 'net'
    and figures.segment_code in ('total', 'participation')
    and not figures.is_withheld
order by figures.sort_order
