with figures as (
    select
        estimates.survey_code,
        estimates.wave_code,
        estimates.weighting_scheme,
        estimates.segment_code,
        estimates.segment_value,
        estimates.second_segment_value,
        estimates.question_code,
        estimates.topic,
        estimates.aspect,
        estimates.statistic,
        estimates.option_code,
        estimates.estimate as share,
        estimates.ci_low as share_ci_low,
        estimates.ci_high as share_ci_high,
        estimates.n_answers,
        estimates.quality_flag,
        estimates.is_withheld,
        estimates.withheld_label_nl,
        estimates.withheld_label_en,
        estimates.segment_label_nl,
        estimates.segment_label_en,
        estimates.question_label_nl,
        estimates.question_label_en,
        coalesce(estimates.option_label_nl, estimates.statistic_label_nl) as label_nl,
        coalesce(estimates.option_label_en, estimates.statistic_label_en) as label_en,
        estimates.is_default_scheme,
        estimates.sort_order,
    from {{ ref('estimates') }} as estimates
    inner join {{ ref('est_measures') }} as measures
        on
            estimates.survey_code = measures.survey_code
            and estimates.question_code = measures.question_code
            and estimates.statistic = measures.statistic
            and estimates.option_code is not distinct from measures.option_code
    where measures.kind in ('option', 'range')
)

select * from figures
order by sort_order
