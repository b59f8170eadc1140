-- Each municipality against the whole: only whether the difference is more than chance.
select
    comparisons.segment_value_a as municipality_code,
    comparisons.question_code,
    comparisons.statistic,
    comparisons.option_code,
    comparisons.difference,
    comparisons.ci_low,
    comparisons.ci_high,
    comparisons.is_significant,
    comparisons.is_withheld
from marts.comparisons as comparisons
inner join marts.about as about
    on
        comparisons.survey_code = about.survey_code
        and comparisons.wave_code = about.wave_code
where
    comparisons.is_default_scheme
    and about.is_latest_wave
    and about.audience = 'residents'
    and comparisons.segment_code = 'municipality'
    and comparisons.comparison_kind = 'total'
order by comparisons.sort_order
