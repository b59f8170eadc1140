with source as (
    select * from {{ source('raw', 'released_figures') }}
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
        option_code,
        ---------- numerics
        n_answers,
        earlier_bases,
        estimate,
        n_weighted,
        n_effective,
        se,
        ci_low,
        ci_high,
        deff,
        df,
        se_clustered,
        ci_low_clustered,
        ci_high_clustered,
        df_clustered,
        deff_weights,
        residents,
        residents_low,
        residents_high,
        ---------- text and booleans
        significantly_higher_than,
        quality_flag,
        is_indicative,
    from source
)

select * from renamed
