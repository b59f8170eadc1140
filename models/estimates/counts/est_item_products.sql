-- Of who answered every item: what is left out of a score has no covariance with the rest of it.
with items as (
    select
        items.delivery_key,
        items.row_number,
        items.question_code,
        items.item_question_code,
        items.value_number,
        answers.survey_code,
        answers.wave_code,
        answers.profile_key,
        answers.base_weight,
    from {{ ref('stg_item_answers') }} as items
    inner join {{ ref('est_valid_answers') }} as answers
        using (delivery_key, row_number, question_code)
    -- Said of both: DuckDB would look up the answers of every delivery.
    where
        {{ is_to_build('items.delivery_key', 'wgt_delivery_versions') }}
        and {{ is_to_build('answers.delivery_key', 'wgt_delivery_versions') }}
    qualify
        count(*) over (partition by items.delivery_key, items.row_number, items.question_code)
        = items.n_items
),

multiplied as (
    select
        delivery_key,
        a.survey_code,
        a.wave_code,
        a.profile_key,
        question_code,
        a.item_question_code as item_a,
        b.item_question_code as item_b,
        count(*) as n_answers,
        fsum(a.base_weight) as sum_d,
        fsum(a.base_weight * a.value_number) as sum_da,
        fsum(a.base_weight * b.value_number) as sum_db,
        fsum(a.base_weight * a.value_number * b.value_number) as sum_dab,
    from items as a
    inner join items as b using (delivery_key, row_number, question_code)
    where a.item_question_code <= b.item_question_code
    group by
        delivery_key, a.survey_code, a.wave_code, a.profile_key, question_code,
        a.item_question_code, b.item_question_code
    -- Counted elsewhere.
    union all by name
    select * from {{ ref('stg_counted_item_products') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions', has_rows=false) }}
)

select * from multiplied
order by all
