-- Every figure that may be shown, of the default weighting and the last wave.
select
    estimates.survey_code,
    estimates.segment_code,
    estimates.segment_label_nl,
    groups.division_label_nl,
    groups.label_nl as group_label_nl,
    groups.is_total,
    estimates.topic,
    estimates.question_code,
    estimates.question_label_nl,
    estimates.statistic,
    coalesce(estimates.option_label_nl, estimates.statistic_label_nl) as measure_label_nl,
    estimates.estimate,
    estimates.ci_low,
    estimates.ci_high,
    estimates.n_answers,
    estimates.sort_order
from marts.estimates as estimates
inner join marts.about as about
    on
        estimates.survey_code = about.survey_code
        and estimates.wave_code = about.wave_code
        and about.is_latest_wave
inner join marts.dim_segments as groups
    on
        estimates.survey_code = groups.survey_code
        and estimates.segment_code = groups.segment_code
        and estimates.segment_value = groups.segment_value
        and estimates.second_segment_value is not distinct from groups.second_segment_value
where estimates.is_default_scheme and not estimates.is_withheld
order by estimates.sort_order
