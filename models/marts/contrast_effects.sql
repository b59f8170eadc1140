-- Every difference both ways round: which side is compared is declared, not a matter of order.
with turned as (
    {{ both_ways(ref('comparisons')) }}
),

differences as (
    select
        turned.*,
        contrasts.contrast_code,
        contrasts.label_nl as contrast_label_nl,
        contrasts.label_en as contrast_label_en,
        contrasts.comparison_level_code,
        contrasts.reference_level_code,
        contrasts.sort_order as contrast_order,
    from turned
    inner join {{ ref('est_contrasts') }} as contrasts
        on
            turned.survey_code = contrasts.survey_code
            and turned.segment_code = contrasts.segment_code
            and turned.segment_value_a = contrasts.comparison_level_code
            and turned.segment_value_b = contrasts.reference_level_code
    where turned.comparison_kind = 'segments'
),

-- Direct standardisation: both groups weighted to one distribution of the population.
standardised as (
    select differences.*
    from differences
    inner join {{ ref('weighting_schemes') }} as schemes
        on
            differences.survey_code = schemes.survey_code
            and differences.weighting_scheme = schemes.scheme_code
    where schemes.target_scope = 'whole'
),

joined as (
    select
        differences.survey_code,
        differences.wave_code,
        differences.contrast_code,
        differences.segment_code,
        differences.weighting_scheme,
        differences.question_code,
        differences.topic,
        differences.channel_code,
        differences.aspect,
        differences.statistic,
        differences.option_code,
        a.estimate as comparison_estimate,
        b.estimate as reference_estimate,
        differences.difference,
        {% for suffix in ['', '_clustered'] -%}
            differences.se{{ suffix }},
            differences.ci_low{{ suffix }},
            differences.ci_high{{ suffix }},
            differences.df{{ suffix }},
            differences.p_value{{ suffix }},
            differences.p_adjusted{{ suffix }},
            differences.is_significant{{ suffix }},
            differences.verdict{{ suffix }},
        {% endfor -%}
        differences.verdict_label_nl,
        differences.verdict_label_en,
        standardised.difference as standardised_difference,
        {% for suffix in ['', '_clustered'] -%}
            standardised.se{{ suffix }} as standardised_se{{ suffix }},
            standardised.ci_low{{ suffix }} as standardised_ci_low{{ suffix }},
            standardised.ci_high{{ suffix }} as standardised_ci_high{{ suffix }},
            standardised.p_adjusted{{ suffix }} as standardised_p_adjusted{{ suffix }},
            standardised.is_significant{{ suffix }} as is_significant_standardised{{ suffix }},
            standardised.verdict{{ suffix }} as standardised_verdict{{ suffix }},
        {% endfor -%}
        differences.is_withheld,
        differences.withheld_label_nl,
        differences.withheld_label_en,
        differences.question_label_nl,
        differences.question_label_en,
        coalesce(differences.option_label_nl, differences.statistic_label_nl) as label_nl,
        coalesce(differences.option_label_en, differences.statistic_label_en) as label_en,
        differences.contrast_label_nl,
        differences.contrast_label_en,
        differences.comparison_level_code,
        differences.reference_level_code,
        differences.segment_label_a_nl as comparison_label_nl,
        differences.segment_label_a_en as comparison_label_en,
        differences.segment_label_b_nl as reference_label_nl,
        differences.segment_label_b_en as reference_label_en,
        differences.is_default_scheme,
        a.n_answers as n_comparison,
        b.n_answers as n_reference,
        row_number() over (
            order by differences.contrast_order, differences.sort_order
        ) as sort_order,
    from differences
    {% for side in ['a', 'b'] %}
        inner join {{ ref('estimates') }} as {{ side }}
            on
                differences.survey_code = {{ side }}.survey_code
                and {{ same_measure('differences', side) }}
                and differences.segment_code = {{ side }}.segment_code
                and differences.segment_value_{{ side }} = {{ side }}.segment_value
                and {{ side }}.second_segment_value is null
    {% endfor %}
    left join standardised
        on
            differences.survey_code = standardised.survey_code
            and differences.wave_code = standardised.wave_code
            and differences.contrast_code = standardised.contrast_code
            and differences.question_code = standardised.question_code
            and differences.statistic = standardised.statistic
            and differences.option_code is not distinct from standardised.option_code
)

select * from joined
order by sort_order
