{#- Positions in the longest driver model: the constant, the outcome and its drivers. -#}
{% macro driver_positions() -%}
    {%- set questions = ref('est_driver_questions') -%}
    {%- if execute and target.name != 'lint' -%}
        {%- set found = run_query(
            "select coalesce(max(n_drivers), 0)::int as n from " ~ questions
        ) -%}
        {{ return(found.columns[0].values()[0] | int + 2) }}
    {%- else -%}
        {{ return(3) }}
    {%- endif -%}
{%- endmacro %}
