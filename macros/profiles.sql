{#- Condition: the counts are those of the people of a profile that are in the group of `places`
    (est_profile_segments): everybody, or those counted beside the profile. -#}
{% macro counted_people(counts, places) -%}
    {{ counts }}.wave_code = {{ places }}.wave_code
    and {{ counts }}.profile_key = {{ places }}.profile_key
    and {{ counts }}.attribute_code is not distinct from {{ places }}.counted_attribute_code
    and {{ counts }}.level_code is not distinct from {{ places }}.counted_level_code
{%- endmacro %}


{#- A key of these columns together, the same in every night and on every machine: counts are kept by
    it, and names are joined to what has been added up. -#}
{% macro key_of(columns) -%}
    md5_number_lower(concat_ws(chr(31), {% for column in columns -%}
        coalesce({{ column }}::varchar, ''){{ ', ' if not loop.last }}
    {%- endfor %}))
{%- endmacro %}


{% macro people_columns() -%}
    {{ return([
        'wave_code', 'survey_code', 'profile_key', 'attribute_code', 'level_code',
        'second_level_code',
    ]) }}
{%- endmacro %}


{% macro answer_columns() -%}
    {{ return(['question_code', 'is_base', 'option_code', 'value_number']) }}
{%- endmacro %}


{#- The key of everybody in a profile. -#}
{% macro profile_people_key() -%}
    {{ key_of(['wave_code', 'survey_code', 'profile_key', 'null', 'null', 'null']) }}
{%- endmacro %}
