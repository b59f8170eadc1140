with answered as (
    select distinct
        delivery_key,
        row_number,
        survey_code,
        wave_code,
        profile_key,
        base_weight,
        question_code,
    from {{ ref('est_valid_answers') }}
),

counted as (
    select
        survey_code,
        wave_code,
        profile_key,
        question_code,
        true as is_base,
        null as option_code,
        null as value_number,
        count(*) as n_answers,
        fsum(base_weight) as sum_d,
        fsum(base_weight * base_weight) as sum_d2,
    from answered
    group by survey_code, wave_code, profile_key, question_code
    union all
    select
        survey_code,
        wave_code,
        profile_key,
        question_code,
        false as is_base,
        option_code,
        value_number,
        count(*) as n_answers,
        fsum(base_weight) as sum_d,
        fsum(base_weight * base_weight) as sum_d2,
    from {{ ref('est_valid_answers') }}
    where is_selected
    group by survey_code, wave_code, profile_key, question_code, option_code, value_number
)

select * from counted
order by all
