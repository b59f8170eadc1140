{#- Whether two published numbers are not the same: one is missing, or they are further apart than
    the rounding of published figures. Null (neither true nor false) when both are missing. -#}
{% macro differs(a, b) -%}
    ((({{ a }}) is null) != (({{ b }}) is null) or abs(({{ a }}) - ({{ b }})) > 1e-9)
{%- endmacro %}


{#- What is wrong with a figure and its interval, as branches of a `case`: an end is missing, the
    figure lies outside, or the interval has no width though the standard error is not 0. -#}
{% macro interval_faults(name, figure, low, high, se) -%}
    when ({{ low }} is null) != ({{ high }} is null) or ({{ figure }} is null and {{ low }} is not null)
        then '{{ name }}: the interval misses an end or its figure'
    when not {{ figure }} between {{ low }} - 1e-9 and {{ high }} + 1e-9
        then '{{ name }}: the figure lies outside its interval'
    when {{ se }} > 1e-9 and not {{ low }} < {{ high }}
        then '{{ name }}: the interval has no width'
{%- endmacro %}


{#- The same for a difference, whose t interval lies evenly around it. -#}
{% macro even_interval_faults(name, figure, low, high, se) -%}
    {{ interval_faults(name, figure, low, high, se) }}
    when abs(({{ low }} + {{ high }}) / 2 - {{ figure }}) > 1e-9
        then '{{ name }}: the interval is not even around its difference'
{%- endmacro %}
