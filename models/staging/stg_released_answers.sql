with source as (
    select * from {{ source('raw', 'released_answers') }}
),

renamed as (
    select
        ---------- ids
        survey_code,
        wave_code,
        weighting_scheme,
        segment_code,
        segment_value,
        second_segment_value,
        question_code,
        statistic,
        answer_code,
        ---------- numerics
        n_answers,
        earlier_bases,
        estimate,
        se,
        ci_low,
        ci_high,
        n_weighted,
        residents,
        residents_low,
        residents_high,
        ---------- text
        quality_flag,
    from source
)

select * from renamed
