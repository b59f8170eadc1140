{#- What the weights of respondents sum to equals its target. 1e-8 is relative; raking itself
    stops at 1e-10. -#}
{% test margins_are_met(model, target, achieved) %}
    select *
    from {{ model }}
    where
        {{ target }} is null
        or {{ achieved }} is null
        or abs({{ achieved }} - {{ target }}) > 1e-8 * {{ target }}
{% endtest %}
