{#- Every effect is the figure of the level that its contrast compares minus that of its reference
    level, whatever their display order, with the test that comparisons holds for them; so is the
    standardised one, under the scheme that weights both sides to the whole population. -#}
{% test effects_equal_comparisons(
    model, estimates=none, comparisons=none, contrasts=none, schemes=none
) %}
    {%- set estimates = estimates or ref('estimates') -%}
    {%- set comparisons = comparisons or ref('comparisons') -%}
    with mart as (
        select
            effects.*,
            contrasts.segment_code as contrast_segment,
            contrasts.comparison_level_code as compared_level,
            contrasts.reference_level_code as reference_level,
            whole.scheme_code as whole_scheme,
            {{ last_digit(
                'effects.question_code', 'effects.statistic',
                'least(effects.n_comparison, effects.n_reference)'
            ) }} as last_digit,
        from {{ model }} as effects
        left join {{ contrasts or ref('est_contrasts') }} as contrasts
            using (survey_code, contrast_code)
        left join {{ schemes or ref('weighting_schemes') }} as whole
            on
                effects.survey_code = whole.survey_code
                and whole.target_scope = 'whole'
    ),

    -- Signs follow from the levels themselves: 1 when comparisons has the compared level as a.
    tests as (
        select
            *,
            1 as turn,
        from {{ comparisons }}
        where comparison_kind = 'segments'
        union all by name
        select
            * replace (segment_value_b as segment_value_a, segment_value_a as segment_value_b),
            -1 as turn,
        from {{ comparisons }}
        where comparison_kind = 'segments'
    ),

    judged as (
        select
            mart.*,
            case
                when mart.contrast_segment is null then 'contrast_code: not declared'
                when
                    {{ unlike('mart.comparison_level_code', 'mart.compared_level') }}
                    or {{ unlike('mart.reference_level_code', 'mart.reference_level') }}
                    then 'levels: not those of the contrast'
                when
                    compared.survey_code is null
                    or reference.survey_code is null
                    or tests.turn is null
                    then 'is not compared'
                when {{ differs('mart.comparison_estimate', 'compared.estimate') }}
                    then 'comparison_estimate: not the figure of the compared level'
                when {{ differs('mart.reference_estimate', 'reference.estimate') }}
                    then 'reference_estimate: not the figure of the reference level'
                when
                    {{ differs('mart.n_comparison', 'compared.n_answers') }}
                    or {{ differs('mart.n_reference', 'reference.n_answers') }}
                    then 'n: not the bases of both levels'
                when
                    {{ unlike('mart.comparison_label_nl', 'compared.segment_label_nl') }}
                    or {{ unlike('mart.reference_label_nl', 'reference.segment_label_nl') }}
                    or {{ unlike('mart.comparison_label_en', 'compared.segment_label_en') }}
                    or {{ unlike('mart.reference_label_en', 'reference.segment_label_en') }}
                    then 'labels: not those of the levels'
                when not (
                    compared.is_from_earlier_release or reference.is_from_earlier_release
                ) and {{ differs(
                    'mart.difference', 'compared.estimate - reference.estimate',
                    '2 * mart.last_digit'
                ) }}
                    then 'difference: not compared minus reference'
                when {{ unlike('mart.is_withheld', 'tests.is_withheld') }} then 'withheld otherwise'
                {% for suffix in ['', '_clustered'] -%}
                    {{ even_interval_faults(
                        'main' if not suffix else 'clustered',
                        'if(mart.ci_low' ~ suffix ~ ' is null, null, mart.difference)',
                        'mart.ci_low' ~ suffix, 'mart.ci_high' ~ suffix, 'mart.se' ~ suffix,
                        '1.5 * mart.last_digit'
                    ) }}
                    when
                        {{ differs(
                            'mart.ci_high' ~ suffix ~ ' - mart.ci_low' ~ suffix,
                            'tests.ci_high' ~ suffix ~ ' - tests.ci_low' ~ suffix
                        ) }}
                        {% for column in ['se', 'df', 'p_value', 'p_adjusted'] -%}
                            or {{ differs('mart.' ~ column ~ suffix, 'tests.' ~ column ~ suffix) }}
                        {% endfor -%}
                        or {{ unlike(
                            'mart.is_significant' ~ suffix, 'tests.is_significant' ~ suffix
                        ) }}
                        or {{ unlike('mart.verdict' ~ suffix, 'tests.verdict' ~ suffix) }}
                        then 'test{{ suffix }}: not that of comparisons'
                    {{ even_interval_faults(
                        'standardised' ~ suffix,
                        'if(mart.standardised_ci_low' ~ suffix
                        ~ ' is null, null, mart.standardised_difference)',
                        'mart.standardised_ci_low' ~ suffix, 'mart.standardised_ci_high' ~ suffix,
                        'mart.standardised_se' ~ suffix, '1.5 * mart.last_digit'
                    ) }}
                    when
                        {{ differs(
                            'mart.standardised_ci_high' ~ suffix
                            ~ ' - mart.standardised_ci_low' ~ suffix,
                            'standard.ci_high' ~ suffix ~ ' - standard.ci_low' ~ suffix
                        ) }}
                        {% for column, tested in [
                            ('standardised_se', 'se'), ('standardised_p_adjusted', 'p_adjusted')
                        ] -%}
                            or {{ differs(
                                'mart.' ~ column ~ suffix, 'standard.' ~ tested ~ suffix
                            ) }}
                        {% endfor -%}
                        or {{ unlike(
                            'mart.is_significant_standardised' ~ suffix,
                            'standard.is_significant' ~ suffix
                        ) }}
                        or {{ unlike(
                            'mart.standardised_verdict' ~ suffix, 'standard.verdict' ~ suffix
                        ) }}
                        then 'standardised test{{ suffix }}: not that of comparisons'
                {% endfor -%}
                when {{ differs(
                    'mart.standardised_difference', 'standard.turn * standard.difference'
                ) }}
                    then 'standardised_difference: not compared minus reference'
            end as problem,
        from mart
        {% for side, level in [('compared', 'compared_level'), ('reference', 'reference_level')] -%}
            left join {{ estimates }} as {{ side }}
                on
                    {{ same_measure('mart', side) }}
                    and mart.survey_code = {{ side }}.survey_code
                    and mart.contrast_segment = {{ side }}.segment_code
                    and mart.{{ level }} = {{ side }}.segment_value
                    and {{ side }}.second_segment_value is null
        {% endfor -%}
        {% for side, scheme in [('tests', 'weighting_scheme'), ('standard', 'whole_scheme')] -%}
            left join tests as {{ side }}
                on
                    mart.survey_code = {{ side }}.survey_code
                    and mart.wave_code = {{ side }}.wave_code
                    and mart.{{ scheme }} = {{ side }}.weighting_scheme
                    and mart.contrast_segment = {{ side }}.segment_code
                    and mart.compared_level = {{ side }}.segment_value_a
                    and mart.reference_level = {{ side }}.segment_value_b
                    and mart.question_code = {{ side }}.question_code
                    and mart.statistic = {{ side }}.statistic
                    and mart.option_code is not distinct from {{ side }}.option_code
        {% endfor -%}
    )

    select * from judged
    where problem is not null
{% endtest %}
