{#- Shares of a question with one answer sum to 1 per group, before rounding and withholding. -#}
{% test shares_sum_to_one(model) %}
    select
        figures.domain_id,
        measures.question_code,
        measures.statistic,
        sum(figures.estimate) as total,
    from {{ model }} as figures
    inner join {{ ref('est_measures') }} as measures using (measure_id)
    inner join {{ ref('questions') }} as questions
        on measures.question_code = questions.question_code
    inner join {{ ref('scales') }} as scales on questions.scale_code = scales.scale_code
    where scales.kind = 'single' and measures.kind = 'option'
    group by all
    having abs(sum(figures.estimate) - 1) > 1e-9
{% endtest %}
