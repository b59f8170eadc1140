with summed as (
    select
        survey_code,
        wave_code,
        kpi_code,
        segment_code,
        segment_value,
        max(period) as period,
        max(previous_period) as previous_period,
        count(*) as n_municipalities,
        avg(value) as value,
        stddev_samp(value) / sqrt(count(*)) as se,
        avg(previous_value) as previous_value,
        count(change) as n_changes,
        avg(change) as change,
        stddev_samp(change) / sqrt(count(change)) as change_se,
    from {{ ref('est_kpi_changes') }}
    group by survey_code, wave_code, kpi_code, segment_code, segment_value
),

-- One municipality has no spread: no interval, and any change is one.
bounded as (
    select
        summed.*,
        units.value_from,
        units.value_to,
        {{ t_bound('value', 'se', '(n_municipalities - 1)', -1) }} as ci_low,
        {{ t_bound('value', 'se', '(n_municipalities - 1)', 1) }} as ci_high,
        case
            when n_changes = 1 then change != 0
            when n_changes > 1
                then not coalesce(
                    0 between {{ t_bound('change', 'change_se', '(n_changes - 1)', -1) }}
                    and {{ t_bound('change', 'change_se', '(n_changes - 1)', 1) }},
                    true
                )
        end as is_changed,
    from summed
    inner join {{ ref('kpi_definitions') }} using (kpi_code)
    inner join {{ ref('kpi_units') }} as units using (unit)
),

-- Welch: the two groups of municipalities need not have the same spread.
compared as (
    select
        compared.wave_code,
        compared.kpi_code,
        compared.value - reference.value as difference,
        sqrt(power(compared.se, 2) + power(reference.se, 2)) as difference_se,
        power(power(compared.se, 2) + power(reference.se, 2), 2) / nullif(
            power(compared.se, 4) / nullif(compared.n_municipalities - 1, 0)
            + power(reference.se, 4) / nullif(reference.n_municipalities - 1, 0),
            0
        ) as difference_df,
    from {{ ref('est_contrasts') }} as contrasts
    inner join summed as compared
        on
            contrasts.survey_code = compared.survey_code
            and contrasts.segment_code = compared.segment_code
            and contrasts.comparison_level_code = compared.segment_value
    inner join summed as reference
        on
            contrasts.survey_code = reference.survey_code
            and contrasts.segment_code = reference.segment_code
            and contrasts.reference_level_code = reference.segment_value
            and compared.wave_code = reference.wave_code
            and compared.kpi_code = reference.kpi_code
    where contrasts.is_first
),

-- An interval stays within the range of its unit.
joined as (
    select
        bounded.* exclude (value_from, value_to) replace (
            round(bounded.value, 12) as value,
            if(bounded.ci_low < value_from, value_from, round(bounded.ci_low, 12)) as ci_low,
            if(bounded.ci_high > value_to, value_to, round(bounded.ci_high, 12)) as ci_high,
            round(bounded.previous_value, 12) as previous_value
        ),
        round(compared.difference, 12) as difference,
        {% for side, name in [(-1, 'low'), (1, 'high')] -%}
            round({{ t_bound(
                'compared.difference', 'compared.difference_se', 'compared.difference_df', side
            ) }}, 12) as difference_ci_{{ name }},
        {% endfor -%}
    from bounded
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    left join compared
        on
            bounded.wave_code = compared.wave_code
            and bounded.kpi_code = compared.kpi_code
            and segments.is_total
)

select * from joined
order by wave_code, kpi_code, segment_code, segment_value
