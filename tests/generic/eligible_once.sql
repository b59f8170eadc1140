{#- A respondent counts at most once per wave. -#}
{% test eligible_once(model) %}
    select
        wave_code,
        respondent_key,
        count(*) as n_rows,
    from {{ model }}
    where response_status = 'eligible'
    group by wave_code, respondent_key
    having count(*) > 1
{% endtest %}
