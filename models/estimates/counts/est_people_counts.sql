with valid_answers as (
    select * from {{ ref('est_valid_answers') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions') }}
),

parts as (
    select * from {{ ref('est_placed_people') }}
    where
        attribute_code is not null
        and {{ is_to_build('delivery_key', 'wgt_delivery_versions') }}
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

answers as (
    select distinct * exclude (delivery_key, survey_code) from {{ ref('est_counted_answers') }}
),

keyed as (
    select
        countable.delivery_key,
        countable.row_number,
        countable.people_key,
        countable.base_weight,
        answers.answer_key,
        answers.base_key,
    from countable
    inner join answers
        on
            countable.question_code = answers.question_code
            and countable.is_base = answers.is_base
            and countable.option_code is not distinct from answers.option_code
            and countable.value_number is not distinct from answers.value_number
),

-- Everybody in the profile, and beside it who is in each group of its answers.
placed as (
    select * exclude (row_number) from keyed
    union all by name
    select keyed.* exclude (row_number) replace (parts.people_key as people_key)
    from keyed
    inner join parts using (delivery_key, row_number)
),

given as (
    select
        delivery_key,
        people_key,
        answer_key,
        base_key,
        count(*) as n_answers,
        fsum(base_weight) as sum_d,
        fsum(base_weight * base_weight) as sum_d2,
    from placed
    group by delivery_key, people_key, answer_key, base_key
),

-- Of one answer per person the base is the sum of the answers.
bases as (
    select
        delivery_key,
        people_key,
        base_key as answer_key,
        sum(n_answers)::bigint as n_answers,
        fsum(sum_d) as sum_d,
        fsum(sum_d2) as sum_d2,
    from given
    where
        base_key not in (
            select answers.base_key from answers
            inner join with_several using (question_code)
        )
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
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions', has_rows=false) }}
)

select * from counted
order by delivery_key, people_key, answer_key
