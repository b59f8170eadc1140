with source as (
    select * from {{ source('raw', 'released_differences') }}
),

renamed as (
    select
        ---------- ids
        comparison_kind,
        survey_code,
        wave_code,
        compared_wave_code,
        weighting_scheme,
        segment_code,
        segment_value_a,
        second_segment_value_a,
        compared_segment_code,
        segment_value_b,
        second_segment_value_b,
        question_code,
        statistic,
        option_code,
        compared_question_code,
        compared_statistic,
        compared_option_code,
        ---------- numerics
        difference,
        se,
        ci_low,
        ci_high,
        df,
        p_value,
        p_adjusted,
        se_clustered,
        ci_low_clustered,
        ci_high_clustered,
        df_clustered,
        p_value_clustered,
        p_adjusted_clustered,
        ---------- text and booleans
        is_significant,
        is_significant_clustered,
    from source
)

select * from renamed
