-- Sums of ranges that a reader knows: those that together are the whole scale, such as insufficient
-- and sufficient, and those that together are a wider one.
with recursive lists as (
    select
        option_set_code,
        min(value_number) as lowest,
        max(value_number) as highest,
        list(value_number) as numbers,
    from {{ ref('stg_options') }}
    group by option_set_code
),

ranges as (
    select
        measures.question_code,
        measures.measure_id,
        measures.value_from,
        measures.value_to,
        if(scales.kind = 'single', lists.lowest, scales.value_from) as scale_from,
        if(scales.kind = 'single', lists.highest, scales.value_to) as scale_to,
        if(scales.kind = 'single', lists.numbers, null) as numbers,
    from {{ ref('est_measures') }} as measures
    inner join {{ ref('questions') }} using (survey_code, question_code)
    inner join {{ ref('scales') }} as scales using (scale_code)
    left join lists using (option_set_code)
    where scales.kind in ('number', 'single') and measures.kind = 'range'
),

-- Each begins where the one before ends.
adjoining as (
    select
        question_code,
        [measure_id] as parts,
        value_from,
        value_to,
    from ranges
    union all
    select
        low.question_code,
        list_append(low.parts, high.measure_id) as parts,
        low.value_from,
        high.value_to,
    from adjoining as low
    inner join ranges as high using (question_code)
    where
        case
            when high.numbers is null then high.value_from = low.value_to + 1
            -- Labelled answers: no number lies between the two.
            else high.value_from > low.value_to and not list_bool_or(
                list_transform(
                    high.numbers,
                    lambda number: number > low.value_to and number < high.value_from
                )
            )
        end
),

halves as (
    select distinct
        'halves: ' || list_aggregate(adjoining.parts, 'string_agg', ', ') as complement_id,
        unnest(adjoining.parts) as measure_id,
        1 as sign,
    from adjoining
    inner join ranges using (question_code)
    where
        len(adjoining.parts) > 1
        and adjoining.value_from <= ranges.scale_from
        and adjoining.value_to >= ranges.scale_to
),

-- One range under two names is known twice.
joined as (
    select
        'joined: ' || ranges.measure_id || ' is '
        || list_aggregate(adjoining.parts, 'string_agg', ', ') as complement_id,
        unnest(list_append(adjoining.parts, ranges.measure_id)) as measure_id,
        unnest(list_append(list_transform(adjoining.parts, lambda part: 1), -1)) as sign,
    from adjoining
    inner join ranges using (question_code, value_from, value_to)
    where len(adjoining.parts) > 1 or adjoining.parts[1] < ranges.measure_id
),

unioned as (
    select * from halves
    union all
    select * from joined
)

select * from unioned
order by complement_id, measure_id
