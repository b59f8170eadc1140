{#- Σu of the respondents in a cell, u = f·(d·e - d·b): f the raking factor, b the fit. -#}
{% macro cell_sum_u(factor, sum_d, sum_de, fit) -%}
    ({{ factor }} * ({{ sum_de }} - ({{ fit }}) * {{ sum_d }}))
{%- endmacro %}


{#- Σu² of the respondents in a cell. -#}
{% macro cell_sum_u2(factor, sum_d2, sum_d2e, sum_d2ee, fit) -%}
    (
        {{ factor }} * {{ factor }} * (
            {{ sum_d2ee }} - 2 * ({{ fit }}) * ({{ sum_d2e }})
            + ({{ fit }}) * ({{ fit }}) * {{ sum_d2 }}
        )
    )
{%- endmacro %}
