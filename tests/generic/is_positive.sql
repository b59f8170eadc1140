{#- A finite number above 0: weights of 0, below 0, NaN or infinite have no meaning. -#}
{% test is_positive(model, column_name) %}
    select *
    from {{ model }}
    where
        {{ column_name }} is null
        or not ({{ column_name }} > 0 and isfinite({{ column_name }}))
{% endtest %}
