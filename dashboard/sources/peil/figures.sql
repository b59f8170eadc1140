-- Every figure of the default weighting that a page may show, with its labels.
select
    estimates.survey_code,
    estimates.segment_code,
    estimates.segment_value,
    segments.segment_label_nl,
    segments.label_nl as group_label_nl,
    segments.sort_order as group_order,
    estimates.topic,
    estimates.question_code,
    estimates.question_label_nl,
    questions.text_nl as question_text_nl,
    questions.headline_statistic,
    estimates.channel_code,
    channels.label_nl as channel_label_nl,
    if(estimates.option_code is null, channels.sentence_nl, options.sentence_nl) as sentence_nl,
    estimates.aspect,
    estimates.statistic,
    estimates.statistic_label_nl,
    estimates.option_code,
    estimates.option_label_nl,
    estimates.estimate,
    estimates.ci_low,
    estimates.ci_high,
    estimates.n_answers,
    estimates.is_withheld,
    estimates.withheld_label_nl,
    estimates.quality_flag,
    flags.label_nl as quality_label_nl,
    -- Beside another remark; alone it is the quality label already.
    if(estimates.quality_flag != 'indicative', indicative.label_nl, null) as indicative_label_nl,
    estimates.sort_order
from marts.estimates as estimates
inner join marts.about as about
    on
        estimates.survey_code = about.survey_code
        and estimates.wave_code = about.wave_code
inner join marts.dim_segments as segments
    on
        estimates.survey_code = segments.survey_code
        and estimates.segment_code = segments.segment_code
        and estimates.segment_value = segments.segment_value
inner join marts.dim_questions as questions
    on
        estimates.survey_code = questions.survey_code
        and estimates.question_code = questions.question_code
left join marts.dim_channels as channels on estimates.channel_code = channels.channel_code
left join marts.dim_channels as options on estimates.option_code = options.channel_code
left join marts.dim_flags as flags on estimates.quality_flag = flags.flag_code
left join marts.dim_flags as indicative
    on estimates.is_indicative and indicative.flag_code = 'indicative'
where
    estimates.is_default_scheme
    and about.is_latest_wave
    and about.audience = 'residents'
    and estimates.segment_code in ('total', 'participation', 'gender', 'age_group', 'municipality')
order by segments.sort_order, estimates.sort_order
