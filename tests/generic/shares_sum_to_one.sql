{#- Shares of a question with one answer sum to 1 per group, as far as nothing is withheld. -#}
{% test shares_sum_to_one(model) %}
    select
        wave_code,
        weighting_scheme,
        segment_code,
        segment_value,
        second_segment_value,
        question_code,
        statistic,
        sum(estimate) as total,
    from {{ model }}
    inner join {{ ref('questions') }} using (survey_code, question_code)
    inner join {{ ref('scales') }} as scales using (scale_code)
    inner join {{ ref('scale_statistics') }} as statistics using (scale_code, statistic)
    where scales.kind = 'single' and statistics.kind = 'option'
    group by all
    having not bool_or(is_withheld) and abs(sum(estimate) - 1) > 1e-9
{% endtest %}
