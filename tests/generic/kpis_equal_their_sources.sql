{#- A KPI of a survey is its figure in estimates, now and before, and a measured one that of est_kpis;
    the difference is that of the level the first contrast compares minus that of its reference
    level; a verdict never contradicts its norm. -#}
{% test kpis_equal_their_sources(
    model, estimates=none, measured=none, kpis=none, contrasts=none, segments=none, units=none
) %}
    {%- set estimates = estimates or ref('estimates') -%}
    with mart as (
        select
            figures.*,
            kpis.question_code,
            kpis.statistic,
            kpis.option_code,
            units.value_from,
            units.value_to,
            -- The interval of a mean of answers is not cut off at the ends of its scale.
            units.is_percentage or kpis.question_code is null as is_bounded,
        from {{ model }} as figures
        inner join {{ kpis or ref('kpi_definitions') }} as kpis using (kpi_code)
        left join {{ units or ref('kpi_units') }} as units on figures.unit = units.unit
    ),

    -- Of a survey the contrasted groups stand in estimates, whether KPIs are shown for them or not.
    shown as (
        select
            kpis.kpi_code,
            figures.survey_code,
            figures.wave_code,
            figures.segment_code,
            figures.segment_value,
            figures.estimate as value,
        from {{ estimates }} as figures
        inner join {{ kpis or ref('kpi_definitions') }} as kpis
            on
                figures.question_code = kpis.question_code
                and figures.statistic = kpis.statistic
                and figures.option_code is not distinct from kpis.option_code
        where figures.is_default_scheme and figures.second_segment_value is null
        union all
        select
            kpi_code,
            survey_code,
            wave_code,
            segment_code,
            segment_value,
            value,
        from mart
        where question_code is null
    ),

    sided as (
        select
            figures.survey_code,
            figures.wave_code,
            figures.kpi_code,
            any_value(figures.value) filter (
                where figures.segment_value = contrasts.comparison_level_code
            ) as compared,
            any_value(figures.value) filter (
                where figures.segment_value = contrasts.reference_level_code
            ) as reference,
        from shown as figures
        inner join {{ contrasts or ref('est_contrasts') }} as contrasts
            using (survey_code, segment_code)
        where contrasts.is_first
        group by figures.survey_code, figures.wave_code, figures.kpi_code
    ),

    judged as (
        select
            mart.*,
            case
                {{ interval_faults(
                    'value', 'if(mart.ci_low is null and mart.ci_high is null, null, mart.value)',
                    'mart.ci_low', 'mart.ci_high', '0'
                ) }}
                when
                    mart.value < mart.value_from
                    or mart.value > mart.value_to
                    or (mart.is_bounded and mart.ci_low < mart.value_from)
                    or (mart.is_bounded and mart.ci_high > mart.value_to)
                    then 'value: outside the range of its unit'
                {{ even_interval_faults(
                    'difference',
                    'if(mart.difference_ci_low is null and mart.difference_ci_high is null,'
                    ~ ' null, mart.difference)',
                    'mart.difference_ci_low', 'mart.difference_ci_high', '0',
                    last_digit(
                        'figures.question_code', 'figures.statistic', 'figures.n_answers'
                    )
                ) }}
                when
                    segments.is_total
                    and not coalesce(earlier.has_earlier, false)
                    and {{ differs(
                        'mart.difference', 'sided.compared - sided.reference',
                        '1.5 * ' ~ last_digit(
                        'figures.question_code', 'figures.statistic', 'figures.n_answers'
                    )
                    ) }}
                    and not (mart.value is null and mart.difference is null)
                    then 'difference: not compared minus reference'
                when not segments.is_total and mart.difference is not null
                    then 'difference: beside a group'
                when mart.value is null and coalesce(mart.n_observations, mart.ci_low) is not null
                    then 'value: withheld, and still shows its base or interval'
                when coalesce(figures.survey_code, measured.survey_code) is null
                    then 'value: from no source'
                when {{ differs('mart.value', 'coalesce(figures.estimate, measured.value)') }}
                    then 'value: another figure in its source'
                when
                    {{ differs('mart.ci_low', 'coalesce(figures.ci_low, measured.ci_low)') }}
                    or {{ differs('mart.ci_high', 'coalesce(figures.ci_high, measured.ci_high)') }}
                    then 'value: another interval in its source'
                when
                    {{ differs(
                        'mart.n_observations',
                        'coalesce(figures.n_answers, measured.n_municipalities)'
                    ) }}
                    then 'n_observations: another base in its source'
                when
                    mart.value is not null
                    and {{ differs(
                        'mart.previous_value', 'coalesce(before.estimate, measured.previous_value)'
                    ) }}
                    then 'previous_value: another figure in its source'
            end as problem,
        from mart
        inner join {{ segments or ref('est_segments') }} as segments
            using (survey_code, segment_code)
        left join sided using (survey_code, wave_code, kpi_code)
        left join (
            select
                wave_code,
                question_code,
                statistic,
                bool_or(is_from_earlier_release) as has_earlier,
            from {{ estimates }}
            group by wave_code, question_code, statistic
        ) as earlier
            on
                mart.wave_code = earlier.wave_code
                and mart.question_code = earlier.question_code
                and mart.statistic = earlier.statistic
        {% for side, wave in [('figures', 'wave_code'), ('before', 'previous_period')] -%}
            left join {{ estimates }} as {{ side }}
                on
                    mart.survey_code = {{ side }}.survey_code
                    and mart.{{ wave }} = {{ side }}.wave_code
                    and {{ side }}.is_default_scheme
                    and mart.segment_code = {{ side }}.segment_code
                    and mart.segment_value = {{ side }}.segment_value
                    and {{ side }}.second_segment_value is null
                    and mart.question_code = {{ side }}.question_code
                    and mart.statistic = {{ side }}.statistic
                    and mart.option_code is not distinct from {{ side }}.option_code
        {% endfor -%}
        left join {{ measured or ref('est_kpis') }} as measured
            on
                mart.question_code is null
                and mart.survey_code = measured.survey_code
                and mart.wave_code = measured.wave_code
                and mart.kpi_code = measured.kpi_code
                and mart.segment_code = measured.segment_code
                and mart.segment_value = measured.segment_value
    ),

    verdicts as ({{ test_verdicts_follow_the_norm(model) }})

    select * from judged
    where problem is not null
    union all by name
    select
        *,
        'verdict: contradicts its norm, or stands beside a withheld figure' as problem,
    from verdicts
{% endtest %}
