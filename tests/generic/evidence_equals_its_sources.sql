{#- What a rule rests on is the figure of the latest wave of its survey in estimates, or the KPI, of
    the same group; and it supports or contradicts only what its whole interval lies on one side
    of. -#}
{% test evidence_equals_its_sources(model, estimates=none, kpis=none, about=none) %}
    with mart as (
        select
            evidence.*,
            latest.wave_code as evidence_wave_code,
        from {{ model }} as evidence
        left join {{ about or ref('about') }} as latest
            on
                evidence.evidence_survey_code = latest.survey_code
                and latest.is_latest_wave
    ),

    kpis as (
        select *
        from {{ kpis or ref('kpi_scorecard') }}
        qualify
            row_number() over (
                partition by kpi_code, segment_code, segment_value
                order by period desc, wave_code desc
            ) = 1
    ),

    judged as (
        select
            mart.*,
            case
                {{ interval_faults(
                    'estimate',
                    'if(mart.ci_low is null and mart.ci_high is null, null, mart.estimate)',
                    'mart.ci_low', 'mart.ci_high', '0'
                ) }}
                when
                    {{ differs('mart.estimate', 'coalesce(figures.estimate, kpis.value)') }}
                    then 'estimate: another figure in its source'
                when
                    {{ differs('mart.ci_low', 'coalesce(figures.ci_low, kpis.ci_low)') }}
                    or {{ differs('mart.ci_high', 'coalesce(figures.ci_high, kpis.ci_high)') }}
                    then 'estimate: another interval in its source'
                when
                    {{ differs('mart.n_answers', 'coalesce(figures.n_answers, kpis.n_observations)') }}
                    then 'n_answers: another base in its source'
                when mart.kpi_code is not null and {{ differs('mart.threshold', 'kpis.norm') }}
                    and kpis.kpi_code is not null
                    then 'threshold: not the norm'
                when
                    mart.kpi_code is not null
                    and mart.verdict in ('supports', 'contradicts')
                    and mart.verdict != coalesce(
                        if(kpis.verdict = 'not_met', 'supports', null),
                        if(kpis.verdict = 'met', 'contradicts', ''), ''
                    )
                    then 'verdict: not that of the KPI'
                when
                    mart.kpi_code is null
                    and mart.verdict in ('supports', 'contradicts')
                    and not coalesce(
                        if(
                            (mart.verdict = 'supports') = (mart.comparison = 'above'),
                            mart.ci_low >= mart.threshold, mart.ci_high <= mart.threshold
                        ),
                        false
                    )
                    then 'verdict: the interval holds the threshold or lies beyond it'
                when mart.estimate is null and mart.verdict not in ('not_shown', 'no_figure')
                    then 'verdict: without a figure'
                when
                    {{ differs(
                        'mart.strength',
                        'round(2 * abs(mart.estimate - mart.threshold)'
                        ~ ' / nullif(mart.ci_high - mart.ci_low, 0), 6)'
                    ) }}
                    and abs(
                        mart.strength * (mart.ci_high - mart.ci_low)
                        / nullif(2 * abs(mart.estimate - mart.threshold), 0) - 1
                    ) > 1e-5
                    then 'strength: not the distance in margins'
                when {{ differs(
                        'mart.distance_to_threshold', 'mart.estimate - mart.threshold', '1e-6'
                    ) }}
                    then 'distance_to_threshold: not figure minus threshold'
                when
                    mart.n_at_threshold is null
                    and mart.n_answers * (mart.ci_high - mart.ci_low)
                    * (mart.estimate - mart.threshold) != 0
                    then 'n_at_threshold: empty, though there is one'
                -- The interval on that base ends at the threshold, within the two digits.
                when
                    mart.n_at_threshold > 10
                    and abs(
                        if(
                            mart.estimate > mart.threshold,
                            mart.estimate - mart.ci_low, mart.ci_high - mart.estimate
                        ) * sqrt(mart.n_answers / mart.n_at_threshold)
                        / abs(mart.estimate - mart.threshold) - 1
                    ) > 0.03
                    then 'n_at_threshold: the interval does not end at the threshold there'
            end as problem,
        from mart
        left join {{ estimates or ref('estimates') }} as figures
            on
                mart.evidence_survey_code = figures.survey_code
                and mart.evidence_wave_code = figures.wave_code
                and figures.is_default_scheme
                and mart.segment_code = figures.segment_code
                and mart.segment_value = figures.segment_value
                and figures.second_segment_value is null
                and mart.question_code = figures.question_code
                and mart.statistic = figures.statistic
                and mart.option_code is not distinct from figures.option_code
        left join kpis
            on
                mart.kpi_code = kpis.kpi_code
                and mart.segment_code = kpis.segment_code
                and mart.segment_value = kpis.segment_value
    )

    select * from judged
    where problem is not null
{% endtest %}
