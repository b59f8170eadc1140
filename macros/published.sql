{#- Conditions on marts.estimates for one statistic, as an aggregate over its one row. -#}
{% macro figure(column, statistic) -%}
    any_value({{ column }}) filter (where statistic = '{{ statistic }}')
{%- endmacro %}


{#- One statistic and its interval as three columns. -#}
{% macro figure_and_interval(column, statistic) -%}
    {{ figure('estimate', statistic) }} as {{ column }},
        {{ figure('ci_low', statistic) }} as {{ column }}_ci_low,
        {{ figure('ci_high', statistic) }} as {{ column }}_ci_high
{%- endmacro %}


{#- What a row of a question says beside its figures: base, flags, labels and order. -#}
{% macro question_columns() -%}
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
        min(sort_order) as sort_order
{%- endmacro %}


{#- The figures of the default scheme in the latest wave of every survey, with what is measured in
    words: what marts that link surveys look in. -#}
{% macro latest_figures() -%}
    select
        estimates.*,
        {% for language in ['nl', 'en'] -%}
            estimates.question_label_{{ language }} || ': ' || coalesce(
                estimates.option_label_{{ language }}, estimates.statistic_label_{{ language }}
            ) as measure_label_{{ language }},
        {% endfor -%}
    from {{ ref('estimates') }} as estimates
    inner join {{ ref('about') }} as about using (survey_code, wave_code)
    where estimates.is_default_scheme and about.is_latest_wave
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
        second_segment_value,
        question_code,
        channel_code,
        {{ figure_and_interval('mean_grade', 'mean') }},
        {{ figure_and_interval('share_insufficient', 'share_insufficient') }},
        {{ figure_and_interval('share_sufficient', 'share_sufficient') }},
        {{ figure_and_interval('share_good', 'share_good') }},
        {{ question_columns() }},
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
        second_segment_value,
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
