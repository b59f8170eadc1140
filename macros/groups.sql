{#- Two rows that are about the same group: the same level of the segment, or of both its attributes
    where two are crossed. -#}
{% macro same_group(a, b) -%}
    (
        {{ a }}.segment_code = {{ b }}.segment_code
        and {{ a }}.segment_value = {{ b }}.segment_value
        and {{ a }}.second_segment_value is not distinct from {{ b }}.second_segment_value
    )
{%- endmacro %}
