{#- Counts that were subtracted from each other never fall below nothing. -#}
{% test is_not_negative(model, columns) %}
    {% for column in columns %}
        select
            '{{ column }}' as column_name,
            {{ column }} as found,
        from {{ model }}
        where {{ column }} < 0
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
{% endtest %}
