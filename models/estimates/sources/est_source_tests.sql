{%- set family = 'survey_code, wave_code, topic' -%}
-- A figure without a source is as good as that source's own figure: it is shown where that is, and
-- where the others are enough people themselves. Both together tell everybody's figure: it is shown
-- as well.
with points as (
    select
        points.scheme_code,
        points.wave_code,
        points.segment_code,
        points.segment_value,
        points.measure_id,
        suppression.withheld_reason,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_suppression') }} as suppression using (point_id)
),

judged as (
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
            when own.withheld_reason is not null then own.withheld_reason
            when everybody.withheld_reason is not null then everybody.withheld_reason
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
    inner join {{ ref('est_segments') }} as totals
        on segments.survey_code = totals.survey_code and totals.is_total
    -- A source without a group of its own is not reported.
    {% for side, segment in [('own', 'segments'), ('everybody', 'totals')] -%}
        inner join points as {{ side }}
            on
                effects.scheme_code = {{ side }}.scheme_code
                and effects.wave_code = {{ side }}.wave_code
                and {{ segment }}.segment_code = {{ side }}.segment_code
                and effects.measure_id = {{ side }}.measure_id
                {% if side == 'own' -%}
                    and effects.source_code = own.segment_value
                {% endif -%}
    {% endfor %}
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

adjusted as (
    {{ with_adjusted_p(
        'tested', family,
        {'p_value': 'p_adjusted', 'p_value_clustered': 'p_adjusted_clustered'},
        'withheld_reason is null'
    ) }}
)

select
    *,
    {{ t_bound('difference', 'se', 'df', -1) }} as ci_low,
    {{ t_bound('difference', 'se', 'df', 1) }} as ci_high,
    coalesce(p_adjusted < {{ threshold('significance_level') }}, false) as is_significant,
from adjusted
