-- Participants against non-participants: with residents as units, and with municipalities.
select
    effects.topic,
    questions.topic_label_nl,
    effects.question_code,
    effects.question_label_nl,
    effects.channel_code,
    effects.statistic,
    effects.option_code,
    effects.label_nl,
    questions.headline_statistic,
    effects.comparison_level_code,
    effects.reference_level_code,
    effects.comparison_label_nl,
    effects.reference_label_nl,
    effects.comparison_estimate as participants,
    effects.reference_estimate as non_participants,
    effects.n_comparison as n_participants,
    effects.n_reference as n_non_participants,
    effects.difference,
    effects.ci_low,
    effects.ci_high,
    effects.p_value,
    effects.p_adjusted,
    effects.is_significant,
    effects.ci_low_clustered,
    effects.ci_high_clustered,
    effects.p_adjusted_clustered,
    effects.is_significant_clustered,
    effects.standardised_difference,
    effects.standardised_ci_low,
    effects.standardised_ci_high,
    effects.is_significant_standardised,
    effects.is_withheld,
    effects.withheld_label_nl,
    effects.sort_order
from marts.contrast_effects as effects
inner join marts.about as about
    on
        effects.survey_code = about.survey_code
        and effects.wave_code = about.wave_code
inner join marts.dim_questions as questions
    on
        effects.survey_code = questions.survey_code
        and effects.question_code = questions.question_code
where effects.is_default_scheme and about.is_latest_wave and about.audience = 'residents'
order by effects.sort_order
