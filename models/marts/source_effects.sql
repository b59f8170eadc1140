{%- set n_least = 'least(engine.n_source, engine.n_others)' -%}
{%- set ends = ('engine.ci_low', 'engine.ci_high') -%}
{%- set n_others = 'engine.n_others' -%}
with engine as (
    select
        tests.* exclude (withheld_reason, question_code, statistic, option_code, topic, kind),
        tests.scheme_code as weighting_scheme,
        if(stale.measure_id is null, tests.withheld_reason, 'protected') as withheld_reason,
        tests.withheld_reason is not null or stale.measure_id is not null as is_withheld,
    from {{ ref('est_source_tests') }} as tests
    left join {{ ref('est_source_releases') }} as stale
        using (wave_code, measure_id, source_code)
),

rounded as (
    select
        engine.survey_code,
        engine.wave_code,
        engine.weighting_scheme,
        engine.measure_id,
        measures.question_code,
        measures.statistic,
        measures.option_code,
        engine.segment_code,
        engine.source_code,
        measures.topic,
        {{ published('engine.estimate', 'engine.n_source') }} as estimate,
        {{ published('engine.others_estimate', n_others) }} as others_estimate,
        if(engine.is_withheld, null, engine.n_source)::bigint as n_answers,
        {{ published_difference('engine.difference', n_least, *ends) }} as difference,
        {{ published('engine.se', n_least) }} as se,
        {{ published_difference('engine.ci_low', n_least, *ends) }} as ci_low,
        {{ published_difference('engine.ci_high', n_least, *ends) }} as ci_high,
        if(engine.is_withheld, null, engine.df)::bigint as df,
        if(engine.is_withheld, null, {{ published_p('engine.p_value') }}) as p_value,
        if(engine.is_withheld, null, {{ published_p('engine.p_adjusted') }}) as p_adjusted,
        engine.is_significant and not engine.is_withheld as is_significant,
        {{ published('engine.se_clustered', n_least) }} as se_clustered,
        if(engine.is_withheld, null, {{ published_p('engine.p_adjusted_clustered') }})
            as p_adjusted_clustered,
        {{ published('engine.estimate_without', n_others) }} as estimate_without,
        engine.is_withheld,
        engine.withheld_reason,
        measures.question_label_nl,
        measures.question_label_en,
        coalesce(measures.option_label_nl, measures.statistic_label_nl) as label_nl,
        coalesce(measures.option_label_en, measures.statistic_label_en) as label_en,
    from engine
    inner join {{ ref('est_measures') }} as measures using (survey_code, measure_id)
),

-- The range of a figure over the sources that may be left out for all to see.
ranged as (
    select
        *,
        {{ verdict('difference', 'ci_low', 'ci_high', 'is_significant') }} as verdict,
        min(estimate_without) over figure as source_low,
        max(estimate_without) over figure as source_high,
        count(estimate_without) over figure as n_sources,
        count(estimate_without) over figure = count(*) over figure as is_every_source,
    from rounded
    window
        figure as (partition by survey_code, wave_code, measure_id)
),

labelled as (
    select
        ranged.* exclude (measure_id),
        verdicts.label_nl as verdict_label_nl,
        verdicts.label_en as verdict_label_en,
        reasons.label_nl as withheld_label_nl,
        reasons.label_en as withheld_label_en,
        segments.label_nl as source_label_nl,
        segments.label_en as source_label_en,
        row_number() over (
            order by ranged.survey_code, ranged.wave_code, ranged.measure_id, segments.sort_order
        ) as sort_order,
    from ranged
    inner join {{ ref('est_groups') }} as segments
        on
            ranged.survey_code = segments.survey_code
            and ranged.segment_code = segments.segment_code
            and ranged.source_code = segments.segment_value
    left join {{ ref('flags') }} as verdicts
        on ranged.verdict = verdicts.flag_code and verdicts.kind = 'difference'
    left join {{ ref('flags') }} as reasons
        on ranged.withheld_reason = reasons.flag_code and reasons.kind = 'withheld'
)

select * from labelled
order by sort_order
