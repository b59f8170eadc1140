{%- set n_answers = 'engine.min_n_answers' -%}
{%- set main = ('engine.ci_low', 'engine.ci_high') -%}
{%- set clustered = ('engine.ci_low_clustered', 'engine.ci_high_clustered') %}

with standing as (
    select
        trends.trend_id,
        bool_or(figures.is_withheld or figures.is_from_earlier_release) as is_withheld,
    from {{ ref('est_trends') }} as trends
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('estimates') }} as figures
        on
            trends.survey_code = figures.survey_code
            and list_contains(trends.waves, figures.wave_code)
            and trends.scheme_code = figures.weighting_scheme
            and {{ same_group('trends', 'figures') }}
            and measures.question_code = figures.question_code
            and measures.statistic = figures.statistic
            and measures.option_code is not distinct from figures.option_code
    group by trends.trend_id
),

-- A line through a figure that stands from the release before would tell the figure that does not.
engine as (
    select
        trends.*,
        standing.is_withheld,
    from {{ ref('est_trends') }} as trends
    inner join standing using (trend_id)
    where not standing.is_withheld
),

published as (
    select
        engine.survey_code,
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
        engine.first_wave_code,
        engine.last_wave_code,
        engine.n_waves,
        {{ published_difference('engine.slope', n_answers, *main, beside=clustered) }}
            as change_per_year,
        {{ published('engine.se', n_answers) }} as se,
        {{ published_difference('engine.ci_low', n_answers, *main) }} as ci_low,
        {{ published_difference('engine.ci_high', n_answers, *main) }} as ci_high,
        engine.df::bigint as df,
        {{ published_p('engine.p_value') }} as p_value,
        {{ published_p('engine.p_adjusted') }} as p_adjusted,
        coalesce(engine.p_adjusted < {{ threshold('significance_level') }}, false)
            as is_significant,
        {{ published('engine.se_clustered', n_answers) }} as se_clustered,
        {{ published_difference('engine.ci_low_clustered', n_answers, *clustered) }}
            as ci_low_clustered,
        {{ published_difference('engine.ci_high_clustered', n_answers, *clustered) }}
            as ci_high_clustered,
        engine.df_clustered::bigint as df_clustered,
        {{ published_p('engine.p_value_clustered') }} as p_value_clustered,
        own.label_nl as segment_label_nl,
        own.label_en as segment_label_en,
        measures.question_label_nl,
        measures.question_label_en,
        coalesce(measures.option_label_nl, measures.statistic_label_nl) as label_nl,
        coalesce(measures.option_label_en, measures.statistic_label_en) as label_en,
        schemes.is_default as is_default_scheme,
        row_number() over (
            order by
                engine.survey_code, schemes.sort_order, own.sort_order, measures.measure_id
        ) as sort_order,
    from engine
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    inner join {{ ref('est_groups') }} as own
        on
            engine.survey_code = own.survey_code
            and {{ same_group('engine', 'own') }}
),

held as (
    select * replace ({{ holding('change_per_year') }})
    from published
),

judged as (
    select
        held.*,
        {{ verdict('change_per_year', 'ci_low', 'ci_high', 'is_significant') }} as verdict,
    from held
),

labelled as (
    select
        judged.*,
        verdicts.label_nl as verdict_label_nl,
        verdicts.label_en as verdict_label_en,
    from judged
    left join {{ ref('flags') }} as verdicts
        on judged.verdict = verdicts.flag_code and verdicts.kind = 'difference'
)

select * from labelled
order by sort_order
