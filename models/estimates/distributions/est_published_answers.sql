{{ config(materialized='view') }}

with shares as (
    select
        point_id,
        'share' as answer_statistic,
        estimate,
        se,
        ci_low,
        ci_high,
    from {{ ref('est_estimates') }}
),

quantiles as (
    select
        point_id,
        quantile as answer_statistic,
        value_from as estimate,
        null::double as se,
        ci_low,
        ci_high,
    from {{ ref('est_quantiles') }}
),

figures as (
    select * from shares
    union all
    -- A quantile is known of a group whose whole distribution is. Of another group there is no row:
    -- it would tell that the number is none that shares a row with others.
    select quantiles.*
    from quantiles
    inner join {{ ref('est_suppression') }} as seen using (point_id)
    where seen.withheld_reason is null
),

engine as (
    select
        figures.*,
        points.* exclude (point_id, estimate, se, ci_low, ci_high, df),
        suppression.withheld_reason,
        suppression.withheld_reason is not null as is_withheld,
    from figures
    inner join {{ ref('est_estimates') }} as points using (point_id)
    inner join {{ ref('est_suppression') }} as suppression using (point_id)
    union all by name
    select
        'share' as answer_statistic,
        *,
    from {{ ref('est_absent_figures') }}
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
        engine.answer_statistic as statistic,
        if(engine.answer_statistic = 'share', measures.option_code, null) as answer_code,
        if(engine.answer_statistic = 'share', measures.value_from, null) as value_from,
        if(engine.answer_statistic = 'share', measures.value_to, null) as value_to,
        {% for column in ['estimate', 'se', 'ci_low', 'ci_high'] -%}
            {{ published('engine.' ~ column, by='rounding') }} as {{ column }},
        {% endfor -%}
        if(engine.is_withheld, null, engine.n_answers)::bigint as n_answers,
        {{ published_quantity('engine.sum_w', 'weighted_n') }} as n_weighted,
        {{ published_residents("engine.answer_statistic = 'share'") }},
        case
            when engine.is_withheld then 'withheld'
            when engine.answer_statistic != 'share' then null
            when engine.reliability_flag is not null then engine.reliability_flag
            when engine.n_answers < segments.indicative_below then 'indicative'
            else 'ok'
        end as quality_flag,
        engine.is_withheld,
        engine.withheld_reason,
        flags.label_nl as withheld_label_nl,
        flags.label_en as withheld_label_en,
        labels.label_nl as segment_label_nl,
        labels.label_en as segment_label_en,
        measures.question_label_nl,
        measures.question_label_en,
        if(engine.answer_statistic = 'share', measures.option_label_nl, names.label_nl)
            as answer_label_nl,
        if(engine.answer_statistic = 'share', measures.option_label_en, names.label_en)
            as answer_label_en,
        row_number() over (
            order by
                engine.survey_code, engine.wave_code, labels.sort_order, measures.question_order,
                measures.question_code, engine.answer_statistic != 'share', measures.measure_id,
                engine.answer_statistic
        ) as sort_order,
    from engine
    inner join {{ ref('est_figure_measures') }} as measures using (measure_id, survey_code)
    {{ join_rounding(
        "if(engine.answer_statistic = 'share', 'range', 'mean')", 'engine.n_answers'
    ) }}
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    inner join {{ ref('segments') }} as segments using (survey_code, segment_code)
    inner join {{ ref('est_groups') }} as labels
        on
            engine.survey_code = labels.survey_code
            and {{ same_group('engine', 'labels') }}
    left join {{ ref('est_residents') }} as residents using (point_id)
    left join {{ ref('flags') }} as flags on engine.withheld_reason = flags.flag_code
    left join {{ ref('flags') }} as names
        on engine.answer_statistic = names.flag_code and names.kind = 'quantile'
    where schemes.is_default and (measures.is_distribution or measures.kind = 'option')
)

select * from published
