{#- Shares of every number a group gave sum to 1, and give the mean and the ranges of the same group
    in estimates; shares of options are those of estimates. A quartile is where the shares reach its
    part. Residents are the share of the weighted base, within their interval. -#}
{% test distributions_add_up(model, estimates=none, measures=none) %}
    {%- set estimates = estimates or ref('estimates') -%}
    {%- set measures = measures or ref('est_measures') -%}
    {%- set keys = 'survey_code, wave_code, weighting_scheme, segment_code, segment_value, '
        ~ 'second_segment_value, question_code' -%}
    with shares as (
        select
            *,
            sum(estimate) over upwards as reached,
            coalesce(sum(estimate) over below, 0) as before,
            count(*) over whole as n_values,
            bool_or(value_from < value_to) over whole as has_classes,
            count(*) filter (where is_withheld) over whole as n_hidden,
            if(n_answers < {{ threshold('small_base_n') }}, 0.01, 0.001) as digit,
        from {{ model }}
        where statistic = 'share'
        window
            whole as (partition by {{ keys }}),
            upwards as (partition by {{ keys }} order by value_to),
            below as (
                partition by {{ keys }}
                order by value_to
                rows between unbounded preceding and 1 preceding
            )
    ),

    rows_judged as (
        select
            *,
            case
                when is_withheld and coalesce(estimate, se, ci_low, n_answers, residents) is not null
                    then 'withheld, and still shows a figure'
                when not is_withheld and estimate is null then 'estimate: neither there nor withheld'
                when statistic = 'share' and not estimate between 0 and 1
                    then 'estimate: a share outside 0-1'
                {{ interval_faults('estimate', 'estimate', 'ci_low', 'ci_high', 'se') }}
                when statistic != 'share' and (residents is not null or se is not null)
                    then 'quartile: with residents or an error of its own'
                when not residents between residents_low and residents_high
                    then 'residents: outside their interval'
                when
                    abs(residents - estimate * n_weighted)
                    > 0.006 * residents + n_weighted * (if(n_answers < 50, 0.006, 0.0006) + 0.006 * estimate)
                    then 'residents: not the share of the weighted base'
            end as problem,
        from (
            -- An interval of a quartile may have an end beyond all answers.
            select
                * replace (
                    if(statistic = 'share', ci_low, coalesce(ci_low, estimate)) as ci_low,
                    if(statistic = 'share', ci_high, coalesce(ci_high, estimate)) as ci_high
                ),
            from {{ model }}
        ) as one_sided
    ),

    wholes as (
        select
            {{ keys }},
            sum(estimate) as total,
            sum(digit) as room,
            bool_or(is_withheld) as is_withheld,
            count(distinct is_withheld) as n_states,
            bool_or(is_from_earlier_release) as is_from_earlier_release,
        from shares
        where value_from is not null
        group by {{ keys }}
    ),

    wholes_judged as (
        select
            *,
            case
                when n_states > 1 and not is_from_earlier_release
                    then 'distribution: shown in part'
                when abs(total - 1) > room and not is_withheld then 'distribution: does not sum to 1'
            end as problem,
        from wholes
    ),

    -- Of a range the shares that are in it, if all of those are seen.
    ranges as (
        select
            shares.survey_code,
            shares.wave_code,
            shares.segment_code,
            shares.segment_value,
            shares.question_code,
            measures.statistic,
            max(estimates.estimate) as estimate,
            sum(
                shares.estimate
            * if(measures.kind = 'mean', (shares.value_from + shares.value_to) / 2, 1)
            ) as added,
            sum(if(
                measures.kind = 'mean',
                shares.digit * abs(shares.value_to) + (shares.value_to - shares.value_from)
                * shares.estimate,
                shares.digit
            )) as room,
        from shares
        inner join {{ measures }} as measures using (survey_code, question_code)
        inner join {{ estimates }} as estimates
            on
                shares.survey_code = estimates.survey_code
                and shares.wave_code = estimates.wave_code
                and shares.weighting_scheme = estimates.weighting_scheme
                and {{ same_group('shares', 'estimates') }}
                and shares.question_code = estimates.question_code
                and measures.statistic = estimates.statistic
        where
            shares.value_from is not null
            and not estimates.is_withheld
            and (
                measures.kind = 'mean'
                or measures.kind = 'range'
                and shares.value_from >= measures.value_from
                and shares.value_to <= measures.value_to
            )
        group by
            shares.survey_code, shares.wave_code, shares.weighting_scheme, shares.segment_code,
            shares.segment_value, shares.second_segment_value, shares.question_code,
            measures.statistic
        having
            not bool_or(shares.is_withheld)
            and not bool_or(shares.is_from_earlier_release)
            -- A row of rare numbers can lie across the end of a range.
            and not any_value(shares.has_classes and measures.kind = 'range')
    ),

    options as (
        select
            shares.*,
            case
                when
                    {{ differs('shares.estimate', 'estimates.estimate') }}
                    or {{ differs('shares.ci_low', 'estimates.ci_low') }}
                    or {{ differs('shares.ci_high', 'estimates.ci_high') }}
                    or {{ differs('shares.se', 'estimates.se') }}
                    or {{ differs('shares.n_answers', 'estimates.n_answers') }}
                    or {{ differs('shares.residents', 'estimates.residents') }}
                    or estimates.survey_code is null
                    then 'share: not that of estimates'
            end as problem,
        from shares
        left join {{ estimates }} as estimates
            on
                shares.survey_code = estimates.survey_code
                and shares.wave_code = estimates.wave_code
                and shares.weighting_scheme = estimates.weighting_scheme
                and {{ same_group('shares', 'estimates') }}
                and shares.question_code = estimates.question_code
                and shares.answer_code = estimates.option_code
        where
            shares.value_from is null
            and not shares.is_from_earlier_release
            and not coalesce(estimates.is_from_earlier_release, false)
    ),

    quartiles as (
        select
            found.*,
            shares.reached,
            shares.before,
            case found.statistic when 'quartile_1' then 0.25 when 'median' then 0.5 else 0.75 end
                as part,
            shares.digit * shares.n_values as room,
            shares.n_hidden,
        from {{ model }} as found
        left join shares
            on
                found.survey_code = shares.survey_code
                and found.wave_code = shares.wave_code
                and {{ same_group('found', 'shares') }}
                and found.question_code = shares.question_code
                and found.estimate = shares.value_from
        where found.statistic != 'share' and not found.is_withheld
    )

    select survey_code, wave_code, segment_code, segment_value, question_code, problem
    from rows_judged
    where problem is not null
    union all
    select survey_code, wave_code, segment_code, segment_value, question_code, problem
    from wholes_judged
    where problem is not null
    union all
    select
        survey_code, wave_code, segment_code, segment_value, question_code,
        statistic || ': not the sum of its answers' as problem,
    from ranges
    where abs(added - estimate) > room
    union all
    select survey_code, wave_code, segment_code, segment_value, question_code, problem
    from options
    where problem is not null
    union all
    select
        survey_code, wave_code, segment_code, segment_value, question_code,
        statistic || ': not where the shares reach it' as problem,
    from quartiles
    where n_hidden = 0 and not coalesce(reached >= part - room and before < part + room, false)
{% endtest %}
