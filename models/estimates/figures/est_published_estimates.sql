{{ config(materialized='view') }}

with engine as (
    select
        estimates.*,
        suppression.withheld_reason,
        suppression.withheld_reason is not null as is_withheld,
        letters.higher_than,
    from {{ ref('est_estimates') }} as estimates
    inner join {{ ref('est_suppression') }} as suppression using (point_id)
    left join {{ ref('est_letters') }} as letters using (point_id)
    union all by name
    select * from {{ ref('est_absent_figures') }}
),

published as (
    select
        engine.survey_code,
        engine.wave_code,
        engine.scheme_code as weighting_scheme,
        engine.segment_code,
        engine.segment_value,
        engine.second_segment_value,
        measures.question_code,
        measures.topic,
        measures.channel_code,
        measures.aspect,
        measures.statistic,
        measures.option_code,
        measures.kind,
        {{ published('engine.estimate', by='rounding') }} as estimate,
        if(engine.is_withheld, null, engine.n_answers)::bigint as n_answers,
        {{ published_quantity('engine.sum_w', 'weighted_n') }} as n_weighted,
        {{ published_residents() }},
        {{ published_quantity('engine.n_effective', 'effective_n') }} as n_effective,
        {{ published('engine.se', by='rounding') }} as se,
        {{ published('engine.ci_low', by='rounding') }} as ci_low,
        {{ published('engine.ci_high', by='rounding') }} as ci_high,
        {{ published_quantity('engine.deff', 'design_effect') }} as deff,
        if(engine.is_withheld, null, engine.df)::bigint as df,
        {{ published('engine.se_clustered', by='rounding') }} as se_clustered,
        {{ published('engine.ci_low_clustered', by='rounding') }} as ci_low_clustered,
        {{ published('engine.ci_high_clustered', by='rounding') }} as ci_high_clustered,
        if(engine.is_withheld, null, engine.df_clustered)::bigint as df_clustered,
        engine.higher_than as significantly_higher_than,
        case
            when engine.is_withheld then 'withheld'
            when engine.reliability_flag is not null then engine.reliability_flag
            when engine.n_answers < segments.indicative_below then 'indicative'
            else 'ok'
        end as quality_flag,
        coalesce(not engine.is_withheld and engine.n_answers < segments.indicative_below, false)
            as is_indicative,
        engine.is_withheld,
        engine.withheld_reason,
        flags.label_nl as withheld_label_nl,
        flags.label_en as withheld_label_en,
        segment_labels.label_nl as segment_label_nl,
        segment_labels.label_en as segment_label_en,
        measures.question_label_nl,
        measures.question_label_en,
        measures.statistic_label_nl,
        measures.statistic_label_en,
        measures.option_label_nl,
        measures.option_label_en,
        {{ published_quantity('engine.n_answers / engine.n_effective', 'design_effect') }}
            as deff_weights,
        schemes.is_default as is_default_scheme,
        row_number() over (
            order by
                engine.survey_code, engine.wave_code, schemes.sort_order,
                segment_labels.sort_order, measures.measure_id
        ) as sort_order,
    from engine
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    {{ join_rounding('measures.kind', 'engine.n_answers') }}
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    inner join {{ ref('segments') }} as segments using (survey_code, segment_code)
    inner join {{ ref('est_groups') }} as segment_labels
        on
            engine.survey_code = segment_labels.survey_code
            and {{ same_group('engine', 'segment_labels') }}
    left join {{ ref('est_residents') }} as residents using (point_id)
    left join {{ ref('flags') }} as flags on engine.withheld_reason = flags.flag_code
)

select * from published
