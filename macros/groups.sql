{#- Two rows that are about the same group: the same level of the segment, or of both its attributes
    where two are crossed. -#}
{% macro same_group(a, b) -%}
    (
        {{ a }}.segment_code = {{ b }}.segment_code
        and {{ a }}.segment_value = {{ b }}.segment_value
        and {{ a }}.second_segment_value is not distinct from {{ b }}.second_segment_value
    )
{%- endmacro %}


{#- The groups of a relation by each of their divisions: a group of two is one of the first beside one
    of the second, and the other way around. -#}
{% macro group_sides(relation) -%}
    select
        *,
        attribute_code as side_code,
        segment_value as side_value,
        second_attribute_code as beside_code,
        second_segment_value as beside_value,
    from {{ relation }}
    union all
    select
        *,
        second_attribute_code as side_code,
        second_segment_value as side_value,
        attribute_code as beside_code,
        segment_value as beside_value,
    from {{ relation }}
    where second_attribute_code is not null
{%- endmacro %}


{#- Levels that the codebook declares: of attribute_levels, and the options of a question that an
    attribute is made of. Those of municipalities and sources stand in seeds of their own. -#}
{% macro declared_levels() -%}
    select
        attribute_code,
        level_code,
    from {{ ref('attribute_levels') }}
    union
    select
        attributes.attribute_code,
        options.option_code as level_code,
    from {{ ref('attributes') }} as attributes
    inner join {{ ref('questions') }} as questions using (question_code)
    inner join {{ ref('stg_options') }} as options using (option_set_code)
{%- endmacro %}
