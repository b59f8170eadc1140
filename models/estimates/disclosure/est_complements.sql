with one_answer as (
    select
        'one answer: ' || measures.question_code as complement_id,
        measures.measure_id,
        1 as sign,
    from {{ ref('est_measures') }} as measures
    inner join {{ ref('questions') }} using (survey_code, question_code)
    inner join {{ ref('scales') }} as scales using (scale_code)
    where measures.kind = 'option' and scales.kind = 'single'
),

ranges as (
    select
        measures.*,
        scales.value_from as scale_from,
        scales.value_to as scale_to,
    from {{ ref('est_measures') }} as measures
    inner join {{ ref('questions') }} using (survey_code, question_code)
    inner join {{ ref('scales') }} as scales using (scale_code)
    where measures.kind in ('range', 'net')
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
        low.kind = 'range'
        and high.kind = 'range'
        and low.value_from = low.scale_from
        and high.value_to = high.scale_to
        and high.value_from = low.value_to + 1
),

nets as (
    select
        'net: ' || net.measure_id as complement_id,
        unnest([net.measure_id, plus.measure_id, minus.measure_id]) as measure_id,
        unnest([-1, 1, -1]) as sign,
    from ranges as net
    inner join ranges as plus
        on
            net.question_code = plus.question_code
            and plus.kind = 'range'
            and net.value_from = plus.value_from
            and net.value_to = plus.value_to
    inner join ranges as minus
        on
            net.question_code = minus.question_code
            and minus.kind = 'range'
            and net.minus_from = minus.value_from
            and net.minus_to = minus.value_to
    where net.kind = 'net'
),

unioned as (
    select * from one_answer
    union all
    select * from halves
    union all
    select * from nets
)

select * from unioned
order by complement_id, measure_id
