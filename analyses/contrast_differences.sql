-- Which differences between participants and non-participants are more than chance, largest first?
-- Municipalities chose to take part themselves: a difference is not proof of an effect.
select
    question_label_nl,
    label_nl,
    comparison_estimate,
    reference_estimate,
    difference,
    ci_low,
    ci_high,
    p_adjusted,
from {{ ref('contrast_effects') }}
where
    is_default_scheme
    and is_significant
    and statistic = 'share'
    and survey_code in (
        select about.survey_code from {{ ref('about') }} as about
        where about.audience = 'residents'
    )
order by abs(difference) desc, sort_order
