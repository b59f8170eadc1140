{#- Every difference is the figure of side a minus that of side b in marts.estimates, withheld when
    either is, with an even interval around it; p values belong to their verdict. -#}
{% test differences_equal_estimates(model, estimates=none) %}
    {%- set estimates = estimates or ref('estimates') -%}
    with paired as (
        select
            mart.*,
            a.estimate as estimate_a,
            b.estimate as estimate_b,
            a.is_withheld or b.is_withheld as is_side_withheld,
            a.survey_code is null or b.survey_code is null as is_unknown,
            a.is_from_earlier_release or b.is_from_earlier_release as is_mixed,
            a.ci_low as ci_low_a,
            a.ci_high as ci_high_a,
            {{ last_digit(
                'mart.question_code', 'mart.statistic', 'least(a.n_answers, b.n_answers)'
            ) }} as last_digit,
        from {{ model }} as mart
        {% for side, wave, segment, measure in [
            ('a', 'wave_code', 'segment_code', ''),
            ('b', 'compared_wave_code', 'compared_segment_code', 'compared_')
        ] -%}
            left join {{ estimates }} as {{ side }}
                on
                    mart.survey_code = {{ side }}.survey_code
                    and mart.{{ wave }} = {{ side }}.wave_code
                    and mart.weighting_scheme = {{ side }}.weighting_scheme
                    and mart.{{ segment }} = {{ side }}.segment_code
                    and mart.segment_value_{{ side }} = {{ side }}.segment_value
                    and mart.second_segment_value_{{ side }}
                    is not distinct from {{ side }}.second_segment_value
                    and mart.{{ measure }}question_code = {{ side }}.question_code
                    and mart.{{ measure }}statistic = {{ side }}.statistic
                    and mart.{{ measure }}option_code is not distinct from {{ side }}.option_code
        {% endfor -%}
    ),

    judged as (
        select
            mart.*,
            case
                when mart.is_unknown
                    then 'a side is no figure of estimates'
                when
                    not mart.is_mixed
                    and {{ unlike('mart.is_side_withheld', 'mart.is_withheld') }}
                    then 'withheld otherwise than its sides'
                when not mart.is_mixed and {{ differs(
                    'mart.difference', 'mart.estimate_a - mart.estimate_b', '2 * mart.last_digit'
                ) }}
                    then 'difference: not figure a minus figure b'
                {{ even_interval_faults(
                    'main', 'mart.difference', 'mart.ci_low', 'mart.ci_high', 'mart.se',
                    '1.5 * mart.last_digit'
                ) }}
                {{ even_interval_faults(
                    'clustered', 'if(mart.ci_low_clustered is null, null, mart.difference)',
                    'mart.ci_low_clustered', 'mart.ci_high_clustered', 'mart.se_clustered',
                    '1.5 * mart.last_digit'
                ) }}
                {% for suffix in ['', '_clustered'] -%}
                    when
                        mart.is_withheld
                        and (
                            coalesce(
                                mart.se{{ suffix }}, mart.df{{ suffix }}, mart.p_value{{ suffix }},
                                mart.p_adjusted{{ suffix }}
                            ) is not null
                            or mart.is_significant{{ suffix }}
                        )
                        then 'withheld, and still shows its test'
                    when
                        not mart.p_value{{ suffix }} between 0 and 1
                        or not mart.p_adjusted{{ suffix }} between 0 and 1
                        or mart.p_adjusted{{ suffix }} < mart.p_value{{ suffix }} * (1 - 1e-9)
                        then 'p: outside 0-1, or less after adjustment'
                    when
                        mart.is_significant{{ suffix }} != coalesce(
                            mart.p_adjusted{{ suffix }} < {{ threshold('significance_level') }},
                            false
                        )
                        and {{ unlike(
                            'mart.p_adjusted' ~ suffix, threshold('significance_level')
                        ) }}
                        then 'significant otherwise than its p'
                    when
                        (mart.verdict{{ suffix }} is null)
                        != (mart.difference is null or mart.ci_low{{ suffix }} is null)
                        then 'verdict: there without an interval, or not there'
                    when
                        mart.verdict{{ suffix }} != 'no_demonstrable_difference'
                        and mart.ci_low{{ suffix }} <= 0 and mart.ci_high{{ suffix }} >= 0
                        then 'verdict: a difference of which the interval holds 0'
                    when
                        mart.verdict{{ suffix }} = 'no_demonstrable_difference'
                        and mart.comparison_kind != 'total'
                        and (mart.ci_low{{ suffix }} > 0 or mart.ci_high{{ suffix }} < 0)
                        then 'verdict: none, of which the interval does not hold 0'
                    when
                        mart.verdict{{ suffix }} = 'certain_difference'
                        and not mart.is_significant{{ suffix }}
                        then 'verdict: certain otherwise than its p'
                {% endfor -%}
                when
                    mart.comparison_kind = 'total'
                    and mart.verdict != 'no_demonstrable_difference'
                    and mart.estimate_b between mart.ci_low_a and mart.ci_high_a
                    then 'verdict: the interval of the group holds the figure of everybody'
            end as problem,
        from paired as mart
    )

    select * from judged
    where problem is not null
{% endtest %}
