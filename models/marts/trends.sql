with changes as (
    select * from {{ ref('comparisons') }}
    where comparison_kind = 'waves'
),

sided as (
    select
        changes.survey_code,
        changes.wave_code,
        changes.compared_wave_code,
        changes.weighting_scheme,
        changes.segment_code,
        changes.segment_value_a as segment_value,
        changes.second_segment_value_a as second_segment_value,
        changes.question_code,
        changes.topic,
        changes.channel_code,
        changes.aspect,
        changes.statistic,
        changes.option_code,
        now.estimate,
        earlier.estimate as earlier_estimate,
        changes.difference as change,
        changes.se,
        changes.ci_low,
        changes.ci_high,
        changes.p_value,
        changes.p_adjusted,
        changes.is_significant,
        changes.verdict,
        changes.verdict_label_nl,
        changes.verdict_label_en,
        changes.is_withheld,
        changes.withheld_label_nl,
        changes.withheld_label_en,
        changes.segment_label_a_nl as segment_label_nl,
        changes.segment_label_a_en as segment_label_en,
        changes.question_label_nl,
        changes.question_label_en,
        coalesce(changes.option_label_nl, changes.statistic_label_nl) as label_nl,
        coalesce(changes.option_label_en, changes.statistic_label_en) as label_en,
        changes.is_default_scheme,
        changes.sort_order,
        waves.is_previous as is_since_previous_wave,
        waves.is_base as is_since_base_wave,
    from changes
    inner join {{ ref('est_wave_pairs') }} as waves
        using (survey_code, wave_code, compared_wave_code)
    {% for side, wave in [('now', 'wave_code'), ('earlier', 'compared_wave_code')] %}
        inner join {{ ref('estimates') }} as {{ side }}
            on
                changes.survey_code = {{ side }}.survey_code
                and changes.{{ wave }} = {{ side }}.wave_code
                and changes.weighting_scheme = {{ side }}.weighting_scheme
                and changes.segment_code = {{ side }}.segment_code
                and changes.segment_value_a = {{ side }}.segment_value
                and changes.second_segment_value_a
                is not distinct from {{ side }}.second_segment_value
                and changes.question_code = {{ side }}.question_code
                and changes.statistic = {{ side }}.statistic
                and changes.option_code is not distinct from {{ side }}.option_code
    {% endfor %}
)

select * from sided
order by sort_order
