with measures as (
    select
        measures.*,
        questions.option_set_code,
    from {{ ref('est_measures') }} as measures
    inner join {{ ref('questions') }} as questions using (survey_code, question_code)
    inner join {{ ref('scales') }} as scales using (scale_code)
    where scales.kind in ('number', 'single')
),

one_answer as (
    select
        'one answer: ' || question_code as complement_id,
        measure_id,
        1.0 as sign,
    from measures
    where kind = 'option'
),

-- A mean, range or net of labelled answers is a sum of the shares of its options.
options_of as (
    select
        'options: ' || measures.measure_id as complement_id,
        shares.measure_id,
        {{ outcome('measures', 'options.value_number', 'options.option_code') }} as sign,
    from measures
    inner join measures as shares using (survey_code, question_code)
    inner join {{ ref('stg_options') }} as options
        on
            shares.option_set_code = options.option_set_code
            and shares.option_code = options.option_code
    where measures.kind in ('mean', 'range', 'net') and shares.kind = 'option'
),

numbers_of as (
    select distinct
        complement_id,
        split_part(complement_id, ': ', 2)::bigint as measure_id,
        -1.0 as sign,
    from options_of
),

ranges as (
    select * from measures
    where kind = 'range'
),

nets as (
    select
        'net: ' || net.measure_id as complement_id,
        unnest([net.measure_id, plus.measure_id, minus.measure_id]) as measure_id,
        unnest([-1, 1, -1]) as sign,
    from measures as net
    inner join ranges as plus
        on
            net.question_code = plus.question_code
            and net.value_from = plus.value_from
            and net.value_to = plus.value_to
    inner join ranges as minus
        on
            net.question_code = minus.question_code
            and net.minus_from = minus.value_from
            and net.minus_to = minus.value_to
    where net.kind = 'net'
),

unioned as (
    select * from one_answer
    union all
    select * from options_of
    where sign != 0
    union all
    select * from numbers_of
    union all
    select * from {{ ref('est_range_sums') }}
    union all
    select * from nets
)

select * from unioned
order by complement_id, measure_id
