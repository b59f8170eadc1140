-- The share of the latest wave is 0.4 (0.35 to 0.45), of the wave before 0.2; the KPI is 0.7 and
-- does not meet its norm 0.8. Planted per rule, beside right ones: the wave before, the interval
-- exchanged, a base, support on the wrong side, support while the interval holds the threshold,
-- another norm, a verdict that is not the KPI's, a verdict without a figure, and another strength,
-- distance and base at the threshold, which is 60 · (0.05 / 0.1)² = 15.
with about as (
    select * from (values ('s', '1', false), ('s', '2', true))
        as t (survey_code, wave_code, is_latest_wave)
),

known as (
    select
        *,
        's' as survey_code,
        true as is_default_scheme,
        'total' as segment_code,
        'total' as segment_value,
        null::varchar as second_segment_value,
        'q' as question_code,
        'low' as statistic,
        null::varchar as option_code,
        estimate - 0.05 as ci_low,
        estimate + 0.05 as ci_high,
        60 as n_answers,
    from (values ('1', 0.2), ('2', 0.4)) as t (wave_code, estimate)
),

kpis as (
    select
        'k' as kpi_code,
        'total' as segment_code,
        'total' as segment_value,
        '2' as period,
        '2' as wave_code,
        0.7 as value,
        0.65 as ci_low,
        0.75 as ci_high,
        29 as n_observations,
        0.8 as norm,
        'not_met' as verdict,
),

planted as (
    select
        's' as survey_code,
        'total' as segment_code,
        'total' as segment_value,
        if(kpi_code is null, 's', null) as evidence_survey_code,
        if(kpi_code is null, if(rule_code = 'without', 'nothing', 'q'), null) as question_code,
        if(kpi_code is null, 'low', 'share') as statistic,
        null::varchar as option_code,
        * replace (strength::double as strength),
        if(
            rule_code = 'distance', 0.2, estimate - threshold
        ) as distance_to_threshold,
        case rule_code
            when 'no n' then null
            when 'other n' then 30
            else n_answers * power(0.05 / (estimate - threshold), 2)
        end as n_at_threshold,
    from (
        values
        ('right', null, 'above', 0.3, 0.4, 0.35, 0.45, 60, 'supports', 2.0),
        ('below', null, 'below', 0.3, 0.4, 0.35, 0.45, 60, 'contradicts', 2.0),
        ('open', null, 'above', 0.38, 0.4, 0.35, 0.45, 60, 'inconclusive', 0.4),
        ('kpi', 'k', 'norm', 0.8, 0.7, 0.65, 0.75, 29, 'supports', 2.0),
        ('before', null, 'above', 0.3, 0.2, 0.15, 0.25, 60, 'contradicts', 2.0),
        ('exchanged', null, 'above', 0.3, 0.4, 0.45, 0.35, 60, 'supports', 2.0),
        ('base', null, 'above', 0.3, 0.4, 0.35, 0.45, 61, 'supports', 2.0),
        ('side', null, 'below', 0.3, 0.4, 0.35, 0.45, 60, 'supports', 2.0),
        ('holds', null, 'above', 0.38, 0.4, 0.35, 0.45, 60, 'supports', 0.4),
        ('norm', 'k', 'norm', 0.9, 0.7, 0.65, 0.75, 29, 'supports', 4.0),
        ('met', 'k', 'norm', 0.8, 0.7, 0.65, 0.75, 29, 'contradicts', 2.0),
        ('without', null, 'above', 0.3, null, null, null, null, 'supports', null),
        ('strength', null, 'above', 0.3, 0.4, 0.35, 0.45, 60, 'supports', 1.0),
        ('distance', null, 'above', 0.3, 0.4, 0.35, 0.45, 60, 'supports', 2.0),
        ('no n', null, 'above', 0.3, 0.4, 0.35, 0.45, 60, 'supports', 2.0),
        ('other n', null, 'above', 0.3, 0.4, 0.35, 0.45, 60, 'supports', 2.0)
    ) as t (
        rule_code, kpi_code, comparison, threshold, estimate, ci_low, ci_high, n_answers, verdict,
        strength
    )
),

flagged as (
    {{ test_evidence_equals_its_sources(
        'planted', estimates='known', kpis='kpis', about='about'
    ) }}
),

expected as (
    select rule_code from planted
    where rule_code not in ('right', 'below', 'open', 'kpi')
)

(select rule_code from flagged except select rule_code from expected)
union all
(select rule_code from expected except select rule_code from flagged)
