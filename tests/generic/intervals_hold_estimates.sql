{#- The interval lies around its estimate, has a width unless the figure is known or uniform (se 0),
    and a share and its interval lie within 0-1. What is a share follows from the kind of the
    statistic of its scale, not from its name. -#}
{% test intervals_hold_estimates(model) %}
    with judged as (
        select
            figures.*,
            case
                when figures.estimate is null then 'estimate: published without a figure'
                {{ interval_faults(
                    'estimate', 'figures.estimate', 'figures.ci_low', 'figures.ci_high', 'figures.se'
                ) }}
                {{ interval_faults(
                    'clustered', 'if(figures.ci_low_clustered is null, null, figures.estimate)',
                    'figures.ci_low_clustered', 'figures.ci_high_clustered', 'figures.se_clustered'
                ) }}
                when
                    statistics.kind in ('range', 'option')
                    and not (
                        figures.estimate between 0 and 1
                        and coalesce(figures.ci_low >= 0 and figures.ci_high <= 1, true)
                        and coalesce(
                            figures.ci_low_clustered >= 0 and figures.ci_high_clustered <= 1, true
                        )
                    )
                    then 'estimate: a share outside 0-1'
                when
                    statistics.kind = 'net'
                    and not figures.estimate between -1 and 1
                    then 'estimate: a net score outside -1 to 1'
                when statistics.kind is null then 'statistic: not one of the scale'
                when figures.se < 0 or figures.se_clustered < 0 then 'se: below 0'
                when not figures.n_effective between 0 and figures.n_answers * 1.005
                    then 'n_effective: more than there are answers'
                when
                    {{ differs(
                        'figures.deff_weights', 'figures.n_answers / figures.n_effective'
                    ) }}
                    and abs(figures.deff_weights * figures.n_effective / figures.n_answers - 1) > 0.02
                    then 'deff_weights: not answers over effective answers'
                when (figures.detectable_difference is null) != not coalesce(figures.se > 0, false)
                    then 'detectable_difference: not there, or of a known figure'
                -- √2 (t(1 - level / 2) + t(power)): from many degrees of freedom down to 8.
                when
                    figures.df >= 8
                    and not figures.detectable_difference
                    between 0.98 * sqrt(2) * figures.se * (
                        normal_quantile(1 - {{ threshold('significance_level') }} / 2)
                        + normal_quantile({{ threshold('detection_power') }})
                    ) - 0.06
                    and 1.02 * sqrt(2) * figures.se * (
                        t_quantile(1 - {{ threshold('significance_level') }} / 2, 8.0)
                        + t_quantile({{ threshold('detection_power') }}, 8.0)
                    ) + 0.06
                    then 'detectable_difference: not that of its standard error'
                when
                    not figures.residents
                    between coalesce(figures.residents_low, 0) and figures.residents_high
                    or (figures.residents is not null and statistics.kind not in ('range', 'option'))
                    then 'residents: outside their interval, or of what is no share'
                when
                    abs(figures.residents - figures.estimate * figures.n_weighted)
                    > 0.006 * figures.residents + figures.n_weighted
                    * (if(figures.n_answers < 50, 0.006, 0.0006) + 0.006 * figures.estimate)
                    then 'residents: not the share of the weighted base'
                when
                    figures.n_for_margin is not null
                    and statistics.kind not in ('range', 'option')
                    then 'n_for_margin: of what is no share'
                when
                    abs(figures.n_for_margin - {{ n_for_margin('figures.estimate', 'figures.deff') }})
                    > 1 + 0.06 * figures.n_for_margin
                    then 'n_for_margin: not that of its share and design effect'
            end as problem,
        from {{ model }} as figures
        inner join {{ ref('questions') }} as questions using (survey_code, question_code)
        left join {{ ref('scale_statistics') }} as statistics
            on
                questions.scale_code = statistics.scale_code
                and figures.statistic = statistics.statistic
        where not figures.is_withheld
    )

    select * from judged
    where problem is not null
{% endtest %}
