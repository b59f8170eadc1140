{{ config(materialized='view') }}

with lists as (
    select
        option_set_code,
        min(value_number) as lowest,
        max(value_number) as highest,
    from {{ ref('stg_options') }}
    group by option_set_code
),

items as (
    select
        composites.*,
        count(*) over (partition by composites.question_code) as n_items,
        coalesce(scales.value_from, lists.lowest) + coalesce(scales.value_to, lists.highest)
            as both_ends,
    from {{ ref('composites') }} as composites
    inner join {{ ref('questions') }} as questions
        on composites.item_question_code = questions.question_code
    inner join {{ ref('scales') }} as scales using (scale_code)
    left join lists using (option_set_code)
),

-- Two answers to an item are no answer.
answered as (
    select
        answers.delivery_key,
        answers.row_number,
        items.question_code,
        items.item_question_code,
        items.n_items,
        items.min_items,
        items.combination,
        any_value(
            if(items.is_reversed, items.both_ends - answers.value_number, answers.value_number)
        ) as value_number,
    from {{ ref('stg_answers') }} as answers
    inner join items on answers.question_code = items.item_question_code
    where
        answers.value_number is not null
        and answers.missing_reason is null
        and answers.is_selected
    group by all
    having count(*) = 1
)

select * from answered
