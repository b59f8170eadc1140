-- Numbers in place of names: millions of sums are grouped by two integers.
with answers as (
    select
        row_number() over (
            order by survey_code, question_code, is_base, option_code, value_number
        ) as answer_id,
        *,
    from (
        select distinct
            survey_code,
            question_code,
            is_base,
            option_code,
            value_number,
        from {{ ref('est_answer_counts') }}
    )
),

numbered as (
    select
        counts.wave_code,
        counts.profile_key,
        answers.answer_id,
        counts.n_answers,
        counts.sum_d,
        counts.sum_d2,
    from {{ ref('est_answer_counts') }} as counts
    inner join answers
        on
            counts.survey_code = answers.survey_code
            and counts.question_code = answers.question_code
            and counts.is_base = answers.is_base
            and counts.option_code is not distinct from answers.option_code
            and counts.value_number is not distinct from answers.value_number
),

summed as (
    select
        places.place_id,
        numbered.answer_id,
        sum(numbered.n_answers)::bigint as n_answers,
        sum(numbered.sum_d) as sum_d,
        sum(numbered.sum_d2) as sum_d2,
    from numbered
    inner join {{ ref('est_profile_places') }} as places using (wave_code, profile_key)
    group by places.place_id, numbered.answer_id
),

places as (
    select distinct * exclude (profile_key)
    from {{ ref('est_profile_places') }}
),

named as (
    select
        places.place_id,
        answers.survey_code,
        places.wave_code,
        places.scheme_code,
        places.segment_code,
        places.segment_value,
        places.cell_id,
        places.cluster_code,
        answers.question_code,
        answers.is_base,
        answers.option_code,
        answers.value_number,
        summed.n_answers,
        summed.sum_d,
        summed.sum_d2,
        summed.answer_id,
    from summed
    inner join places using (place_id)
    inner join answers using (answer_id)
)

select * exclude (answer_id)
from named
order by place_id, answer_id
