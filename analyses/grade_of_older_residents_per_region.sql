-- How do residents of 65 and older grade the services, per region? A region is a group of
-- municipalities in region_groups.csv (a province, a partnership); the crosstab is a row of
-- crosstab_definitions.csv. Of one municipality they are often too few: for which there are enough
-- shows `peil crosstab overall_grade municipality --where age_65=65_plus`.
select
    column_label_nl as residents,
    estimate as grade,
    ci_low,
    ci_high,
    n_answers,
    significantly_higher_than,
from {{ ref('crosstabs') }}
where
    crosstab_code = 'grade_by_region_and_65'
    and second_column_value = '65_plus'
    and statistic = 'mean'
    and not is_withheld
order by sort_order
