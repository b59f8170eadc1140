{%- set family = 'survey_code, wave_code, topic' -%}
-- A figure without a source is as good as that source's own figure: it is shown where that is, and
-- where the others are enough people themselves.
with judged as (
    select
        effects.*,
        segments.survey_code,
        segments.segment_code,
        measures.topic,
        measures.kind,
        measures.question_code,
        measures.statistic,
        measures.option_code,
        schemes.inference_unit = 'cluster' as is_clustered,
        case
            when suppression.withheld_reason is not null then suppression.withheld_reason
            when effects.n_others < surveys.min_base_n then 'small_base'
            when
                measures.kind in ('range', 'option')
                and (
                    least(effects.n_others_positive, effects.n_others - effects.n_others_positive)
                    between 1 and {{ threshold('min_cell_n') }} - 1
                    or (
                        effects.n_others_positive in (0, effects.n_others)
                        and effects.n_others < {{ threshold('min_uniform_base_n') }}
                    )
                )
                then 'protected'
        end as withheld_reason,
    from {{ ref('est_source_effects') }} as effects
    inner join {{ ref('est_source_segments') }} as segments using (scheme_code)
    inner join {{ ref('est_measures') }} as measures using (survey_code, measure_id)
    inner join {{ ref('weighting_schemes') }} as schemes using (survey_code, scheme_code)
    inner join {{ ref('surveys') }} as surveys using (survey_code)
    -- A source without a group of its own is not reported.
    inner join {{ ref('est_points') }} as points
        on
            effects.scheme_code = points.scheme_code
            and effects.wave_code = points.wave_code
            and segments.segment_code = points.segment_code
            and effects.source_code = points.segment_value
            and effects.measure_id = points.measure_id
    inner join {{ ref('est_suppression') }} as suppression using (point_id)
),

tested as (
    select
        * exclude (
            se, df, p_value, se_clustered, df_clustered, p_value_clustered, estimate_without
        ),
        {% for figure in ['se', 'df', 'p_value'] -%}
            {{ known('if(is_clustered, ' ~ figure ~ '_clustered, ' ~ figure ~ ')') }}
                as {{ figure }},
        {% endfor -%}
        {{ known('se_clustered') }} as se_clustered,
        {{ known('p_value_clustered') }} as p_value_clustered,
        {{ known('estimate_without') }} as estimate_without,
    from judged
),

in_family as (
    select
        *,
        if(withheld_reason is null, p_value, null) as p_seen,
        if(withheld_reason is null, p_value_clustered, null) as p_seen_clustered,
    from tested
),

ranked as (
    select
        *,
        {{ family_rank('p_seen', family) }} as p_rank,
        {{ family_rank('p_seen_clustered', family) }} as p_rank_clustered,
        count(p_seen) over (partition by {{ family }}) as n_family,
        count(p_seen_clustered) over (partition by {{ family }}) as n_family_clustered,
    from in_family
),

adjusted as (
    select
        *,
        {{ t_bound('difference', 'se', 'df', -1) }} as ci_low,
        {{ t_bound('difference', 'se', 'df', 1) }} as ci_high,
        if(
            p_seen is null, null, {{ benjamini_hochberg('p_seen', 'p_rank', 'n_family', family) }}
        ) as p_adjusted,
        if(
            p_seen_clustered is null, null,
            {{ benjamini_hochberg(
                'p_seen_clustered', 'p_rank_clustered', 'n_family_clustered', family
            ) }}
        ) as p_adjusted_clustered,
    from ranked
)

select
    * exclude (
        p_seen, p_seen_clustered, p_rank, p_rank_clustered, n_family, n_family_clustered
    ),
    coalesce(p_adjusted < {{ threshold('significance_level') }}, false) as is_significant,
from adjusted
