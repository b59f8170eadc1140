{#- Rows received are rows that fell off plus rows that count, per source. -#}
{% test steps_add_up(model) %}
    select
        survey_code,
        wave_code,
        source_code,
        sum(n_respondents) filter (where step_code = 'received') as received,
        sum(n_respondents) filter (where step_code != 'received') as accounted_for,
    from {{ model }}
    group by all
    having received is distinct from accounted_for
{% endtest %}
