with lists as (
    select
        option_set_code,
        min(value_number) as lowest,
        max(value_number) as highest,
        list(value_number) as numbers,
    from {{ ref('stg_options') }}
    group by option_set_code
),

measures as (
    select
        measures.*,
        questions.option_set_code,
        if(scales.kind = 'single', lists.lowest, scales.value_from) as scale_from,
        if(scales.kind = 'single', lists.highest, scales.value_to) as scale_to,
        if(scales.kind = 'single', lists.numbers, null) as numbers,
    from {{ ref('est_measures') }} as measures
    inner join {{ ref('questions') }} as questions using (survey_code, question_code)
    inner join {{ ref('scales') }} as scales using (scale_code)
    left join lists using (option_set_code)
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

-- Two ranges that together are the whole scale, such as insufficient and sufficient.
halves as (
    select
        'halves: ' || low.measure_id || ', ' || high.measure_id as complement_id,
        unnest([low.measure_id, high.measure_id]) as measure_id,
        1 as sign,
    from ranges as low
    inner join ranges as high using (question_code)
    where
        low.value_from <= low.scale_from
        and high.value_to >= high.scale_to
        and case
            when low.numbers is null then high.value_from = low.value_to + 1
            -- Labelled answers: no number lies between the two.
            else high.value_from > low.value_to and not list_bool_or(
                list_transform(
                    low.numbers,
                    lambda number: number > low.value_to and number < high.value_from
                )
            )
        end
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
    select * from halves
    union all
    select * from nets
)

select * from unioned
order by complement_id, measure_id
