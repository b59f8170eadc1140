-- What changed since the base wave of the survey (is_base in waves.csv), and what is the change per
-- year over all waves? With one wave there is nothing to compare, and with two there is no line.
select
    changes.survey_code,
    changes.wave_code,
    changes.compared_wave_code as base_wave_code,
    changes.question_label_nl,
    changes.label_nl,
    changes.earlier_estimate as estimate_of_base_wave,
    changes.estimate,
    changes.change,
    changes.ci_low,
    changes.ci_high,
    changes.verdict_label_nl,
    lines.change_per_year,
    lines.ci_low as change_per_year_ci_low,
    lines.ci_high as change_per_year_ci_high,
from {{ ref('trends') }} as changes
left join {{ ref('linear_trends') }} as lines
    on
        changes.survey_code = lines.survey_code
        and changes.weighting_scheme = lines.weighting_scheme
        and changes.segment_code = lines.segment_code
        and changes.segment_value = lines.segment_value
        and changes.question_code = lines.question_code
        and changes.statistic = lines.statistic
        and changes.option_code is not distinct from lines.option_code
where
    changes.is_default_scheme
    and changes.is_since_base_wave
    and changes.segment_code = 'total'
    and not changes.is_withheld
order by abs(changes.change) desc
