with source as (
    select * from {{ source('raw', 'released_crosstabs') }}
),

renamed as (
    select
        ---------- ids
        survey_code,
        wave_code,
        weighting_scheme,
        crosstab_code,
        column_value,
        second_column_value,
        statistic,
        answer_code,
        ---------- numerics
        n_answers,
        earlier_bases,
        estimate,
        se,
        ci_low,
        ci_high,
        df,
        n_effective,
        row_share,
        ---------- text
        significantly_higher_than,
        differs_from_total,
    from source
)

select * from renamed
