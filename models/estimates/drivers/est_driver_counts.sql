with answered as (
    select
        answers.delivery_key,
        answers.row_number,
        questions.survey_code,
        questions.driver_model_code,
        any_value(answers.wave_code) as wave_code,
        any_value(answers.profile_key) as profile_key,
        any_value(answers.base_weight) as base_weight,
        any_value(questions.n_drivers) as n_drivers,
        map_from_entries(
            list(struct_pack(place := questions.position, answer := answers.value_number))
        ) as answer_at,
    from {{ ref('est_valid_answers') }} as answers
    inner join {{ ref('est_driver_questions') }} as questions using (survey_code, question_code)
    where
        answers.value_number is not null
        and {{ is_to_build('answers.delivery_key', 'wgt_delivery_versions') }}
    group by
        answers.delivery_key, answers.row_number, questions.survey_code,
        questions.driver_model_code
    -- A driver, and one answer to each question.
    having max(questions.position) > 0 and count(*) = count(distinct questions.position)
),

counted as (
    select
        delivery_key,
        survey_code,
        driver_model_code,
        wave_code,
        profile_key,
        list_transform(range(n_drivers + 1), lambda place: answer_at[place]) as answers,
        count(*) as n_answers,
        fsum(base_weight) as sum_d,
        fsum(base_weight * base_weight) as sum_d2,
    from answered
    group by all
    -- Counted elsewhere.
    union all by name
    select * from {{ ref('stg_counted_drivers') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions', has_rows=false) }}
)

select * from counted
