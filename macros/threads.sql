{% macro one_thread() -%}
    {%- if target.name != 'lint' -%} set threads = 1 {%- endif -%}
{%- endmacro %}

{% macro all_threads() -%}
    {%- if target.name != 'lint' -%} reset threads {%- endif -%}
{%- endmacro %}
