{#- A figure as published: null when withheld, and rounded far below its own uncertainty, so
    that the order in which a machine adds numbers cannot show. Expects `is_withheld`. -#}
{% macro published(figure, digits=12) -%}
    if(engine.is_withheld, null, round({{ figure }}, {{ digits }}))
{%- endmacro %}


{#- Conditions on marts.estimates for one statistic, as an aggregate over its one row. -#}
{% macro figure(column, statistic) -%}
    any_value({{ column }}) filter (where statistic = '{{ statistic }}')
{%- endmacro %}


{#- The grade figures of one topic: one row per wave, scheme, segment value and question. -#}
{% macro grade_mart(topic) -%}
with figures as (
    select * from {{ ref('estimates') }}
    where
        topic = '{{ topic }}'
        and statistic in ('mean', 'share_insufficient', 'share_sufficient', 'share_good')
),

pivoted as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        segment_code,
        segment_value,
        question_code,
        channel_code,
        {{ figure('estimate', 'mean') }} as mean_grade,
        {{ figure('ci_low', 'mean') }} as mean_grade_ci_low,
        {{ figure('ci_high', 'mean') }} as mean_grade_ci_high,
        {{ figure('estimate', 'share_insufficient') }} as share_insufficient,
        {{ figure('ci_low', 'share_insufficient') }} as share_insufficient_ci_low,
        {{ figure('ci_high', 'share_insufficient') }} as share_insufficient_ci_high,
        {{ figure('estimate', 'share_sufficient') }} as share_sufficient,
        {{ figure('ci_low', 'share_sufficient') }} as share_sufficient_ci_low,
        {{ figure('ci_high', 'share_sufficient') }} as share_sufficient_ci_high,
        {{ figure('estimate', 'share_good') }} as share_good,
        {{ figure('ci_low', 'share_good') }} as share_good_ci_low,
        {{ figure('ci_high', 'share_good') }} as share_good_ci_high,
        max(n_answers) as n_answers,
        {{ figure('quality_flag', 'mean') }} as quality_flag,
        {{ figure('is_withheld', 'mean') }} as is_withheld,
        {{ figure('withheld_label_nl', 'mean') }} as withheld_label_nl,
        {{ figure('withheld_label_en', 'mean') }} as withheld_label_en,
        any_value(segment_label_nl) as segment_label_nl,
        any_value(segment_label_en) as segment_label_en,
        any_value(question_label_nl) as label_nl,
        any_value(question_label_en) as label_en,
        bool_or(is_default_scheme) as is_default_scheme,
        min(sort_order) as sort_order,
    from figures
    group by all
)

select * from pivoted
order by sort_order
{%- endmacro %}


{#- The shares per answer of one topic (means and net scores stand in estimates): one row per wave,
    scheme, segment value and answer. -#}
{% macro share_mart(topic) -%}
with figures as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        segment_code,
        segment_value,
        question_code,
        aspect,
        statistic,
        option_code,
        estimate as share,
        ci_low as share_ci_low,
        ci_high as share_ci_high,
        n_answers,
        quality_flag,
        is_withheld,
        withheld_label_nl,
        withheld_label_en,
        segment_label_nl,
        segment_label_en,
        question_label_nl,
        question_label_en,
        coalesce(option_label_nl, statistic_label_nl) as label_nl,
        coalesce(option_label_en, statistic_label_en) as label_en,
        is_default_scheme,
        sort_order,
    from {{ ref('estimates') }}
    where
        topic = '{{ topic }}'
        and statistic not in ('mean', 'net')
)

select * from figures
order by sort_order
{%- endmacro %}
