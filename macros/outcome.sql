{#- A number as a code: 7 for 7.0; for people with two decimals at most and their decimal mark. -#}
{% macro number_text(number, mark=none) -%}
    {%- if mark -%}
        replace({{ number_text('round(' ~ number ~ ', 2)') }}, '.', '{{ mark }}')
    {%- else -%}
        if({{ number }} = floor({{ number }}), {{ number }}::bigint::varchar, {{ number }}::varchar)
    {%- endif -%}
{%- endmacro %}


{#- The outcome y of one answer under a measure: the number itself for a mean, 1 or 0 for a share,
    1, 0 or -1 for a net score. Null: the answer has no number and belongs in no base. -#}
{% macro outcome(measures, value_number, option_code) -%}
    case {{ measures }}.kind
        when 'mean' then {{ value_number }}
        when 'range'
            then (
                {{ value_number }} between {{ measures }}.value_from and {{ measures }}.value_to
            )::double
        when 'net'
            then
                (
                    {{ value_number }} between {{ measures }}.value_from and {{ measures }}.value_to
                )::double
                - (
                    {{ value_number }} between {{ measures }}.minus_from and {{ measures }}.minus_to
                )::double
        when 'option' then ({{ option_code }} is not distinct from {{ measures }}.option_code)::double
    end
{%- endmacro %}


{#- A figure that Python could not make, as SQL says it: null. -#}
{% macro known(figure) -%}
    if(isnan({{ figure }}), null, {{ figure }})
{%- endmacro %}
