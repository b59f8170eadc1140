{#- A Python model has no hook: it would begin a transaction that does not see the table which dbt's
    built-in materialization writes on a cursor of its own. -#}
{% macro one_thread() -%}
    {%- if target.name != 'lint' and model.language != 'python' -%} set threads = 1 {%- endif -%}
{%- endmacro %}

{% macro all_threads() -%}
    {%- if target.name != 'lint' and model.language != 'python' -%} reset threads {%- endif -%}
{%- endmacro %}
