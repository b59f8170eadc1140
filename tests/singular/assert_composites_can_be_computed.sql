-- A composite is a question of its own that no source delivers; its items are other questions of
-- its survey, with numbers, on one scale and asked of the same people as the composite; its own
-- scale (kind number) holds every score; and its rows agree on combination and on a min_items that
-- can be reached.
with lists as (
    select
        option_set_code,
        count(*) = count(value_number) as has_numbers,
        min(value_number) as lowest,
        max(value_number) as highest,
    from {{ ref('stg_options') }}
    group by option_set_code
),

described as (
    select
        questions.question_code,
        questions.survey_code,
        questions.scale_code,
        concat_ws(' = ', questions.routing_question_code, questions.routing_option_code) as route,
        scales.kind,
        coalesce(scales.value_from, lists.lowest) as value_from,
        coalesce(scales.value_to, lists.highest) as value_to,
        scales.kind = 'number'
        or (scales.kind = 'single' and coalesce(lists.has_numbers, false)) as is_numeric,
    from {{ ref('questions') }} as questions
    inner join {{ ref('scales') }} as scales using (scale_code)
    left join lists using (option_set_code)
),

composed as (
    select
        composites.*,
        count(*) over score as n_items,
        min(composites.min_items) over score != max(composites.min_items) over score
        or min(composites.combination) over score != max(composites.combination) over score
            as is_contradictory,
        min(items.scale_code) over score != max(items.scale_code) over score
        or min(items.value_from) over score != max(items.value_from) over score
        or min(items.value_to) over score != max(items.value_to) over score as has_several_scales,
        own.survey_code,
        own.kind,
        own.route,
        own.value_from as score_from,
        own.value_to as score_to,
        items.survey_code as item_survey_code,
        items.route as item_route,
        items.is_numeric as item_is_numeric,
        items.value_from,
        items.value_to,
    from {{ ref('composites') }} as composites
    inner join described as own on composites.question_code = own.question_code
    inner join described as items on composites.item_question_code = items.question_code
    window score as (partition by composites.question_code)
),

judged as (
    select
        question_code,
        item_question_code,
        case
            when
                question_code in (
                    select bindings.question_code from {{ ref('bindings') }} as bindings
                    where bindings.question_code is not null
                )
                then 'is delivered by a source in bindings.csv: it would have two answers'
            when
                item_question_code in (
                    select seed.question_code from {{ ref('composites') }} as seed
                )
                then 'has an item that is a composite itself'
            when item_survey_code != survey_code then 'has an item of another survey'
            when not item_is_numeric
                then 'has an item without numbers: kind number, or single with value_number'
            when has_several_scales then 'has items on different scales'
            when item_route != route
                then concat(
                    'has an item that is asked of others: the composite by route ', route,
                    ', the item by ', item_route
                )
            when is_contradictory then 'says different things in its rows'
            when min_items > n_items
                then 'asks ' || min_items || ' items and has ' || n_items
            when kind != 'number' then 'stands on a scale that is not of kind number'
            when
                not coalesce(
                    score_from <= value_from * if(combination = 'sum', n_items, 1)
                    and score_to >= value_to * if(combination = 'sum', n_items, 1),
                    false
                )
                then 'stands on a scale that does not hold every score'
        end as problem,
    from composed
)

select * from judged
where problem is not null
