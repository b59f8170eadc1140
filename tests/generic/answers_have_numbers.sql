{#- Every answer of which a mean, range or net is asked has a number, and the bounds hold some. -#}
{% test answers_have_numbers(model, scales, questions, options) %}
    {{ statistics_without_numbers(model, scales, questions, options) }}
{% endtest %}
