-- a is 6.6, b 6.2, h withheld. Planted, beside a right and a rightly withheld difference: the sign
-- turned with and without its interval, ends exchanged, no width, an interval that is not even, a
-- withheld side that is shown, nothing withheld that is, a p above 1, one smaller after adjustment,
-- a verdict without its p, a clustered interval beside the difference, a group that does not exist;
-- a verdict that an interval contradicts, either way, one that is more certain than its p, one that
-- is absent, and one against everybody (x) whose figure lies in the interval of the group.
with known as (
    select
        's' as survey_code,
        'w' as wave_code,
        'x' as weighting_scheme,
        'g' as segment_code,
        null::varchar as second_segment_value,
        'q' as question_code,
        'mean' as statistic,
        null::varchar as option_code,
        segment_value,
        estimate,
        estimate - 0.15 as ci_low,
        estimate + 0.15 as ci_high,
        estimate is null as is_withheld,
        false as is_from_earlier_release,
        if(estimate is null, null, 100) as n_answers,
    from (values ('a', 6.6), ('b', 6.2), ('x', 6.5), ('h', null)) as t (segment_value, estimate)
),

planted as (
    select * from (
        values
        ('right', 'a', 'b', 0.4, 0.2, 0.6, 0.3, 0.5, 0.01, 0.02, true, false),
        ('withheld', 'a', 'h', null, null, null, null, null, null, null, false, true),
        ('turned', 'a', 'b', -0.4, -0.6, -0.2, null, null, 0.01, 0.02, true, false),
        ('sign only', 'a', 'b', -0.4, 0.2, 0.6, null, null, 0.01, 0.02, true, false),
        ('sides', 'b', 'a', 0.4, 0.2, 0.6, null, null, 0.01, 0.02, true, false),
        ('interval', 'a', 'b', 0.4, -0.6, -0.2, null, null, 0.01, 0.02, true, false),
        ('exchanged', 'a', 'b', 0.4, 0.6, 0.2, null, null, 0.01, 0.02, true, false),
        ('no width', 'a', 'b', 0.4, 0.4, 0.4, null, null, 0.01, 0.02, true, false),
        ('uneven', 'a', 'b', 0.4, 0.3, 0.6, null, null, 0.01, 0.02, true, false),
        ('shown', 'a', 'h', 0.4, 0.2, 0.6, null, null, 0.01, 0.02, true, false),
        ('leak', 'a', 'h', null, null, null, null, null, 0.01, 0.02, false, true),
        ('hidden', 'a', 'b', null, null, null, null, null, null, null, false, true),
        ('p', 'a', 'b', 0.4, 0.2, 0.6, null, null, 1.01, 1.01, false, false),
        ('adjusted', 'a', 'b', 0.4, 0.2, 0.6, null, null, 0.02, 0.01, true, false),
        ('verdict', 'a', 'b', 0.4, 0.2, 0.6, null, null, 0.2, 0.3, true, false),
        ('clustered', 'a', 'b', 0.4, 0.2, 0.6, -0.5, -0.3, 0.01, 0.02, true, false),
        ('nowhere', 'a', 'c', 0.4, 0.2, 0.6, null, null, 0.01, 0.02, true, false),
        ('too sure', 'a', 'b', 0.4, -0.1, 0.9, null, null, 0.01, 0.02, true, false),
        ('unsure', 'a', 'b', 0.4, 0.2, 0.6, null, null, 0.01, 0.02, true, false),
        ('surer', 'a', 'b', 0.4, 0.2, 0.6, null, null, 0.1, 0.1, false, false),
        ('absent', 'a', 'b', 0.4, 0.2, 0.6, null, null, 0.01, 0.02, true, false),
        ('everybody', 'a', 'x', 0.1, 0.05, 0.15, null, null, 0.01, 0.02, true, false)
    ) as t (
        fault, segment_value_a, segment_value_b, difference, ci_low, ci_high, ci_low_clustered,
        ci_high_clustered, p_value, p_adjusted, is_significant, is_withheld
    )
),

complete as (
    select
        planted.*,
        known.* exclude (
            segment_value, estimate, is_withheld, second_segment_value, n_answers,
            is_from_earlier_release, ci_low, ci_high
        ),
        if(planted.fault = 'everybody', 'total', 'segments') as comparison_kind,
        'w' as compared_wave_code,
        'g' as compared_segment_code,
        'q' as compared_question_code,
        'mean' as compared_statistic,
        null::varchar as compared_option_code,
        null::varchar as second_segment_value_a,
        null::varchar as second_segment_value_b,
        if(planted.difference is null, null, 0.1) as se,
        0.05 as se_clustered,
        if(planted.difference is null, null, 90) as df,
        null::bigint as df_clustered,
        null::double as p_value_clustered,
        null::double as p_adjusted_clustered,
        false as is_significant_clustered,
    from planted
    inner join known on known.segment_value = 'a'
),

right_ones as (
    select
        * replace (if(is_withheld, null, se_clustered) as se_clustered),
        case fault
            when 'too sure' then 'certain_difference'
            when 'surer' then 'certain_difference'
            when 'unsure' then 'no_demonstrable_difference'
            when 'absent' then null
            else {{ verdict('difference', 'ci_low', 'ci_high', 'is_significant') }}
        end as verdict,
        {{ verdict(
            'difference', 'ci_low_clustered', 'ci_high_clustered', 'is_significant_clustered'
        ) }} as verdict_clustered,
    from complete
),

flagged as (
    {{ test_differences_equal_estimates('right_ones', estimates='known') }}
),

expected as (
    select fault from planted
    where fault not in ('right', 'withheld')
)

(select fault from flagged except select fault from expected)
union all
(select fault from expected except select fault from flagged)
