{#- Every change is the figure of the later wave minus that of the earlier one, with the test that
    comparisons holds for them; and no change of comparisons is left out. -#}
{% test changes_equal_estimates(model, estimates=none, comparisons=none, waves=none) %}
    {%- set estimates = estimates or ref('estimates') -%}
    {%- set comparisons = comparisons or ref('comparisons') -%}
    with judged as (
        select
            coalesce(mart.wave_code, tests.wave_code) as wave_code,
            coalesce(mart.question_code, tests.question_code) as question_code,
            coalesce(mart.segment_value, tests.segment_value_a) as segment_value,
            mart.* exclude (wave_code, question_code, segment_value),
            case
                when mart.survey_code is null then 'is left out'
                when tests.survey_code is null then 'is not compared'
                when not later_wave.fieldwork_start > earlier_wave.fieldwork_start
                    then 'wave_code: not the later wave'
                when {{ differs('mart.estimate', 'later.estimate') }}
                    then 'estimate: not that of the wave'
                when {{ differs('mart.earlier_estimate', 'earlier.estimate') }}
                    then 'earlier_estimate: not that of the earlier wave'
                when not (later.is_from_earlier_release or earlier.is_from_earlier_release)
                    and {{ differs(
                    'mart.change', 'later.estimate - earlier.estimate',
                    '2 * ' ~ last_digit(
                    'mart.question_code', 'mart.statistic',
                    'least(later.n_answers, earlier.n_answers)'
                )
                ) }}
                    then 'change: not later minus earlier'
                when
                    not (later.is_from_earlier_release or earlier.is_from_earlier_release)
                    and {{ unlike(
                        '(later.is_withheld or earlier.is_withheld)', 'mart.is_withheld'
                    ) }}
                    then 'withheld otherwise than its waves'
                when
                    {{ unlike('mart.segment_label_nl', 'later.segment_label_nl') }}
                    or {{ unlike('mart.question_label_nl', 'later.question_label_nl') }}
                    then 'labels: not those of the figure'
                {{ even_interval_faults(
                    'change', 'mart.change', 'mart.ci_low', 'mart.ci_high', 'mart.se',
                    '1.5 * ' ~ last_digit(
                    'mart.question_code', 'mart.statistic',
                    'least(later.n_answers, earlier.n_answers)'
                )
                ) }}
                when
                    {{ differs(
                        'mart.ci_high - mart.ci_low', 'tests.ci_high - tests.ci_low'
                    ) }}
                    {% for column in ['se', 'p_value', 'p_adjusted'] -%}
                        or {{ differs('mart.' ~ column, 'tests.' ~ column) }}
                    {% endfor -%}
                    or {{ unlike('mart.is_significant', 'tests.is_significant') }}
                    or {{ unlike('mart.verdict', 'tests.verdict') }}
                    then 'test: not that of comparisons'
            end as problem,
        from {{ model }} as mart
        full join (
            select * from {{ comparisons }}
            where comparison_kind = 'waves'
        ) as tests
            on
                {{ same_measure('mart', 'tests') }}
                and mart.survey_code = tests.survey_code
                and mart.compared_wave_code = tests.compared_wave_code
                and mart.segment_code = tests.segment_code
                and mart.segment_value = tests.segment_value_a
                and mart.second_segment_value is not distinct from tests.second_segment_value_a
        {% for side, wave in [('later', 'wave_code'), ('earlier', 'compared_wave_code')] -%}
            left join {{ estimates }} as {{ side }}
                on
                    mart.survey_code = {{ side }}.survey_code
                    and mart.{{ wave }} = {{ side }}.wave_code
                    and mart.weighting_scheme = {{ side }}.weighting_scheme
                    and {{ same_group('mart', side) }}
                    and mart.question_code = {{ side }}.question_code
                    and mart.statistic = {{ side }}.statistic
                    and mart.option_code is not distinct from {{ side }}.option_code
            left join {{ waves or ref('waves') }} as {{ side }}_wave
                on
                    mart.survey_code = {{ side }}_wave.survey_code
                    and mart.{{ wave }} = {{ side }}_wave.wave_code
        {% endfor -%}
    )

    select * from judged
    where problem is not null
{% endtest %}
