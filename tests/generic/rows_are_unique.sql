{#- No two rows agree on these columns; nulls count as equal. -#}
{% test rows_are_unique(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as n_rows,
    from {{ model }}
    group by all
    having count(*) > 1
{% endtest %}
