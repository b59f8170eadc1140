-- How do residents of 65 and older grade the services, per group of municipalities? Of one
-- municipality they are too few: `peil crosstab overall_grade municipality
-- --where age_group=65-74,75+` shows for which there are enough.
select
    column_label_nl as residents,
    estimate as grade,
    ci_low,
    ci_high,
    n_answers,
    significantly_higher_than,
from {{ ref('crosstabs') }}
where
    crosstab_code = 'grade_by_participation_and_age'
    and second_column_value in ('65-74', '75+')
    and statistic = 'mean'
    and not is_withheld
order by sort_order
