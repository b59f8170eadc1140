-- Numbers in place of names: millions of sums are grouped by two integers and stored by them.
with numbered as (
    select
        counts.wave_code,
        counts.profile_key,
        counts.attribute_code,
        counts.level_code,
        answers.answer_id,
        counts.n_answers,
        counts.sum_d,
        counts.sum_d2,
    from {{ ref('est_answer_counts') }} as counts
    inner join {{ ref('est_answers') }} as answers
        on
            counts.survey_code = answers.survey_code
            and counts.question_code = answers.question_code
            and counts.is_base = answers.is_base
            and counts.option_code is not distinct from answers.option_code
            and counts.value_number is not distinct from answers.value_number
    where counts.second_level_code is null
),

summed as (
    select
        places.place_id,
        numbered.answer_id,
        sum(numbered.n_answers)::bigint as n_answers,
        sum(numbered.sum_d) as sum_d,
        sum(numbered.sum_d2) as sum_d2,
    from numbered
    inner join {{ ref('est_profile_places') }} as places
        on {{ counted_people('numbered', 'places') }}
    group by places.place_id, numbered.answer_id
)

select * from summed
order by place_id, answer_id
