{#- A finite number above 0: weights of 0, below 0, NaN or infinite have no meaning. -#}
{% test is_positive(model, column_name) %}
    select *
    from {{ model }}
    where {{ is_no_weight(column_name) }}
{% endtest %}
