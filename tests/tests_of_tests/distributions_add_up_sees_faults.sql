-- Of 1,000 answers 20 % are a 1, 30 % a 2 and 50 % a 3: mean 2.3, 50 % in the range 1-2, median 2.
-- Planted per group, beside a right one and a withheld one: shares that do not sum to 1, one that
-- is shown beside withheld ones, a withheld one with a figure, another mean and another range in
-- estimates, a median where the shares do not reach it, residents that are not the share of the
-- base, residents outside their interval, an interval beside the figure, and a share of an option
-- that is not that of estimates.
with groups as (
    select unnest([
        'right', 'withheld', 'sum', 'part', 'leak', 'mean', 'range', 'median', 'residents',
        'beside', 'interval', 'option'
    ]) as segment_value
),

keys as (
    select
        's' as survey_code,
        'w' as wave_code,
        'x' as weighting_scheme,
        'g' as segment_code,
        segment_value,
        null::varchar as second_segment_value,
        'q' as question_code,
        false as is_from_earlier_release,
    from groups
),

measures as (
    select
        's' as survey_code,
        'q' as question_code,
        *,
    from (values ('mean', 'mean', null, null), ('low', 'range', 1, 2))
        as t (statistic, kind, value_from, value_to)
),

estimates as (
    select
        keys.*,
        measures.statistic,
        null::varchar as option_code,
        case
            when segment_value = 'mean' and kind = 'mean' then 2.4
            when segment_value = 'range' and kind = 'range' then 0.6
            when kind = 'mean' then 2.3
            else 0.5
        end as estimate,
        null::double as ci_low,
        null::double as ci_high,
        null::double as se,
        1000 as n_answers,
        null::double as residents,
        false as is_withheld,
    from keys
    cross join measures
    union all by name
    select
        keys.* replace ('r' as question_code),
        'share' as statistic,
        'yes' as option_code,
        0.4 as estimate,
        0.35 as ci_low,
        0.45 as ci_high,
        0.02 as se,
        1000 as n_answers,
        4000 as residents,
        false as is_withheld,
    from keys
),

numbers as (
    select
        keys.*,
        'share' as statistic,
        value::varchar as answer_code,
        value as value_from,
        value as value_to,
        if(segment_value = 'sum' and value = 3, 0.4, share) as estimate,
    from keys
    cross join (values (1, 0.2), (2, 0.3), (3, 0.5)) as t (value, share)
    union all by name
    select
        keys.*,
        'median' as statistic,
        if(segment_value = 'median', 1, 2) as estimate,
    from keys
    union all by name
    select
        keys.* replace ('r' as question_code),
        'share' as statistic,
        'yes' as answer_code,
        if(segment_value = 'option', 0.41, 0.4) as estimate,
    from keys
),

completed as (
    select
        numbers.*,
        case
            when segment_value = 'part' then coalesce(value_from = 1, false)
            else segment_value in ('withheld', 'leak') and question_code = 'q'
        end as is_withheld,
        if(statistic = 'share', 0.02, null) as se,
        if(segment_value = 'interval', estimate + 0.01, if(statistic = 'share', estimate - 0.05, 2))
            as ci_low,
        if(statistic = 'share', estimate + 0.05, 3) as ci_high,
        1000 as n_answers,
        10000 as n_weighted,
        case
            when statistic != 'share' then null
            when segment_value = 'residents' and value_from = 2 then 4000
            else 10000 * estimate
        end as residents,
        if(segment_value = 'beside' and value_from = 2, 3500, 0) as residents_low,
        10000 as residents_high,
    from numbers
),

hidden as (
    select
        *,
        is_withheld and segment_value != 'leak' as is_hidden,
    from completed
),

planted as (
    select
        * replace (
            if(is_hidden, null, estimate) as estimate,
            if(is_hidden, null, se) as se,
            if(is_hidden, null, ci_low) as ci_low,
            if(is_hidden, null, ci_high) as ci_high,
            if(is_hidden, null, n_answers) as n_answers,
            if(is_hidden, null, residents) as residents
        ),
    from hidden
),

flagged as (
    {{ test_distributions_add_up('planted', estimates='estimates', measures='measures') }}
),

found as (
    select distinct segment_value from flagged
),

expected as (
    select segment_value from groups
    where segment_value not in ('right', 'withheld')
)

(select * from found except select * from expected)
union all
(select * from expected except select * from found)
