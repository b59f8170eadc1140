{#- Condition: the counts are those of the people of a profile that are in the group of `places`
    (est_profile_segments): everybody, or those counted beside the profile. -#}
{% macro counted_people(counts, places) -%}
    {{ counts }}.wave_code = {{ places }}.wave_code
    and {{ counts }}.profile_key = {{ places }}.profile_key
    and {{ counts }}.attribute_code is not distinct from {{ places }}.counted_attribute_code
    and {{ counts }}.level_code is not distinct from {{ places }}.counted_level_code
{%- endmacro %}
