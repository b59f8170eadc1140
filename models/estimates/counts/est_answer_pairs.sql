with pairs as (
    select
        pairs.survey_code,
        pairs.answer_pair_code,
        a.measure_id as measure_id_a,
        b.measure_id as measure_id_b,
        pairs.sort_order,
    from {{ ref('answer_pairs') }} as pairs
    inner join {{ ref('est_measures') }} as a
        on
            pairs.survey_code = a.survey_code
            and pairs.question_code_a = a.question_code
            and pairs.statistic_a = a.statistic
            and pairs.option_code_a is not distinct from a.option_code
    inner join {{ ref('est_measures') }} as b
        on
            pairs.survey_code = b.survey_code
            and pairs.question_code_b = b.question_code
            and pairs.statistic_b = b.statistic
            and pairs.option_code_b is not distinct from b.option_code
)

select * from pairs
