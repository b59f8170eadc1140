with engine as (
    select
        *,
        withheld_reason is not null as is_withheld,
    from {{ ref('est_comparison_tests') }}
),

published as (
    select
        engine.survey_code,
        engine.wave_code,
        engine.scheme_code as weighting_scheme,
        engine.segment_code,
        engine.segment_value_a,
        engine.segment_value_b,
        measures.question_code,
        measures.topic,
        measures.channel_code,
        measures.aspect,
        measures.statistic,
        measures.option_code,
        {{ published('engine.difference') }} as difference,
        {{ published('engine.se') }} as se,
        {{ published('engine.ci_low') }} as ci_low,
        {{ published('engine.ci_high') }} as ci_high,
        if(engine.is_withheld, null, engine.df)::bigint as df,
        {{ published('engine.p_value') }} as p_value,
        {{ published('engine.p_adjusted') }} as p_adjusted,
        engine.is_significant,
        engine.is_withheld,
        engine.withheld_reason,
        flags.label_nl as withheld_label_nl,
        flags.label_en as withheld_label_en,
        labels_a.label_nl as segment_label_a_nl,
        labels_a.label_en as segment_label_a_en,
        coalesce(labels_b.label_nl, 'Totaal') as segment_label_b_nl,
        coalesce(labels_b.label_en, 'Total') as segment_label_b_en,
        measures.question_label_nl,
        measures.question_label_en,
        measures.statistic_label_nl,
        measures.statistic_label_en,
        measures.option_label_nl,
        measures.option_label_en,
        schemes.is_default as is_default_scheme,
        row_number() over (
            order by
                engine.survey_code, engine.wave_code, schemes.sort_order,
                labels_a.sort_order, labels_b.sort_order, measures.measure_id
        ) as sort_order,
    from engine
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    inner join {{ ref('dim_segments') }} as labels_a
        on
            engine.survey_code = labels_a.survey_code
            and engine.segment_code = labels_a.segment_code
            and engine.segment_value_a = labels_a.segment_value
    left join {{ ref('dim_segments') }} as labels_b
        on
            engine.survey_code = labels_b.survey_code
            and engine.segment_code = labels_b.segment_code
            and engine.segment_value_b = labels_b.segment_value
    left join {{ ref('flags') }} as flags on engine.withheld_reason = flags.flag_code
)

select * from published
order by sort_order
