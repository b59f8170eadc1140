-- A KPI that comes from a survey is its figure in estimates, and nothing else. Beside a withheld
-- one nothing stands, not even what it was before.
with surveyed as (
    select
        figures.survey_code,
        figures.wave_code,
        kpis.kpi_code,
        figures.segment_code,
        figures.segment_value,
        figures.wave_code as period,
        figures.estimate as value,
        figures.ci_low,
        figures.ci_high,
        figures.n_answers as n_observations,
        trends.compared_wave_code as previous_period,
        trends.earlier_estimate as previous_value,
        trends.change,
        trends.is_significant as is_changed,
        effects.difference,
        effects.ci_low as difference_ci_low,
        effects.ci_high as difference_ci_high,
        figures.withheld_reason,
    from {{ ref('estimates') }} as figures
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    inner join {{ ref('kpi_definitions') }} as kpis
        on
            figures.survey_code = kpis.survey_code
            and figures.question_code = kpis.question_code
            and figures.statistic = kpis.statistic
            and figures.option_code is not distinct from kpis.option_code
    left join {{ ref('trends') }} as trends
        on
            {{ same_measure('figures', 'trends') }}
            and {{ same_group('figures', 'trends') }}
            and trends.is_since_previous_wave
            and not figures.is_withheld
    left join {{ ref('contrast_effects') }} as effects
        on
            {{ same_measure('figures', 'effects') }}
            and segments.is_total
            and not figures.is_withheld
            and effects.contrast_code in (
                select contrasts.contrast_code
                from {{ ref('est_contrasts') }} as contrasts
                where contrasts.is_first and contrasts.survey_code = effects.survey_code
            )
    where
        figures.is_default_scheme
        and figures.second_segment_value is null
        and segments.shows_kpis
),

united as (
    select * from surveyed
    union all by name
    select
        * exclude (n_municipalities, n_changes, se, change_se),
        n_municipalities as n_observations,
    from {{ ref('est_kpis') }}
),

judged as (
    select
        united.*,
        kpis.* exclude (survey_code, kpi_code),
        {{ kpi_verdict('united', 'kpis') }} as verdict,
        {{ kpi_trend('united', 'kpis') }} as trend,
    from united
    inner join {{ ref('kpi_definitions') }} as kpis using (kpi_code)
),

labelled as (
    select
        judged.survey_code,
        judged.wave_code,
        judged.kpi_code,
        judged.source_kind,
        judged.segment_code,
        judged.segment_value,
        judged.period,
        judged.unit,
        judged.value,
        judged.ci_low,
        judged.ci_high,
        judged.n_observations,
        judged.norm,
        judged.direction,
        judged.verdict,
        judged.previous_period,
        judged.previous_value,
        judged.trend,
        judged.difference,
        judged.difference_ci_low,
        judged.difference_ci_high,
        judged.withheld_reason is not null as is_withheld,
        judged.withheld_reason,
        {% for language in ['nl', 'en'] -%}
            judged.label_{{ language }},
            coalesce(segments.label_{{ language }}, judged.segment_value)
                as segment_label_{{ language }},
            verdicts.label_{{ language }} as verdict_label_{{ language }},
            trends.label_{{ language }} as trend_label_{{ language }},
            reasons.label_{{ language }} as withheld_label_{{ language }},
            judged.formula_{{ language }},
        {% endfor -%}
        judged.is_example,
        row_number() over (
            order by judged.sort_order, judged.wave_code, segments.sort_order, judged.segment_value
        ) as sort_order,
    from judged
    left join {{ ref('dim_segments') }} as segments
        using (survey_code, segment_code, segment_value)
    left join {{ ref('flags') }} as verdicts on judged.verdict = verdicts.flag_code
    left join {{ ref('flags') }} as trends on judged.trend = trends.flag_code
    left join {{ ref('flags') }} as reasons on judged.withheld_reason = reasons.flag_code
)

select * from labelled
order by sort_order
