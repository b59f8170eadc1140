with sides as (
    select
        answer_pair_code,
        'a' as side,
        measure_id_a as measure_id,
    from {{ ref('est_answer_pairs') }}
    union all
    select
        answer_pair_code,
        'b' as side,
        measure_id_b as measure_id,
    from {{ ref('est_answer_pairs') }}
),

-- One row per person and side: everybody who answered the question, y 0 for another answer; an
-- answer without a number is no 0.
scored as (
    select
        answers.delivery_key,
        answers.row_number,
        answers.wave_code,
        answers.profile_key,
        answers.base_weight,
        sides.answer_pair_code,
        sides.side,
        coalesce(
            sum(
                {{ outcome('measures', 'answers.value_number', 'answers.option_code') }}
            ) filter (where answers.is_selected),
            if(any_value(measures.kind) = 'option', 0, null)
        ) as y,
    from {{ ref('est_valid_answers') }} as answers
    inner join {{ ref('est_measures') }} as measures using (survey_code, question_code)
    inner join sides using (measure_id)
    where {{ is_to_build('answers.delivery_key', 'wgt_delivery_versions') }}
    group by all
),

answered_both as (
    select
        delivery_key,
        row_number,
        a.wave_code,
        a.profile_key,
        a.answer_pair_code,
        a.base_weight,
        a.y as y_a,
        b.y as y_b,
    from scored as a
    inner join scored as b using (delivery_key, row_number, answer_pair_code)
    where a.side = 'a' and b.side = 'b' and a.y is not null and b.y is not null
),

-- Everybody in the profile, and beside it who is in each group of its answers.
placed as (
    select
        * exclude (row_number),
        null as attribute_code,
        null as level_code,
    from answered_both
    union all by name
    select
        answered_both.* exclude (row_number),
        parts.attribute_code,
        parts.level_code,
    from answered_both
    inner join {{ ref('wgt_respondent_parts') }} as parts using (delivery_key, row_number)
    where parts.second_level_code is null
),

summed as (
    select
        delivery_key,
        wave_code,
        profile_key,
        attribute_code,
        level_code,
        answer_pair_code,
        count(*) as n_both,
        fsum(base_weight * base_weight) as sum_d2,
        fsum(base_weight * base_weight * y_a) as sum_d2_a,
        fsum(base_weight * base_weight * y_b) as sum_d2_b,
        fsum(base_weight * base_weight * y_a * y_b) as sum_d2_ab,
    from placed
    group by delivery_key, wave_code, profile_key, attribute_code, level_code, answer_pair_code
    -- Counted elsewhere.
    union all by name
    select * from {{ ref('stg_counted_pairs') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions', has_rows=false) }}
)

select * from summed
order by all
