-- Which differences between participants and non-participants also hold with municipalities as
-- units, which is what a statement about taking part needs?
select
    question_label_nl,
    coalesce(option_label_nl, statistic_label_nl) as label_nl,
    difference,
    p_adjusted,
    p_adjusted_clustered,
    is_significant,
    is_significant_clustered,
from {{ ref('comparisons') }}
where
    is_default_scheme
    and comparison_kind = 'segments'
    and segment_code = 'participation'
    and (is_significant or is_significant_clustered)
    and survey_code in (
        select about.survey_code from {{ ref('about') }} as about
        where about.audience = 'residents'
    )
order by p_adjusted_clustered asc
