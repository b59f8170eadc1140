-- For whom: everybody, each group of municipalities and each municipality.
with places as (
    select
        waves.survey_code,
        waves.wave_code,
        labels.segment_code,
        labels.segment_value,
        labels.label_nl as segment_label_nl,
        labels.label_en as segment_label_en,
        labels.sort_order as segment_order,
    from {{ ref('about') }} as waves
    inner join {{ ref('dim_segments') }} as labels using (survey_code)
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    where
        waves.is_latest_wave
        and segments.second_attribute_code is null
        and (segments.is_total or segments.attribute_kind in ('region_group', 'region'))
),

rules as (
    select
        rules.*,
        texts.survey_code as recommended_survey_code,
    from {{ ref('recommendation_rules') }} as rules
    inner join {{ ref('recommendation_texts') }} as texts using (recommendation_code)
),

looked_up as (
    select
        places.*,
        rules.* exclude (survey_code, recommended_survey_code, threshold, sort_order),
        rules.survey_code as evidence_survey_code,
        coalesce(rules.threshold, figures.norm) as threshold,
        rules.sort_order as rule_order,
        figures.estimate,
        figures.ci_low,
        figures.ci_high,
        figures.n_answers,
        figures.is_withheld,
        figures.norm_verdict,
        figures.kpi_statistic,
        figures.measure_label_nl,
        figures.measure_label_en,
    from places
    inner join rules on places.survey_code = rules.recommended_survey_code
    left join {{ ref('evidence_figures') }} as figures
        on
            rules.survey_code is not distinct from figures.survey_code
            and rules.question_code is not distinct from figures.question_code
            and rules.statistic is not distinct from figures.statistic
            and rules.option_code is not distinct from figures.option_code
            and rules.kpi_code is not distinct from figures.kpi_code
            and places.segment_code = figures.segment_code
            and places.segment_value = figures.segment_value
            and figures.second_segment_value is null
),

judged as (
    select
        *,
        case
            when estimate is null then if(is_withheld, 'not_shown', 'no_figure')
            when norm_verdict = 'not_met' then 'supports'
            when norm_verdict = 'met' then 'contradicts'
            when comparison = 'above' and ci_low > threshold then 'supports'
            when comparison = 'above' and ci_high <= threshold then 'contradicts'
            when comparison = 'below' and ci_high < threshold then 'supports'
            when comparison = 'below' and ci_low >= threshold then 'contradicts'
            else 'inconclusive'
        end as verdict,
        round(
            abs(estimate - threshold) / nullif((ci_high - ci_low) / 2, 0), 6
        ) as strength,
        round(estimate - threshold, 6) as distance_to_threshold,
        ceil({{ rounded(n_at_threshold(), 'planned_n') }})::bigint as n_at_threshold,
    from looked_up
),

published as (
    select
        judged.survey_code,
        judged.wave_code,
        judged.segment_code,
        judged.segment_value,
        judged.recommendation_code,
        judged.rule_code,
        judged.is_core,
        judged.evidence_survey_code,
        judged.question_code,
        coalesce(judged.statistic, judged.kpi_statistic) as statistic,
        judged.option_code,
        judged.kpi_code,
        judged.comparison,
        judged.threshold,
        judged.estimate,
        judged.ci_low,
        judged.ci_high,
        judged.n_answers,
        judged.verdict,
        verdicts.label_nl as verdict_label_nl,
        verdicts.label_en as verdict_label_en,
        judged.strength,
        judged.distance_to_threshold,
        judged.n_at_threshold,
        judged.measure_label_nl,
        judged.measure_label_en,
        judged.reason_nl,
        judged.reason_en,
        judged.segment_label_nl,
        judged.segment_label_en,
        row_number() over (
            order by judged.survey_code, judged.segment_order, judged.rule_order
        ) as sort_order,
    from judged
    left join {{ ref('flags') }} as verdicts on judged.verdict = verdicts.flag_code
)

select * from published
order by sort_order
