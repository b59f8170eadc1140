{#- Whether a person of a panel lies in the domain of the later figure (a), the earlier (b), or both
    (ab). -#}
{% macro in_domains(sides) -%}
    {%- for side in sides -%}
        domain_{{ side }}.domain_id is not null{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
