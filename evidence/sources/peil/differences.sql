-- Groups against each other, as contrasts.csv declares them.
select
    effects.survey_code,
    effects.contrast_label_nl,
    effects.question_label_nl,
    effects.label_nl as measure_label_nl,
    effects.comparison_estimate,
    effects.reference_estimate,
    effects.difference,
    effects.ci_low,
    effects.ci_high,
    effects.is_significant,
    effects.sort_order
from marts.contrast_effects as effects
inner join marts.about as about
    on
        effects.survey_code = about.survey_code
        and effects.wave_code = about.wave_code
        and about.is_latest_wave
where effects.is_default_scheme and not effects.is_withheld
order by effects.sort_order
