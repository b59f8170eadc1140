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
    effects.participants,
    effects.non_participants,
    effects.n_participants,
    effects.n_non_participants,
    effects.difference,
    effects.ci_low,
    effects.ci_high,
    effects.p_value,
    effects.p_adjusted,
    effects.is_significant,
    clustered.ci_low_clustered,
    clustered.ci_high_clustered,
    clustered.p_adjusted_clustered,
    clustered.is_significant_clustered,
    effects.is_withheld,
    effects.withheld_label_nl,
    effects.sort_order
from marts.participation_effects as effects
inner join marts.about as about
    on
        effects.survey_code = about.survey_code
        and effects.wave_code = about.wave_code
inner join marts.comparisons as clustered
    on
        effects.survey_code = clustered.survey_code
        and effects.wave_code = clustered.wave_code
        and effects.weighting_scheme = clustered.weighting_scheme
        and effects.question_code = clustered.question_code
        and effects.statistic = clustered.statistic
        and effects.option_code is not distinct from clustered.option_code
        and clustered.comparison_kind = 'segments'
        and clustered.segment_code = 'participation'
inner join marts.dim_questions as questions on effects.question_code = questions.question_code
where effects.is_default_scheme and about.is_latest_wave
order by effects.sort_order
