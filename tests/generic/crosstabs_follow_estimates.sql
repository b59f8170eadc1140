{#- Every figure of everybody, and of the groups of a segment, is that of estimates; what is withheld
    there is withheld here; and figures, intervals and row shares are within their bounds. -#}
{% test crosstabs_follow_estimates(model, estimates=none, segments=none) %}
    with published as (
        select
            estimates.*,
            segments.is_total,
            segments.attribute_code,
        from {{ estimates or ref('estimates') }} as estimates
        inner join {{ segments or ref('est_segments') }} as segments
            using (survey_code, segment_code)
        where segments.second_attribute_code is null
    ),

    joined as (
        select
            mart.*,
            published.survey_code is not null as is_published,
            published.is_withheld as is_withheld_there,
            mart.is_from_earlier_release or published.is_from_earlier_release as is_standing,
            published.estimate as estimate_there,
            published.se as se_there,
            published.ci_low as ci_low_there,
            published.ci_high as ci_high_there,
            published.df as df_there,
            published.n_answers as n_answers_there,
            published.n_effective as n_effective_there,
        from {{ model }} as mart
        left join published
            on
                mart.survey_code = published.survey_code
                and mart.wave_code = published.wave_code
                and mart.weighting_scheme = published.weighting_scheme
                and mart.question_code = published.question_code
                and mart.statistic = published.statistic
                and mart.answer_code is not distinct from published.option_code
                and mart.column_value = published.segment_value
                and mart.second_column_value is null
                and (
                    (mart.column_value = 'total' and published.is_total)
                    or mart.column_code = published.attribute_code
                )
    ),

    judged as (
        select
            *,
            case
                when is_withheld and not (
                    estimate is null and se is null and ci_low is null and ci_high is null
                    and n_answers is null and n_effective is null and row_share is null
                    and df is null and significantly_higher_than is null
                )
                    then 'withheld, and has a figure'
                when not is_withheld and (estimate is null or n_answers is null)
                    then 'has no figure, and no reason'
                when is_withheld_there and not is_withheld then 'withheld in estimates, not here'
                {{ interval_faults('estimate', 'estimate', 'ci_low', 'ci_high', 'se') }}
                when statistic = 'share' and estimate not between 0 and 1
                    then 'estimate: a share outside 0-1'
                when row_share not between 0 and 1 then 'row_share: outside 0-1'
                when column_value = 'total' and row_share != 1
                    then 'row_share: everybody is not all'
                when n_effective <= 0 or n_effective > n_answers * 1.01
                    then 'n_effective: more than the answers'
                when p_value <= 0 or p_value > 1 or f_statistic < 0 or df1 <= 0 or df2 <= 0
                    then 'test: not of a table'
                {% for column in [
                    'estimate', 'se', 'ci_low', 'ci_high', 'df', 'n_answers', 'n_effective'
                ] -%}
                when
                    is_published and not is_withheld and not is_withheld_there
                    and not is_standing and {{ differs(column, column ~ '_there') }}
                    then '{{ column }}: not that of estimates'
                {% endfor -%}
            end as problem,
        from joined
    )

    select * from judged
    where problem is not null
{% endtest %}
