-- In which municipality do users of e-mail grade following the status of their request lowest, and
-- is that more than chance different from everybody? Municipalities with few users of e-mail are
-- not there: their figure is withheld.
select
    figures.segment_label_nl as municipality,
    figures.estimate as grade,
    figures.ci_low,
    figures.ci_high,
    figures.n_answers,
    tests.difference as difference_from_everybody,
    tests.p_adjusted,
    tests.verdict_label_nl,
from {{ ref('estimates') }} as figures
inner join {{ ref('comparisons') }} as tests
    on
        figures.survey_code = tests.survey_code
        and figures.wave_code = tests.wave_code
        and figures.weighting_scheme = tests.weighting_scheme
        and figures.segment_code = tests.segment_code
        and figures.segment_value = tests.segment_value_a
        and figures.question_code = tests.question_code
        and figures.statistic = tests.statistic
where
    figures.is_default_scheme
    and figures.segment_code = 'municipality'
    and figures.question_code = 'status_grade_email'
    and figures.statistic = 'mean'
    and tests.comparison_kind = 'total'
    and not figures.is_withheld
order by figures.estimate
