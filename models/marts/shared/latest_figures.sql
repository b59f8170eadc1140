with figures as (
    select
        estimates.*,
        {% for language in ['nl', 'en'] -%}
            estimates.question_label_{{ language }} || ': ' || coalesce(
                estimates.option_label_{{ language }}, estimates.statistic_label_{{ language }}
            ) as measure_label_{{ language }},
        {% endfor -%}
    from {{ ref('estimates') }} as estimates
    inner join {{ ref('about') }} as about using (survey_code, wave_code)
    where estimates.is_default_scheme and about.is_latest_wave
)

select * from figures
