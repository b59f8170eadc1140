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
