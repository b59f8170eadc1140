{#- Whether so few came in since a release that the difference would tell their answers: since the
    one in force, or since any before it, which readers may still have. -#}
{% macro few_newcomers(n, n_released, earlier_bases) -%}
    coalesce(
        list_min(
            list_transform(
                list_append({{ earlier_bases }}, {{ n_released }}),
                lambda base: nullif(abs({{ n }} - base), 0)
            )
        ) < {{ threshold('min_new_respondents') }},
        false
    )
{%- endmacro %}


{#- Columns of a figure that stand together: those of one release, or all made anew. -#}
{% macro released_figure_columns() -%}
    {{ return(['n_answers',
        'estimate',
        'n_weighted',
        'n_effective',
        'se',
        'ci_low',
        'ci_high',
        'deff',
        'df',
        'se_clustered',
        'ci_low_clustered',
        'ci_high_clustered',
        'df_clustered',
        'significantly_higher_than',
        'quality_flag',
        'is_indicative',
        'deff_weights',
        'residents',
        'residents_low',
        'residents_high'
    ]) }}
{%- endmacro %}


{#- The same of a comparison. -#}
{% macro released_difference_columns() -%}
    {{ return(['difference',
        'se',
        'ci_low',
        'ci_high',
        'df',
        'p_value',
        'p_adjusted',
        'is_significant',
        'se_clustered',
        'ci_low_clustered',
        'ci_high_clustered',
        'df_clustered',
        'p_value_clustered',
        'p_adjusted_clustered',
        'is_significant_clustered'
    ]) }}
{%- endmacro %}


{#- The same of an answer. -#}
{% macro released_answer_columns() -%}
    {{ return(['n_answers',
        'estimate',
        'se',
        'ci_low',
        'ci_high',
        'n_weighted',
        'residents',
        'residents_low',
        'residents_high',
        'quality_flag'
    ]) }}
{%- endmacro %}


{#- The same of the response to a question. -#}
{% macro released_item_columns() -%}
    {{ return(['n_eligible',
        'n_not_asked',
        'n_answered',
        'n_dont_know',
        'n_refused',
        'n_skipped',
        'n_off_route',
        'is_withheld'
    ]) }}
{%- endmacro %}


{#- The same of a figure of a declared crosstab. -#}
{% macro released_crosstab_columns() -%}
    {{ return(['n_answers',
        'estimate',
        'se',
        'ci_low',
        'ci_high',
        'df',
        'n_effective',
        'row_share',
        'significantly_higher_than',
        'differs_from_total'
    ]) }}
{%- endmacro %}


{#- Groups of a question that wait: every figure of theirs stands, or is not shown yet. -#}
{% macro join_waiting(row, measure=none) -%}
    left join {{ ref('est_waiting_groups') }} as waiting
        on
            {{ row }}.survey_code = waiting.survey_code
            and {{ row }}.wave_code = waiting.wave_code
            and {{ same_group(row, 'waiting') }}
            and {{ measure or row }}.question_code = waiting.question_code
{%- endmacro %}


{#- Columns of a row that is compared with the one that was released (`released_…`, `is_released`):
    those of the release where it stands. What stands and was not released is not shown until it is
    made anew: beside what was released of the same people it tells who came. `protected` is the
    flag of that. -#}
{% macro standing(row, columns) -%}
    {% set waits = 'is_from_earlier_release and not is_released' -%}
    {{ row }}.* exclude (
        is_released,
        {% for column in columns -%}
            released_{{ column }}{{ ', ' if not loop.last }}
        {%- endfor %}
    ) replace (
        {% for column in columns if column not in ['quality_flag', 'is_indicative'] -%}
            if(is_from_earlier_release, released_{{ column }}, {{ column }}) as {{ column }},
        {% endfor -%}
        case
            when {{ waits }} then 'withheld'
            when is_from_earlier_release then released_quality_flag
            else quality_flag
        end as quality_flag,
        {% if 'is_indicative' in columns -%}
            if(is_from_earlier_release, coalesce(released_is_indicative, false), is_indicative)
                as is_indicative,
        {% endif -%}
        is_withheld or ({{ waits }}) as is_withheld,
        if({{ waits }}, protected.flag_code, withheld_reason) as withheld_reason,
        {% for language in ['nl', 'en'] -%}
            if({{ waits }}, protected.label_{{ language }}, withheld_label_{{ language }})
                as withheld_label_{{ language }}{{ ', ' if not loop.last }}
        {% endfor %}
    )
{%- endmacro %}


{#- Two rows of one crosstab of one wave by one scheme. -#}
{% macro same_crosstab(a, b) -%}
    (
        {{ a }}.survey_code = {{ b }}.survey_code
        and {{ a }}.wave_code = {{ b }}.wave_code
        and {{ a }}.weighting_scheme = {{ b }}.weighting_scheme
        and {{ a }}.crosstab_code = {{ b }}.crosstab_code
    )
{%- endmacro %}


{#- Two rows of one column of a crosstab. -#}
{% macro same_crosstab_column(a, b) -%}
    {{ same_crosstab(a, b) }}
    and {{ a }}.column_value = {{ b }}.column_value
    and {{ a }}.second_column_value is not distinct from {{ b }}.second_column_value
{%- endmacro %}


{#- Two rows of what one group answered to one question, by one scheme. -#}
{% macro same_answers(a, b) -%}
    {{ a }}.survey_code = {{ b }}.survey_code
    and {{ a }}.wave_code = {{ b }}.wave_code
    and {{ a }}.weighting_scheme = {{ b }}.weighting_scheme
    and {{ same_group(a, b) }}
    and {{ a }}.question_code = {{ b }}.question_code
{%- endmacro %}
