{#- No row breaks a rule. rules: what is wrong with a row, each with the SQL condition that must hold;
    a condition that is null is held. join: `relation`, a model with one row per row of the mart, as
    `joined`, on a `condition`; a row without one is a fault. -#}
{% test rules_hold(model, rules, join=none) %}
    select *
    from (
        select
            case
                {% if join -%}
                    when joined.rule_row is null then 'has no row in {{ join.relation }}'
                {% endif -%}
                {% for problem, condition in rules.items() -%}
                    when not ({{ condition }}) then '{{ problem }}'
                {% endfor -%}
            end as problem,
            mart.*,
        from {{ model }} as mart
        {% if join -%}
            left join (
                select
                    *,
                    1 as rule_row,
                from {{ ref(join.relation) }}
            ) as joined on {{ join.condition }}
        {%- endif %}
    ) as judged
    where problem is not null
{% endtest %}
