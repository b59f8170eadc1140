{#- Schemas are named as they are configured (`marts`, `own`), as Peil's own are. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ peil.generate_schema_name(custom_schema_name, node) }}
{%- endmacro %}
