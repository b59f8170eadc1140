-- A figure is known by its own codes: those of a measure, or that of a KPI.
with figures as (
    select
        survey_code,
        question_code,
        statistic,
        option_code,
        null as kpi_code,
        segment_code,
        segment_value,
        second_segment_value,
        estimate,
        ci_low,
        ci_high,
        n_answers,
        is_withheld,
        null as norm,
        null as norm_verdict,
        measure_label_nl,
        measure_label_en,
    from {{ ref('latest_figures') }}
    union all by name
    select
        scores.kpi_code,
        if(units.is_percentage, 'share', 'mean') as kpi_statistic,
        scores.segment_code,
        scores.segment_value,
        scores.value as estimate,
        scores.ci_low,
        scores.ci_high,
        scores.n_observations as n_answers,
        scores.is_withheld,
        scores.norm,
        scores.verdict as norm_verdict,
        scores.label_nl as measure_label_nl,
        scores.label_en as measure_label_en,
    from {{ ref('kpi_scorecard') }} as scores
    inner join {{ ref('kpi_units') }} as units using (unit)
    -- The KPIs of the latest wave each has.
    qualify
        row_number() over (
            partition by scores.kpi_code, scores.segment_code, scores.segment_value
            order by scores.period desc, scores.wave_code desc
        ) = 1
)

select * from figures
