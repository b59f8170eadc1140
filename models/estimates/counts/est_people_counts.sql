with valid_answers as (
    select * from {{ ref('est_valid_answers') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions') }}
),

people as (
    select * from {{ ref('est_placed_people') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions') }}
),

with_several as (
    {{ questions_with_several() }}
),

answered as (
    select distinct
        * exclude (option_code, value_number, is_selected),
        true as is_base,
    from valid_answers
    where question_code in (select with_several.question_code from with_several)
),

-- Each answer, and where a question has several each person once.
countable as (
    select
        *,
        false as is_base,
    from valid_answers
    where is_selected
    union all by name
    select * from answered
),

keyed as (
    select
        delivery_key,
        row_number,
        base_weight,
        {{ key_of(answer_columns()) }} as answer_key,
        -- Of one answer per person the base is the sum of the answers.
        if(
            question_code in (select with_several.question_code from with_several),
            null,
            {{ key_of(['question_code', 'true', 'null', 'null']) }}
        ) as base_key,
    from countable
),

given as (
    select
        people.delivery_key,
        people.people_key,
        keyed.answer_key,
        keyed.base_key,
        count(*) as n_answers,
        fsum(keyed.base_weight) as sum_d,
        fsum(keyed.base_weight * keyed.base_weight) as sum_d2,
    from keyed
    inner join people using (delivery_key, row_number)
    group by people.delivery_key, people.people_key, keyed.answer_key, keyed.base_key
),

bases as (
    select
        delivery_key,
        people_key,
        base_key as answer_key,
        sum(n_answers)::bigint as n_answers,
        fsum(sum_d) as sum_d,
        fsum(sum_d2) as sum_d2,
    from given
    where base_key is not null
    group by delivery_key, people_key, base_key
),

counted as (
    select * exclude (base_key) from given
    union all by name
    select * from bases
    -- Counted elsewhere.
    union all by name
    select
        delivery_key,
        {{ key_of(people_columns()) }} as people_key,
        {{ key_of(answer_columns()) }} as answer_key,
        n_answers,
        sum_d,
        sum_d2,
    from {{ ref('stg_counted_answers') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions') }}
)

select * from counted
order by delivery_key, people_key, answer_key
