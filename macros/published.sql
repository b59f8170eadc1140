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
