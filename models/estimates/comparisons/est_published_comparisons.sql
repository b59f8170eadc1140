{{ config(materialized='view') }}

{%- set n_answers = 'least(engine.n_a, engine.n_b)' -%}
{%- set main = ('engine.ci_low', 'engine.ci_high') -%}
{%- set clustered = ('engine.ci_low_clustered', 'engine.ci_high_clustered') %}

with engine as (
    select
        *,
        withheld_reason is not null as is_withheld,
    from {{ ref('est_comparison_tests') }}
    where is_shown
    union all by name
    select * from {{ ref('est_absent_comparisons') }}
),

published as (
    select
        engine.comparison_kind,
        engine.survey_code,
        engine.wave_code,
        engine.compared_wave_code,
        engine.scheme_code as weighting_scheme,
        engine.segment_code,
        engine.segment_value_a,
        engine.second_segment_value_a,
        engine.compared_segment_code,
        engine.segment_value_b,
        engine.second_segment_value_b,
        measures.question_code,
        measures.topic,
        measures.channel_code,
        measures.aspect,
        measures.statistic,
        measures.option_code,
        compared.question_code as compared_question_code,
        compared.statistic as compared_statistic,
        compared.option_code as compared_option_code,
        {{ published_difference(
            'engine.difference', n_answers, *main, by='rounding', beside=clustered
        ) }} as difference,
        {{ published('engine.se', n_answers, by='rounding') }} as se,
        {{ published_difference('engine.ci_low', n_answers, *main, by='rounding') }} as ci_low,
        {{ published_difference('engine.ci_high', n_answers, *main, by='rounding') }} as ci_high,
        if(engine.is_withheld, null, engine.df)::bigint as df,
        if(engine.is_withheld, null, {{ published_p('engine.p_value') }}) as p_value,
        if(engine.is_withheld, null, {{ published_p('engine.p_adjusted') }}) as p_adjusted,
        engine.is_significant,
        {{ published('engine.se_clustered', n_answers, by='rounding') }} as se_clustered,
        {{ published_difference('engine.ci_low_clustered', n_answers, *clustered, by='rounding') }}
            as ci_low_clustered,
        {{ published_difference('engine.ci_high_clustered', n_answers, *clustered, by='rounding') }}
            as ci_high_clustered,
        if(engine.is_withheld, null, engine.df_clustered)::bigint as df_clustered,
        if(engine.is_withheld, null, {{ published_p('engine.p_value_clustered') }})
            as p_value_clustered,
        if(engine.is_withheld, null, {{ published_p('engine.p_adjusted_clustered') }})
            as p_adjusted_clustered,
        engine.is_significant_clustered,
        engine.is_withheld,
        engine.withheld_reason,
        flags.label_nl as withheld_label_nl,
        flags.label_en as withheld_label_en,
        labels_a.label_nl as segment_label_a_nl,
        labels_a.label_en as segment_label_a_en,
        labels_b.label_nl as segment_label_b_nl,
        labels_b.label_en as segment_label_b_en,
        measures.question_label_nl,
        measures.question_label_en,
        measures.statistic_label_nl,
        measures.statistic_label_en,
        measures.option_label_nl,
        measures.option_label_en,
        answer_pairs.label_nl as answers_label_nl,
        answer_pairs.label_en as answers_label_en,
        schemes.is_default as is_default_scheme,
        row_number() over (
            order by
                engine.survey_code, engine.wave_code, schemes.sort_order, engine.comparison_kind,
                labels_a.sort_order, labels_b.sort_order, measures.measure_id,
                engine.compared_measure_id
        ) as sort_order,
    from engine
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    {{ join_rounding('measures.kind', n_answers) }}
    inner join {{ ref('est_measures') }} as compared
        on engine.compared_measure_id = compared.measure_id
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    inner join {{ ref('est_groups') }} as labels_a
        on
            engine.survey_code = labels_a.survey_code
            and engine.segment_code = labels_a.segment_code
            and engine.segment_value_a = labels_a.segment_value
            and engine.second_segment_value_a is not distinct from labels_a.second_segment_value
    inner join {{ ref('est_groups') }} as labels_b
        on
            engine.survey_code = labels_b.survey_code
            and engine.compared_segment_code = labels_b.segment_code
            and engine.segment_value_b = labels_b.segment_value
            and engine.second_segment_value_b is not distinct from labels_b.second_segment_value
    left join {{ ref('answer_pairs') }} as answer_pairs using (answer_pair_code, survey_code)
    left join {{ ref('flags') }} as flags on engine.withheld_reason = flags.flag_code
)

select * replace ({{ holding('difference') }})
from published
