{#- Every difference is the figure of side a minus that of side b in marts.estimates, withheld when
    either is, with an even interval around it; p values belong to their verdict. -#}
{% test differences_equal_estimates(model, estimates=none) %}
    {%- set estimates = estimates or ref('estimates') -%}
    with judged as (
        select
            mart.*,
            a.estimate as estimate_a,
            b.estimate as estimate_b,
            case
                when a.survey_code is null or b.survey_code is null
                    then 'a side is no figure of estimates'
                when mart.is_withheld is distinct from (a.is_withheld or b.is_withheld)
                    then 'withheld otherwise than its sides'
                when {{ differs('mart.difference', 'a.estimate - b.estimate') }}
                    then 'difference: not figure a minus figure b'
                {{ even_interval_faults(
                    'main', 'mart.difference', 'mart.ci_low', 'mart.ci_high', 'mart.se'
                ) }}
                {{ even_interval_faults(
                    'clustered', 'if(mart.ci_low_clustered is null, null, mart.difference)',
                    'mart.ci_low_clustered', 'mart.ci_high_clustered', 'mart.se_clustered'
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
                        mart.is_significant{{ suffix }} is distinct from coalesce(
                            mart.p_adjusted{{ suffix }} < {{ threshold('significance_level') }},
                            false
                        )
                        and mart.p_adjusted{{ suffix }} is distinct from
                        {{ threshold('significance_level') }}
                        then 'significant otherwise than its p'
                {% endfor -%}
            end as problem,
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
    )

    select * from judged
    where problem is not null
{% endtest %}
